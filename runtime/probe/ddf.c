/* DDF: an anchor in the last sector leads to one or two headers, and these to sections: physical
 * disks, virtual disks (the same on all disks), this disk's own record, and the configurations of
 * the virtual disks that it is in.
 *
 * Sources: SNIA, Common RAID Disk Data Format 2.0; where it leaves a choice, mdadm's super-ddf.c.
 * Big-endian; offsets of sections in sectors of 512 bytes from their header. As there, headers have
 * to have the right checksum, and sections are taken as they are: some firmware does not keep
 * theirs. */
#include "container.h"

#include <string.h>

enum {
	SECTOR = 512,
	GUID_SIZE = 24,
	CHECKSUM = 4, /* in all structures */
	GUID = 8,
	/* a header */
	REVISION = 32,
	SEQUENCE = 40,
	OPEN_FLAG = 48,
	PRIMARY_AT = 96,
	SECONDARY_AT = 104,
	HEADER_TYPE = 112,
	LIKE_ANCHOR = 113, /* from here on a header is what the anchor is */
	RECORD_SECTORS = 134,
	ELEMENTS_MAX = 136,
	CONTROLLER_SECTION = 192, /* each of these: offset, length */
	DISK_SECTION = 200,
	VOLUME_SECTION = 208,
	CONFIG_SECTION = 216,
	OWN_SECTION = 224,
	/* entries of both lists of disks, behind a head of the same size */
	ENTRY_SIZE = 64,
	ENTRIES_MAX = 4095,
	DISK_REFERENCE = 24,
	DISK_STATE = 30,
	DISK_FAILED = 2,
	DISK_REBUILDS = 4,
	DISK_MISSING = 64,
	VOLUME_STATE = 32,
	VOLUME_INIT = 33,
	VOLUME_NAME = 48,
	VOLUME_NAME_SIZE = 16,
	STATE_INCONSISTENT = 16,
	INIT_FULL = 2,
	/* this disk's own record */
	OWN_REFERENCE = 32,
	/* a configuration */
	ELEMENTS = 64,
	LEVEL = 67,
	QUALIFIER = 68,
	SECONDARY_COUNT = 69,
	SECONDARY_NUMBER = 70,
	SECONDARY_LEVEL = 71,
	REFERENCES = 512,
	SPANNED = 3,
};

struct ddf {
	struct disk *disk;
	unsigned char header[SECTOR]; /* the one that counts */
	uint64_t at;		      /* and where it is, in bytes */
	uint32_t own;		      /* this disk's reference */
};

/* --- headers ------------------------------------------------------------------ */

/* CRC-32 with the polynomial of IEEE 802.3, but neither begun with ones nor inverted at the end;
 * its own place is taken for all ones. */
static uint32_t crc32_of(const unsigned char *sector)
{
	uint32_t crc = 0;
	unsigned i, k;

	for (i = 0; i < SECTOR; i++) {
		crc ^= i >= CHECKSUM && i < CHECKSUM + 4 ? 0xff : sector[i];
		for (k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return crc;
}

static uint64_t be64(const unsigned char *at)
{
	return (uint64_t)be32(at) << 32 | be32(at + 4);
}

static bool read_header(struct disk *disk, uint64_t at, unsigned char header[SECTOR])
{
	const unsigned char *bytes = disk_bytes(disk, at, SECTOR);

	if (bytes == NULL || be32(bytes) != 0xde11de11 || be32(bytes + CHECKSUM) != crc32_of(bytes))
		return false;
	memcpy(header, bytes, SECTOR);
	return memcmp(header + REVISION, "01.00.00", 8) == 0 ||
	       memcmp(header + REVISION, "01.02.00", 8) == 0;
}

static bool read_like_anchor(const struct ddf *ddf, const unsigned char *anchor, unsigned type,
			     uint64_t *ret_at, unsigned char header[SECTOR])
{
	uint64_t sector = be64(anchor + (type == 1 ? PRIMARY_AT : SECONDARY_AT));

	if (sector >= ddf->disk->size / SECTOR)
		return false;
	*ret_at = sector * SECTOR;
	return read_header(ddf->disk, *ret_at, header) && header[HEADER_TYPE] == type &&
	       memcmp(header + GUID, anchor + GUID, GUID_SIZE) == 0 &&
	       memcmp(header + PRIMARY_AT, anchor + PRIMARY_AT, 16) == 0 &&
	       memcmp(header + LIKE_ANCHOR, anchor + LIKE_ANCHOR, SECTOR - LIKE_ANCHOR) == 0;
}

/* The secondary one, where there is one, is a copy; it counts if it is newer, or closed when the
 * primary was left open in the middle of a change. */
static bool find_header(struct ddf *ddf)
{
	unsigned char anchor[SECTOR], other[SECTOR];
	uint64_t size = ddf->disk->size / SECTOR * SECTOR, at;
	bool found;

	if (size < 32 << 20 || !read_header(ddf->disk, size - SECTOR, anchor))
		return false;
	found = read_like_anchor(ddf, anchor, 1, &ddf->at, ddf->header);
	if (!read_like_anchor(ddf, anchor, 2, &at, other))
		return found;
	if (!found ||
	    (be32(ddf->header + SEQUENCE) < be32(other + SEQUENCE) && !other[OPEN_FLAG]) ||
	    (be32(ddf->header + SEQUENCE) == be32(other + SEQUENCE) && ddf->header[OPEN_FLAG] &&
	     !other[OPEN_FLAG])) {
		memcpy(ddf->header, other, SECTOR);
		ddf->at = at;
	}
	return true;
}

/* --- sections ----------------------------------------------------------------- */

/* A piece of a section, valid as disk_bytes says; NULL outside of it. */
static const unsigned char *piece(const struct ddf *ddf, unsigned section, uint64_t at,
				  size_t length)
{
	uint64_t offset = be32(ddf->header + section), size = be32(ddf->header + section + 4);

	if (at + length > size * SECTOR)
		return NULL;
	return disk_bytes(ddf->disk, ddf->at + offset * SECTOR + at, length);
}

/* The entry of a list that has some bytes in a place of it, and its number; NULL: none. */
static const unsigned char *find_entry(const struct ddf *ddf, unsigned section, size_t place,
				       const unsigned char *bytes, size_t length,
				       uint32_t *ret_number)
{
	const unsigned char *entry;
	uint32_t i;

	for (i = 0; i < ENTRIES_MAX; i++) {
		entry = piece(ddf, section, (uint64_t)(i + 1) * ENTRY_SIZE, ENTRY_SIZE);
		if (entry == NULL)
			break;
		if (memcmp(entry + place, bytes, length) == 0) {
			*ret_number = i;
			return entry;
		}
	}
	*ret_number = ENTRIES_MAX;
	return NULL;
}

/* --- volumes ------------------------------------------------------------------ */

/* mdadm's level for what the format calls primary and secondary levels; false if md has no such. */
static bool read_level(const unsigned char *config, struct md *md)
{
	static const struct {
		unsigned char level, qualifier;
		int md;
		uint32_t layout;
	} table[] = {{0x00, 0, 0, 0},	  {0x01, 0, 1, 0}, {0x01, 1, 1, 0},  {0x04, 1, 4, 0},
		     {0x05, 0, 5, 0},	  {0x05, 2, 5, 0}, {0x05, 3, 5, 0},  {0x06, 1, 6, 0},
		     {0x06, 2, 6, 0},	  {0x06, 3, 6, 0}, {0x1f, 0, -1, 0}, {0x11, 0, 10, 0x102},
		     {0x11, 1, 10, 0x201}};
	size_t i;

	md->raid_disks = be16(config + ELEMENTS);
	if (config[SECONDARY_COUNT] > 1) { /* mirrors, and stripes over them */
		md->level = 10;
		md->layout = 0x100 | md->raid_disks;
		md->raid_disks *= config[SECONDARY_COUNT];
		return config[LEVEL] == 1 &&
		       (config[SECONDARY_LEVEL] == 0 || config[SECONDARY_LEVEL] == SPANNED);
	}
	for (i = 0; i < sizeof table / sizeof table[0]; i++)
		if (table[i].level == config[LEVEL] &&
		    (table[i].qualifier == config[QUALIFIER] || config[LEVEL] == 0x1f)) {
			md->level = table[i].md;
			md->layout = table[i].layout;
			return true;
		}
	return false;
}

/* Which slots have a disk, as far as this disk's configuration knows them: of stripes over mirrors
 * it has its own mirror's, and the others are expected. */
static void read_slots(const struct ddf *ddf, const unsigned char *config, struct md *md)
{
	uint32_t count = be16(config + ELEMENTS), first = config[SECONDARY_NUMBER] * count, i,
		 number;

	md->role = MD_SPARE;
	for (i = 0; i < md->raid_disks; i++)
		md->occupied[i] = i < first || i >= first + count;
	for (i = 0; i < count && first + i < md->raid_disks; i++) {
		const unsigned char *reference = config + REFERENCES + (size_t)4 * i;
		const unsigned char *entry =
			find_entry(ddf, DISK_SECTION, DISK_REFERENCE, reference, 4, &number);
		unsigned state = entry != NULL ? be16(entry + DISK_STATE) : DISK_MISSING;

		md->occupied[first + i] = !(state & (DISK_FAILED | DISK_MISSING));
		if (be32(reference) != ddf->own || !md->occupied[first + i])
			continue;
		md->role = MD_ACTIVE;
		md->number = number;
		md->slot = first + i;
		md->recovering = state & DISK_REBUILDS;
	}
}

/* Some firmware gives its volumes other GUIDs with every boot: there, mdadm makes the UUID of what
 * stays. */
static void name_volume(const struct ddf *ddf, const unsigned char *entry, struct md *md)
{
	const unsigned char *controller = piece(ddf, CONTROLLER_SECTION, 0, SECTOR);
	unsigned char named[GUID_SIZE + VOLUME_NAME_SIZE + 2];
	uint16_t number = (uint16_t)md->minor;

	if (controller == NULL || memcmp(controller + GUID, "LSI     ", 8) != 0) {
		container_uuid(md->uuid, entry, GUID_SIZE);
		return;
	}
	memcpy(named, ddf->header + GUID, GUID_SIZE);
	memcpy(named + GUID_SIZE, entry + VOLUME_NAME, VOLUME_NAME_SIZE);
	memcpy(named + GUID_SIZE + VOLUME_NAME_SIZE, &number, sizeof number);
	container_uuid(md->uuid, named, sizeof named);
}

/* config is a copy: the windows of the disk move on. */
static void read_volume(const struct ddf *ddf, const unsigned char *config,
			struct container *container)
{
	unsigned char entry[ENTRY_SIZE];
	const unsigned char *found;
	struct md md = {.major = MD_EXTERNAL}, *volume;
	uint32_t number;

	found = find_entry(ddf, VOLUME_SECTION, 0, config + GUID, GUID_SIZE, &number);
	if (found == NULL || !read_level(config, &md) || md.raid_disks == 0 ||
	    md.raid_disks > MD_SLOTS_MAX)
		return;
	memcpy(entry, found, ENTRY_SIZE);
	volume = container_add(container, number);
	if (volume == NULL)
		return;
	volume->level = md.level;
	volume->layout = md.layout;
	volume->raid_disks = md.raid_disks;
	volume->events = be32(ddf->header + SEQUENCE);
	volume->clean = !(entry[VOLUME_STATE] & STATE_INCONSISTENT) &&
			(entry[VOLUME_INIT] & 3) == INIT_FULL;
	name_volume(ddf, entry, volume);
	read_slots(ddf, config, volume);
}

static void read_volumes(struct ddf *ddf, struct container *container)
{
	/* The record, and references to as many disks as the slots of an array of md's. */
	unsigned char config[REFERENCES + 4 * MD_SLOTS_MAX];
	uint64_t step = (uint64_t)be16(ddf->header + RECORD_SECTORS) * SECTOR, at;
	size_t length = REFERENCES + (size_t)4 * be16(ddf->header + ELEMENTS_MAX);
	const unsigned char *bytes;

	if (length > sizeof config)
		length = sizeof config;
	for (at = 0; step >= length && (bytes = piece(ddf, CONFIG_SECTION, at, length)) != NULL;
	     at += step) {
		memset(config, 0xff, sizeof config);
		memcpy(config, bytes, length);
		if (be32(config) == 0xeeeeeeee)
			read_volume(ddf, config, container);
	}
}

bool ddf_read(struct disk *disk, struct container *container)
{
	struct ddf ddf = {.disk = disk};
	const unsigned char *own;

	if (!find_header(&ddf))
		return false;
	container_uuid(container->uuid, ddf.header + GUID, GUID_SIZE);
	own = piece(&ddf, OWN_SECTION, 0, SECTOR);
	if (own == NULL)
		return false;
	ddf.own = be32(own + OWN_REFERENCE);
	read_volumes(&ddf, container);
	return true;
}
