/* Mounting a btrfs over several devices (kernel: Documentation/filesystems/btrfs.rst; btrfs(5)). */
#ifndef BOOTGRAPH_INIT_BTRFS_H
#define BOOTGRAPH_INIT_BTRFS_H

#include "mount.h"

/* Below it a directory for each set that may be mounted short of members, called like the set or
 * its other name. */
#define DEGRADED_DIRECTORY "/run/bootgraph/degraded"

/* Adds device= for each member that was seen, so that the kernel knows them all, and degraded where
 * a unit permits it and not all are there. A device of no known btrfs adds nothing. False: too many
 * to name. */
bool btrfs_add_options(const struct init *init, uint32_t device, struct mount_options *options);

#endif
