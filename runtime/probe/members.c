#include "members.h"
#include "bcache.h"
#include "btrfs.h"
#include "container.h"
#include "disk.h"
#include "lvm.h"
#include "md.h"

#include <string.h>

typedef uint32_t reader(struct disk *disk, const struct wanted *wanted,
			struct membership *ret_membership);

static uint32_t read_md(struct disk *disk, const struct wanted *wanted,
			struct membership *membership)
{
	(void)wanted;
	return md_members(disk, membership);
}

static uint32_t read_container(struct disk *disk, const struct wanted *wanted,
			       struct membership *membership)
{
	(void)wanted;
	return container_members(disk, membership);
}

static uint32_t read_lvm(struct disk *disk, const struct wanted *wanted,
			 struct membership *membership)
{
	return lvm_memberships(disk, wanted, membership);
}

static uint32_t read_btrfs(struct disk *disk, const struct wanted *wanted,
			   struct membership *membership)
{
	(void)wanted;
	return btrfs_membership(disk, membership);
}

static uint32_t read_bcache(struct disk *disk, const struct wanted *wanted,
			    struct membership *membership)
{
	(void)wanted;
	return bcache_membership(disk, membership);
}

static const struct {
	const char *type;
	reader *read;
} readers[] = {
	{"linux_raid_member", read_md},
	{"ddf_raid_member", read_container},
	{"isw_raid_member", read_container},
	{"LVM2_member", read_lvm},
	{"btrfs", read_btrfs},
	{"bcache", read_bcache},
};

uint32_t members_probe(int fd, const struct answer *answer, const struct wanted *wanted,
		       struct membership ret_membership[MEMBERSHIPS_MAX])
{
	static struct disk disk; /* 64 KiB, and a child looks at one at a time */
	size_t i;

	for (i = 0; i < sizeof readers / sizeof readers[0]; i++)
		if (strcmp(readers[i].type, answer->type) == 0)
			return disk_open(&disk, fd) == 0
				       ? readers[i].read(&disk, wanted, ret_membership)
				       : 0;
	return 0;
}
