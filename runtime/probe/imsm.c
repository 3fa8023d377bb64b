/* IMSM: one block of metadata, the same on all disks of a container, in front of the last sector;
 * it names its disks by serial number, and its volumes' slots by the disks' places in that list.
 *
 * There is no document of it; what is known stands in mdadm's super-intel.c. Little-endian. */
#include "container.h"

#include <string.h>

enum {
	BLOCK_MAX =
		16384, /* what is read of it: disks and volumes; logs of bad blocks come after */
	SIGNATURE_SIZE = 24,
	SERIAL = 16,
	/* the header */
	CHECKSUM = 32,
	SIZE = 36,
	FAMILY = 40,
	GENERATION = 44,
	DISK_COUNT = 56,
	VOLUME_COUNT = 57,
	FIRST_FAMILY = 64, /* of the first of the containers that this one was made of */
	DISKS = 216,
	/* a disk */
	DISK_SIZE = 48,
	DISK_STATUS = 24,
	DISK_CONFIGURED = 2,
	DISK_FAILED = 4,
	/* a volume, with one map, or two while it moves from the second to the first */
	VOLUME_POLICY = 50, /* against the write hole */
	VOLUME_MOVES = 88,
	VOLUME_MOVE = 89,
	VOLUME_DIRTY = 90,
	MAPS = 112,
	POLICY_PPL = 1,
	POLICY_PPLS = 3,
	MOVE_INIT = 0,
	MOVE_REBUILD = 1,
	MOVE_GEOMETRY = 3, /* and 4, of the level */
	/* a map */
	MAP_STATE = 14,
	MAP_LEVEL = 15,
	MAP_SLOTS = 16,
	MAP_TABLE = 48,
	STATE_NORMAL = 0,
	STATE_UNINITIALIZED = 1,
	SLOT_NOT_IN_SYNC = 1 << 24,
};

struct block {
	unsigned char bytes[BLOCK_MAX];
	size_t size;
};

/* --- the block ---------------------------------------------------------------- */

/* The first sector is the last but one of the disk, and what does not fit into it lies before it.
 */
static bool read_block(struct disk *disk, struct block *block)
{
	uint64_t at = disk->size - (uint64_t)2 * disk->sector, rest;
	const unsigned char *bytes;
	size_t have = disk->sector, piece;

	if (disk->size < (uint64_t)4 * disk->sector || disk->sector > 4096)
		return false;
	bytes = disk_bytes(disk, at, disk->sector);
	if (bytes == NULL || memcmp(bytes, "Intel Raid ISM Cfg Sig. ", SIGNATURE_SIZE) != 0)
		return false;
	block->size = le32(bytes + SIZE);
	if (block->size < DISKS || block->size > sizeof block->bytes || block->size % 4 != 0)
		return false;
	memcpy(block->bytes, bytes, have);
	rest = (block->size + disk->sector - 1) / disk->sector - 1;
	at -= rest * disk->sector;
	for (; rest > 0; rest--, at += disk->sector, have += disk->sector) {
		bytes = disk_bytes(disk, at, disk->sector);
		piece = sizeof block->bytes - have;
		if (bytes == NULL)
			return false;
		memcpy(block->bytes + have, bytes, piece < disk->sector ? piece : disk->sector);
	}
	return true;
}

static bool sum_is_right(const struct block *block)
{
	uint32_t sum = 0;
	size_t at;

	for (at = 0; at < block->size; at += 4)
		sum += le32(block->bytes + at);
	return sum - le32(block->bytes + CHECKSUM) == le32(block->bytes + CHECKSUM);
}

/* --- disks -------------------------------------------------------------------- */

/* The place of a disk in the list, or how many there are. */
static uint32_t find_disk(const struct block *block, const char *serial)
{
	char padded[SERIAL] = {0};
	uint32_t i, count = block->bytes[DISK_COUNT];

	memcpy(padded, serial, strlen(serial));
	for (i = 0; i < count; i++)
		if (serial[0] != '\0' &&
		    memcmp(block->bytes + DISKS + (size_t)i * DISK_SIZE, padded, SERIAL) == 0)
			return i;
	return count;
}

static bool is_in_use(const struct block *block, uint32_t number)
{
	uint32_t status;

	if (number >= block->bytes[DISK_COUNT])
		return false;
	status = le32(block->bytes + DISKS + (size_t)number * DISK_SIZE + DISK_STATUS);
	return (status & (DISK_CONFIGURED | DISK_FAILED)) == DISK_CONFIGURED;
}

/* --- volumes ------------------------------------------------------------------ */

static size_t map_size(const unsigned char *map)
{
	return MAP_TABLE + (size_t)4 * map[MAP_SLOTS];
}

/* A map's own number of slots says how long it is, so every step is held against the end. */
static size_t volume_size(const struct block *block, size_t at)
{
	size_t size = MAPS + MAP_TABLE, maps, i;

	if (at + size > block->size)
		return 0;
	maps = block->bytes[at + VOLUME_MOVES] != 0 ? 2 : 1;
	size = MAPS;
	for (i = 0; i < maps; i++) {
		if (at + size + MAP_TABLE > block->size)
			return 0;
		size += map_size(block->bytes + at + size);
	}
	return at + size <= block->size ? size : 0;
}

static int level_of(const unsigned char *map)
{
	int level = map[MAP_LEVEL];

	return level == 1 && map[MAP_SLOTS] > 2 ? 10 : level;
}

/* A slot is in sync unless the map says otherwise; then its disk is on the way there, or is to be
 * replaced. While the volume moves the second map says it. */
static void read_slots(const struct block *block, const unsigned char *volume, uint32_t own,
		       struct md *md)
{
	const unsigned char *map = volume + MAPS, *now = map;
	bool rebuilds = volume[VOLUME_MOVES] != 0 && volume[VOLUME_MOVE] == MOVE_REBUILD;
	uint32_t slot;

	if (volume[VOLUME_MOVES] != 0)
		now = map + map_size(map);
	md->role = MD_SPARE;
	for (slot = 0; slot < map[MAP_SLOTS]; slot++) {
		uint32_t disk = le32(map + MAP_TABLE + (size_t)4 * slot) & 0xffffff;
		bool synced = slot >= now[MAP_SLOTS] ||
			      !(le32(now + MAP_TABLE + (size_t)4 * slot) & SLOT_NOT_IN_SYNC);

		md->occupied[slot] = is_in_use(block, disk) && (synced || rebuilds);
		if (disk != own || !md->occupied[slot])
			continue;
		md->role = MD_ACTIVE;
		md->number = disk;
		md->slot = slot;
		md->recovering = !synced;
	}
}

static void read_state(const unsigned char *volume, struct md *md)
{
	unsigned moves = volume[VOLUME_MOVES], move = volume[VOLUME_MOVE];

	md->reshaping = moves != 0 && move >= MOVE_GEOMETRY;
	md->clean = !(volume[VOLUME_DIRTY] & 1) &&
		    volume[MAPS + MAP_STATE] != STATE_UNINITIALIZED &&
		    !(moves != 0 && move == MOVE_INIT);
	md->has_ppl = volume[VOLUME_POLICY] == POLICY_PPL || volume[VOLUME_POLICY] == POLICY_PPLS;
}

static void name_volume(const struct block *block, const unsigned char *volume, uint32_t number,
			struct md *md)
{
	unsigned char named[SIGNATURE_SIZE + 8 + SERIAL];

	memcpy(named, block->bytes, SIGNATURE_SIZE);
	memcpy(named + SIGNATURE_SIZE,
	       block->bytes + (le32(block->bytes + FIRST_FAMILY) != 0 ? FIRST_FAMILY : FAMILY), 4);
	memcpy(named + SIGNATURE_SIZE + 4, &number, 4);
	memcpy(named + SIGNATURE_SIZE + 8, volume, SERIAL);
	container_uuid(md->uuid, named, sizeof named);
}

static void read_volume(const struct block *block, size_t at, uint32_t number, uint32_t own,
			struct container *container)
{
	const unsigned char *volume = block->bytes + at, *map = volume + MAPS;
	struct md *md;

	if (map[MAP_SLOTS] == 0)
		return;
	md = container_add(container, number);
	if (md == NULL)
		return;
	md->events = le32(block->bytes + GENERATION);
	md->level = level_of(map);
	md->layout = md->level == 10 ? 0x102 : 0; /* two copies beside each other */
	md->raid_disks = map[MAP_SLOTS];
	read_state(volume, md);
	read_slots(block, volume, own, md);
	name_volume(block, volume, number, md);
}

bool imsm_read(struct disk *disk, const char *serial, struct container *container)
{
	static struct block block; /* a child looks at one disk at a time */
	unsigned char named[SIGNATURE_SIZE + 4];
	uint32_t own, number;
	size_t at, size;

	memset(&block, 0, sizeof block);
	if (!read_block(disk, &block) || !sum_is_right(&block))
		return false;
	memcpy(named, block.bytes, SIGNATURE_SIZE);
	memcpy(named + SIGNATURE_SIZE,
	       block.bytes + (le32(block.bytes + FIRST_FAMILY) != 0 ? FIRST_FAMILY : FAMILY), 4);
	container_uuid(container->uuid, named, sizeof named);
	own = find_disk(&block, serial);
	at = DISKS + (size_t)block.bytes[DISK_COUNT] * DISK_SIZE;
	for (number = 0; number < block.bytes[VOLUME_COUNT]; number++, at += size) {
		size = volume_size(&block, at);
		if (size == 0)
			break;
		read_volume(&block, at, number, own, container);
	}
	return true;
}
