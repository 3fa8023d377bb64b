/* What etc/initramfs-tools says about the boot: initramfs.conf(5). */
#ifndef BOOTGRAPH_INITRAMFS_CONF_H
#define BOOTGRAPH_INITRAMFS_CONF_H

#include "../model.h"

/* Reads initramfs.conf and the files of conf.d, in the order in which init sources them, into the
 * model. RESUME and RUNSIZE become the parameters resume and initramfs.runsize, as far as the
 * command line, which has been read, does not give these. */
void source_initramfs_conf(struct model *model, struct diag *diag, int root_fd);

/* The value of a variable; NULL if it has none, its text NULL if reading does not show it. */
const struct word *initramfs_conf_value(const struct model *model, const char *name);

#endif
