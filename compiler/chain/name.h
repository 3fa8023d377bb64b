/* Names of stacked devices, taken apart: what a path below /dev says by itself. */
#ifndef BOOTGRAPH_CHAIN_NAME_H
#define BOOTGRAPH_CHAIN_NAME_H

#include <stdbool.h>

#include "arena.h"

/* NULL unless reference is /dev/mapper/NAME; udev's \xNN escapes are undone. */
const char *name_of_mapping(struct arena *arena, const char *reference);

/* Takes a device-mapper name of LVM's apart, as dmsetup splitname does: one hyphen separates, two
 * stand for one. "vg--data-root" is "vg-data" and "root". False if there is no such hyphen. */
bool name_split_volume(struct arena *arena, const char *name, const char **ret_group,
		       const char **ret_volume);

/* The volume group and volume that /dev/GROUP/VOLUME or /dev/mapper/GROUP-VOLUME would be; false if
 * the path can be neither. */
bool name_of_volume(struct arena *arena, const char *reference, const char **ret_group,
		    const char **ret_volume);

/* What an array is called apart from where its node is: "0" for /dev/md0 and /dev/md/0, "root" for
 * /dev/md/root, /dev/md_root, root and host:root. NULL for what can be no array. */
const char *name_of_array(struct arena *arena, const char *reference);

/* The disk of a partition by the kernel's rule: "/dev/sda" for /dev/sda1, "/dev/nvme0n1" for
 * /dev/nvme0n1p2, "/dev/md0" for /dev/md0p1. NULL if it is none. */
const char *name_of_disk(struct arena *arena, const char *reference);

/* Whether the kernel gives such a name to a whole disk: /dev/sda, /dev/nvme0n1. */
bool name_is_disk(const char *reference);

/* Whether it is what the kernel calls a device of bcache: /dev/bcache0. */
bool name_is_bcache(const char *reference);

/* A name without escapes of any kind, to find names that differ only in them: "\x2d", "\055" and
 * "--" are "-". */
const char *name_plain(struct arena *arena, const char *name);

#endif
