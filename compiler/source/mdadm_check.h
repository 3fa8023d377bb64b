/* What mdadm.conf's lines say about each other. */
#ifndef BOOTGRAPH_MDADM_CHECK_H
#define BOOTGRAPH_MDADM_CHECK_H

#include "../model.h"

/* After mdadm.conf and all of mdadm.conf.d were read. */
void mdadm_check(const struct model *model, struct diag *diag, int root_fd);

#endif
