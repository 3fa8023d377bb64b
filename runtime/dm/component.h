/* Devices that are paths to another one. */
#ifndef BOOTGRAPH_DM_COMPONENT_H
#define BOOTGRAPH_DM_COMPONENT_H

#include <stdbool.h>

/* Whether a multipath map holds the device, or the disk that it is a partition of: then the same is
 * there as a whole, and the path alone may fail (lvm2, lib/device/dev-mpath.c). */
bool component_of_multipath(const char *path);

#endif
