/* Who finds the devices: bootgraph itself, from the kernel's events, or udevd, with its rules. */
#ifndef BOOTGRAPH_DEVICE_CHOICE_H
#define BOOTGRAPH_DEVICE_CHOICE_H

#include "graph.h"
#include "manifest.h"

/* Decides model->udevd, once units, scripts and settings are read, and says which reference nobody
 * makes if the settings want no udevd. root_fd is the sysroot that if-host looks into. */
void devices_choose(struct model *model, struct diag *diag, int root_fd);

/* What udevd's rules run on, as the udev hooks of Debian's packages copy it, for a graph with
 * udevd: as far as the sysroot has it. */
void udev_files_add(struct manifest *manifest, const struct model *model, int root_fd);

#endif
