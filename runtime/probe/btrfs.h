/* What a device of a btrfs says of it. Sources: kernel, fs/btrfs/accessors.h and
 * include/uapi/linux/btrfs_tree.h, struct btrfs_super_block. */
#ifndef BOOTGRAPH_PROBE_BTRFS_H
#define BOOTGRAPH_PROBE_BTRFS_H

#include "../core/membership.h"
#include "disk.h"

/* The superblock has how many devices there are, and which one this is, but not what the others'
 * numbers are. Returns 1, or 0 if there is no superblock that the kernel would take. */
uint32_t btrfs_membership(struct disk *disk, struct membership *ret_membership);

#endif
