/* What an administrator decides about bootgraph itself: bootgraph.conf(5). */
#ifndef BOOTGRAPH_SETTINGS_H
#define BOOTGRAPH_SETTINGS_H

#include "../model.h"

#define SETTINGS_FILE "etc/bootgraph/bootgraph.conf"

/* Reads the sysroot's file, if it has one, into model->settings. What is wrong is reported; a
 * setting that is not understood keeps its default. */
void settings_read(struct model *model, struct diag *diag, int root_fd);

#endif
