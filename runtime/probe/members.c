#include "members.h"
#include "disk.h"
#include "md.h"

#include <string.h>

typedef uint32_t (*reader)(struct disk *disk, struct membership *ret_membership);

static const struct {
	const char *type;
	reader read;
} readers[] = {
	{"linux_raid_member", md_members},
	{NULL, NULL},
};

uint32_t members_probe(int fd, const struct answer *answer,
		       struct membership ret_membership[MEMBERSHIPS_MAX])
{
	static struct disk disk; /* 64 KiB, and a child looks at one at a time */
	size_t i;

	for (i = 0; readers[i].type != NULL; i++)
		if (strcmp(readers[i].type, answer->type) == 0)
			return disk_open(&disk, fd) == 0 ? readers[i].read(&disk, ret_membership)
							 : 0;
	return 0;
}
