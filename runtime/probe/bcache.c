#include "bcache.h"
#include "answer.h"

#include <stdio.h>
#include <string.h>

/* struct cache_sb_disk, from its begin */
enum {
	SUPER_AT = 4096,
	SUPER_SIZE = 256, /* what is read of it */
	OFFSET = 8,	  /* where it stands itself, in sectors */
	VERSION = 16,
	MAGIC = 24,
	UUID = 40,
	SET_UUID = 56,
	FLAGS = 104,
	STATE_SHIFT = 61, /* bits 61 and 62 of a backing device's flags */
};

enum state {
	STATE_NONE, /* it has no cache */
	STATE_CLEAN,
	STATE_DIRTY, /* the cache has what it has not */
	STATE_STALE, /* it ran without its cache, which is of no use any more */
};

static bool is_cache(uint64_t version)
{
	return version == 0 || version == 3 || version == 5;
}

static bool is_backing(uint64_t version)
{
	return version == 1 || version == 4 || version == 6;
}

static void describe_backing(const unsigned char *super, const char *uuid, const char *set_uuid,
			     struct membership *m)
{
	enum state state = (enum state)(le64(super + FLAGS) >> STATE_SHIFT & 3);

	snprintf(m->set, sizeof m->set, "bcache:%s", uuid);
	strcpy(m->member, "backing");
	if (state == STATE_CLEAN || state == STATE_DIRTY) {
		snprintf(m->expects, sizeof m->expects, "backing,%s", set_uuid);
		snprintf(m->about, sizeof m->about, "bcache, cache set %s%s", set_uuid,
			 state == STATE_DIRTY ? ", dirty" : "");
	} else {
		strcpy(m->expects, "backing");
		strcpy(m->about, "bcache without a cache");
	}
	strcpy(m->enough, m->expects);
}

uint32_t bcache_membership(struct disk *disk, struct membership *m)
{
	const unsigned char *super = disk_bytes(disk, SUPER_AT, SUPER_SIZE);
	char uuid[37], set_uuid[37];
	uint64_t version;

	if (super == NULL || memcmp(super + MAGIC, BCACHE_MAGIC, 16) != 0 ||
	    le64(super + OFFSET) != SUPER_AT / 512)
		return 0;
	version = le64(super + VERSION);
	answer_copy_uuid(uuid, super + UUID);
	answer_copy_uuid(set_uuid, super + SET_UUID);
	*m = (struct membership){.slack = UINT32_MAX};
	if (is_backing(version) && uuid[0] != '\0') {
		describe_backing(super, uuid, set_uuid, m);
		return 1;
	}
	if (!is_cache(version) || set_uuid[0] == '\0')
		return 0;
	strcpy(m->set, "bcache:");
	strcpy(m->member, set_uuid);
	return 1;
}
