#include "md.h"
#include "answer.h"

#include <linux/raid/md_p.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum {
	BLOCK = 4096, /* bytes: a superblock of either version lies within so many */
	SET_NAME_SIZE = 32,
	ROLES_MAX = (BLOCK - sizeof(struct mdp_superblock_1)) / 2,
};

/* --- version 0.90: words in the byte order of the machine ----------------- */

static uint32_t word(const unsigned char *block, size_t at)
{
	uint32_t value;

	memcpy(&value, block + at, sizeof value);
	return value;
}

#define WORD(field) word(block, offsetof(mdp_super_t, field))

/* The sum of all words but the sum itself (md.c, md_csum). */
static bool sum_0_is_right(const unsigned char *block)
{
	uint32_t stored = WORD(sb_csum);
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < BLOCK; i += 4)
		sum += word(block, i);
	sum -= stored;
	return (uint32_t)((sum & 0xffffffff) + (sum >> 32)) == stored;
}

static uint32_t descriptor_word(const unsigned char *block, uint32_t number, size_t field)
{
	return word(block, offsetof(mdp_super_t, disks) + number * sizeof(mdp_disk_t) + field);
}

static void read_roles_0(const unsigned char *block, struct md *md)
{
	uint32_t i, slot, state;

	for (i = 0; i < MD_SB_DISKS; i++) {
		slot = descriptor_word(block, i, offsetof(mdp_disk_t, raid_disk));
		if (slot < md->raid_disks &&
		    descriptor_word(block, i, offsetof(mdp_disk_t, state)) & 1u << MD_DISK_SYNC)
			md->occupied[slot] = true;
	}
	md->number = WORD(this_disk.number);
	md->slot = descriptor_word(block, md->number, offsetof(mdp_disk_t, raid_disk));
	state = descriptor_word(block, md->number, offsetof(mdp_disk_t, state));
	if (state & 1u << MD_DISK_FAULTY)
		md->role = MD_FAULTY;
	else if (state & 1u << MD_DISK_SYNC && md->slot < md->raid_disks)
		md->role = MD_ACTIVE;
	else
		md->role = MD_SPARE;
}

static void read_uuid_0(const unsigned char *block, struct md *md)
{
	const uint32_t words[] = {WORD(set_uuid0), WORD(set_uuid1), WORD(set_uuid2),
				  WORD(set_uuid3)};
	unsigned i;

	for (i = 0; i < 16; i++)
		md->uuid[i] = (unsigned char)(words[i / 4] >> (24 - i % 4 * 8));
}

static bool read_0_90(const unsigned char *block, struct md *md)
{
	uint32_t minor = WORD(minor_version);

	if (WORD(md_magic) != MD_SB_MAGIC || WORD(major_version) != 0 || minor < 90 || minor > 91 ||
	    WORD(raid_disks) == 0 || WORD(raid_disks) > MD_SB_DISKS ||
	    WORD(this_disk.number) >= MD_SB_DISKS || WORD(not_persistent) != 0 ||
	    !sum_0_is_right(block))
		return false;
	md->minor = 90; /* 91 only says that it is being reshaped */
	md->created = WORD(ctime);
	md->events = (uint64_t)WORD(events_hi) << 32 | WORD(events_lo);
	md->level = (int)WORD(level);
	md->layout = WORD(layout);
	md->chunk = WORD(chunk_size) / 512;
	md->raid_disks = WORD(raid_disks);
	md->clean = WORD(state) & 1u << MD_SB_CLEAN;
	md->has_bitmap = WORD(state) & 1u << MD_SB_BITMAP_PRESENT;
	md->reshaping = minor == 91;
	snprintf(md->name, sizeof md->name, "super-minor=%u", (unsigned)WORD(md_minor));
	read_uuid_0(block, md);
	read_roles_0(block, md);
	return true;
}

/* --- version 1: little-endian --------------------------------------------- */

#define AT(field)     (block + offsetof(struct mdp_superblock_1, field))
#define IN_SYNC_WHOLE UINT64_MAX /* resync_offset of a clean array */

static bool sum_1_is_right(const unsigned char *block, uint32_t roles)
{
	size_t length = sizeof(struct mdp_superblock_1) + 2 * (size_t)roles, at;
	uint32_t stored = le32(AT(sb_csum));
	uint64_t sum = 0;

	for (at = 0; at + 4 <= length; at += 4)
		sum += le32(block + at);
	if (at < length)
		sum += le16(block + at);
	sum -= stored;
	return (uint32_t)((sum & 0xffffffff) + (sum >> 32)) == stored;
}

static void read_roles_1(const unsigned char *block, uint32_t roles, struct md *md)
{
	uint32_t i, own = MD_DISK_ROLE_SPARE;

	for (i = 0; i < roles; i++) {
		uint32_t role = le16(block + sizeof(struct mdp_superblock_1) + 2 * (size_t)i);

		if (role < MD_SLOTS_MAX)
			md->occupied[role] = true;
		if (i == md->number)
			own = role;
	}
	if (own == MD_DISK_ROLE_JOURNAL)
		md->role = MD_JOURNAL;
	else if (own == MD_DISK_ROLE_SPARE)
		md->role = MD_SPARE;
	else if (own < MD_SLOTS_MAX)
		md->role = MD_ACTIVE;
	else
		md->role = MD_FAULTY;
	md->slot = md->role == MD_ACTIVE ? own : 0;
	md->recovering = md->recovering && md->role == MD_ACTIVE;
}

static void read_features(const unsigned char *block, struct md *md)
{
	uint32_t features = le32(AT(feature_map));

	md->clean = le64(AT(resync_offset)) == IN_SYNC_WHOLE;
	md->has_bitmap = features & MD_FEATURE_BITMAP_OFFSET;
	md->has_journal = features & MD_FEATURE_JOURNAL;
	md->has_ppl = features & (MD_FEATURE_PPL | MD_FEATURE_MULTIPLE_PPLS);
	md->reshaping = features & MD_FEATURE_RESHAPE_ACTIVE;
	md->replacement = features & MD_FEATURE_REPLACEMENT;
	md->recovering =
		features & MD_FEATURE_RECOVERY_OFFSET && le64(AT(recovery_offset)) != UINT64_MAX;
}

/* Where version 1 has a bitmap, it begins with a superblock of its own, "bitm"; its version says
 * whether it has a part for each node of a cluster (drivers/md/md-bitmap.h). The place is relative.
 */
static void read_bitmap(struct disk *disk, uint32_t offset, struct md *md)
{
	enum { CLUSTERED = 5 };
	int64_t at = (int64_t)md->at + (int64_t)(int32_t)offset * 512;
	const unsigned char *bitmap = at >= 0 ? disk_bytes(disk, (uint64_t)at, 8) : NULL;

	md->clustered =
		bitmap != NULL && memcmp(bitmap, "bitm", 4) == 0 && le32(bitmap + 4) == CLUSTERED;
}

static bool read_1(struct disk *disk, const unsigned char *block, struct md *md)
{
	uint32_t roles = le32(AT(max_dev)), bitmap = le32(AT(bitmap_offset));

	if (le32(AT(magic)) != MD_SB_MAGIC || le32(AT(major_version)) != 1 || roles > ROLES_MAX ||
	    le64(AT(super_offset)) != md->at / 512 ||
	    le32(AT(feature_map)) & ~(uint32_t)MD_FEATURE_ALL || le32(AT(raid_disks)) == 0 ||
	    le32(AT(raid_disks)) > MD_SLOTS_MAX || !sum_1_is_right(block, roles))
		return false;
	memcpy(md->uuid, AT(set_uuid), sizeof md->uuid);
	answer_copy(md->name, sizeof md->name, AT(set_name), SET_NAME_SIZE);
	md->created = le64(AT(ctime));
	md->events = le64(AT(events));
	md->level = (int)le32(AT(level));
	md->layout = le32(AT(layout));
	md->chunk = le32(AT(chunksize));
	md->raid_disks = le32(AT(raid_disks));
	md->number = le32(AT(dev_number));
	read_features(block, md);
	read_roles_1(block, roles, md);
	if (md->has_bitmap)
		read_bitmap(disk, bitmap, md); /* from here on block may be another one's */
	return true;
}

/* --- where they may be ---------------------------------------------------- */

static bool read_at(struct disk *disk, int major, int minor, uint64_t at, struct md *md)
{
	const unsigned char *block = disk_bytes(disk, at, BLOCK);

	*md = (struct md){.major = major, .minor = minor, .at = at};
	return block != NULL && (major == 0 ? read_0_90(block, md) : read_1(disk, block, md));
}

bool md_read(struct disk *disk, struct md *md)
{
	uint64_t size = disk->size;

	return (size >= UINT64_C(2) * MD_RESERVED_BYTES &&
		read_at(disk, 0, 90,
			(size & ~(uint64_t)(MD_RESERVED_BYTES - 1)) - MD_RESERVED_BYTES, md)) ||
	       (size >= 16384 && read_at(disk, 1, 0, (size / 512 - 16) / 8 * 8 * 512, md)) ||
	       read_at(disk, 1, 1, 0, md) || read_at(disk, 1, 2, 4096, md);
}

void md_uuid_text(const struct md *md, char text[static 37])
{
	answer_copy_uuid(text, md->uuid);
}

const char *md_level_name(int level)
{
	switch (level) {
	case -4:
		return "multipath";
	case -1:
		return "linear";
	case 0:
		return "raid0";
	case 1:
		return "raid1";
	case 4:
		return "raid4";
	case 5:
		return "raid5";
	case 6:
		return "raid6";
	case 10:
		return "raid10";
	default:
		return "unknown";
	}
}
