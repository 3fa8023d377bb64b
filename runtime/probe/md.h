/* md superblocks, versions 0.90, 1.0, 1.1 and 1.2, as the kernel reads them.
 *
 * Used by the probe child and by bootgraph-md, never by PID 1. What is read is hostile: counts,
 * sizes and offsets are held against their limits, and a superblock whose checksum is wrong is
 * none. Sources: include/uapi/linux/raid/md_p.h; drivers/md/md.c, super_90_load and super_1_load;
 * Documentation/admin-guide/md.rst; md(4). */
#ifndef BOOTGRAPH_PROBE_MD_H
#define BOOTGRAPH_PROBE_MD_H

#include <stdbool.h>
#include <stdint.h>

#include "../core/membership.h"
#include "disk.h"

enum {
	MD_NAME_SIZE = 48,  /* more than a superblock has room for: a volume's is longer */
	MD_SLOTS_MAX = 384, /* what the kernel takes of a superblock of 1 KiB */
	MD_EXTERNAL = 2,    /* major: not md's own metadata, see container.h */
};

/* What a device is in its array. */
enum md_role {
	MD_ACTIVE, /* in a slot */
	MD_SPARE,
	MD_FAULTY,
	MD_JOURNAL,
};

/* One superblock, the same for all versions. Sizes and offsets in sectors of 512 bytes. */
struct md {
	int major, minor;	 /* 0 and 90; 1 and 0, 1 or 2; MD_EXTERNAL */
	uint64_t at;		 /* where the superblock begins, in bytes */
	unsigned char uuid[16];	 /* in the order in which it is written as text */
	char name[MD_NAME_SIZE]; /* "host:name" or "name"; 0.90: "super-minor=0", as in
				    mdadm.conf(5) */
	uint64_t created; /* seconds since 1970, and for version 1 microseconds above bit 40 */
	uint64_t events;  /* grows with each change of the superblock */
	int level;	  /* 0, 1, 4, 5, 6, 10; -1 linear, -4 multipath */
	uint32_t layout, chunk;
	uint32_t raid_disks;
	bool clean;	/* it was shut down in order */
	bool reshaping; /* its geometry is being changed */
	bool has_bitmap, has_journal, has_ppl;
	bool clustered; /* its bitmap says that several machines use it at once */
	/* This device. */
	uint32_t number; /* the permanent one in the superblock, not the slot */
	enum md_role role;
	uint32_t slot;	  /* MD_ACTIVE, else 0 */
	bool recovering;  /* MD_ACTIVE, but not yet in sync with the others */
	bool replacement; /* is to take the place of another one in the same slot */
	/* The array: which slots have a device, as this one knows. */
	bool occupied[MD_SLOTS_MAX];
};

/* Reads the device's superblock; false if it has none that the kernel would take. Where several
 * have left their mark, it is the one after which superblock_probe names the device. */
bool md_read(struct disk *disk, struct md *ret_md);

/* The UUID as ID_FS_UUID has it, 37 bytes with its NUL. */
void md_uuid_text(const struct md *md, char text[static 37]);

/* "raid1", "linear", ...: as sysfs and mdadm.conf(5) call it; "unknown" if the kernel has no such.
 */
const char *md_level_name(int level);

/* What the device says of its array, for PID 1; false if it says too much: an array of more slots
 * than a membership has room for. */
bool md_membership(const struct md *md, struct membership *ret_membership);

/* Both at once: the memberships of a device, none or one. */
uint32_t md_members(struct disk *disk, struct membership *ret_membership);

#endif
