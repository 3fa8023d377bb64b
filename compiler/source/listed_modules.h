/* Modules that an administrator wants loaded: etc/initramfs-tools/modules. */
#ifndef BOOTGRAPH_LISTED_MODULES_H
#define BOOTGRAPH_LISTED_MODULES_H

#include "../model.h"

void source_listed_modules(struct model *model, struct diag *diag, int root_fd);

#endif
