#include "label.h"

#include <string.h>

/* struct label_header */
enum {
	LABEL_SECTOR = 8,
	LABEL_CRC = 16,
	LABEL_OFFSET = 20, /* of the PV header; the checksum begins here, too */
	LABEL_TYPE = 24,
	LABEL_SECTORS = 4, /* where it may be */
};

/* struct pv_header: identifier, size, then two lists of (offset, size), each ended by a zero */
enum {
	PV_SIZE = 32,
	PV_REGIONS = 40,
};

/* struct mda_header: one sector, then the text in a ring that fills the rest of the area */
enum {
	AREA_MAGIC = 4,
	AREA_VERSION = 20,
	AREA_START = 24,
	AREA_SIZE = 32,
	AREA_SLOTS = 40,
};

/* struct raw_locn, the first of two: the second is a change that was not committed */
enum {
	SLOT_OFFSET = 0,
	SLOT_SIZE = 8,
	SLOT_CRC = 16,
	SLOT_FLAGS = 20,
	SLOT_IGNORED = 1,
};

static uint32_t number32(const unsigned char *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static uint64_t number64(const unsigned char *at)
{
	return number32(at) | (uint64_t)number32(at + 4) << 32;
}

uint32_t lvm_crc(uint32_t crc, const void *bytes, size_t length)
{
	/* What four bits do to it (polynomial 0xedb88320): metadata can be megabytes. */
	static const uint32_t step[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
					  0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
					  0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
					  0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
	const unsigned char *at = bytes;
	size_t i;

	for (i = 0; i < length; i++) {
		crc ^= at[i];
		crc = crc >> 4 ^ step[crc & 15];
		crc = crc >> 4 ^ step[crc & 15];
	}
	return crc;
}

bool lvm_id_format(char to[LVM_ID_TEXT], const char *from)
{
	static const unsigned char group[] = {6, 4, 4, 4, 4, 4, 6};
	unsigned i, k;

	for (i = 0; i < 7; i++) {
		if (i > 0)
			*to++ = '-';
		for (k = 0; k < group[i]; k++, from++) {
			/* lvm's own alphabet has ! and # as well */
			bool fits = (*from >= '0' && *from <= '9') ||
				    (*from >= 'a' && *from <= 'z') ||
				    (*from >= 'A' && *from <= 'Z') || *from == '!' || *from == '#';

			if (!fits)
				return false;
			*to++ = *from;
		}
	}
	*to = '\0';
	return true;
}

/* --- the label ------------------------------------------------------------- */

/* The region at an offset of the sector; false at the end of a list or of the sector. */
static bool next_region(const unsigned char *sector, size_t *at, struct lvm_region *ret)
{
	if (*at > LVM_SECTOR - 16)
		return false;
	ret->at = number64(sector + *at);
	ret->size = number64(sector + *at + 8);
	*at += 16;
	return ret->at != 0;
}

static bool read_header(const unsigned char *sector, size_t at, struct lvm_label *label,
			struct lvm_error *error)
{
	struct lvm_region region;

	if (at > LVM_SECTOR - PV_REGIONS)
		return lvm_fail(error, "the label's header lies outside of its sector");
	if (!lvm_id_format(label->id, (const char *)sector + at))
		return lvm_fail(error, "the label has no identifier");
	label->size = number64(sector + at + PV_SIZE);
	at += PV_REGIONS;
	while (next_region(sector, &at, &region))
		; /* where extents begin: the text says it, too, and newer */
	while (next_region(sector, &at, &region)) {
		if (label->area_count == LVM_AREAS_MAX)
			return lvm_fail(error, "the label names more than %d metadata areas",
					LVM_AREAS_MAX);
		label->area[label->area_count++] = region;
	}
	return true;
}

bool lvm_label_read(const struct lvm_source *source, struct lvm_label *label,
		    struct lvm_error *error)
{
	unsigned char sector[LVM_SECTOR];
	unsigned i;

	error->text[0] = '\0';
	for (i = 0; i < LABEL_SECTORS; i++) {
		memset(label, 0, sizeof *label);
		if (source->size < (i + 1) * (uint64_t)LVM_SECTOR)
			break;
		if (!source->read(source->context, i * (uint64_t)LVM_SECTOR, sector, sizeof sector))
			return lvm_fail(error, "sector %u cannot be read", i);
		if (memcmp(sector, "LABELONE", 8) != 0 ||
		    memcmp(sector + LABEL_TYPE, "LVM2 001", 8) != 0)
			continue;
		if (number64(sector + LABEL_SECTOR) != i)
			lvm_set_error(error, "the label in sector %u says it is in another", i);
		else if (lvm_crc(LVM_CRC_START, sector + LABEL_OFFSET, LVM_SECTOR - LABEL_OFFSET) !=
			 number32(sector + LABEL_CRC))
			lvm_set_error(error, "the checksum of the label does not fit");
		else
			return read_header(sector, number32(sector + LABEL_OFFSET), label, error);
	}
	return false;
}

/* --- a metadata area -------------------------------------------------------- */

static bool check_area(const unsigned char *sector, const struct lvm_region *area,
		       struct lvm_error *error)
{
	if (memcmp(sector + AREA_MAGIC, " LVM2 x[5A%r0N*>", 16) != 0)
		return lvm_fail(error, "there is no metadata area where the label says");
	if (lvm_crc(LVM_CRC_START, sector + AREA_MAGIC, LVM_SECTOR - AREA_MAGIC) !=
	    number32(sector))
		return lvm_fail(error, "the checksum of a metadata area's header does not fit");
	if (number32(sector + AREA_VERSION) != 1)
		return lvm_fail(error, "a metadata area has version %u, and 1 is known",
				(unsigned)number32(sector + AREA_VERSION));
	if (number64(sector + AREA_START) != area->at || number64(sector + AREA_SIZE) != area->size)
		return lvm_fail(error,
				"a metadata area says that it is elsewhere than the label says");
	return true;
}

/* The text wraps around: what does not fit at the end goes on after the header. */
static bool read_ring(const struct lvm_source *source, const struct lvm_region *area,
		      uint64_t offset, char *text, size_t length)
{
	size_t first = area->size - offset < length ? (size_t)(area->size - offset) : length;

	return source->read(source->context, area->at + offset, text, first) &&
	       (first == length ||
		source->read(source->context, area->at + LVM_SECTOR, text + first, length - first));
}

bool lvm_area_read(const struct lvm_source *source, const struct lvm_region *area,
		   struct lvm_memory *memory, char **ret_text, size_t *ret_length,
		   struct lvm_error *error)
{
	unsigned char sector[LVM_SECTOR];
	uint64_t offset, size;
	const unsigned char *slot = sector + AREA_SLOTS;

	*ret_text = NULL;
	*ret_length = 0;
	if (area->size < 2 * (uint64_t)LVM_SECTOR || area->at > source->size ||
	    area->size > source->size - area->at)
		return lvm_fail(error, "a metadata area lies beyond the end of the device");
	if (!source->read(source->context, area->at, sector, sizeof sector))
		return lvm_fail(error, "the header of a metadata area cannot be read");
	if (!check_area(sector, area, error))
		return false;
	offset = number64(slot + SLOT_OFFSET);
	size = number64(slot + SLOT_SIZE);
	if (offset == 0 || (number32(slot + SLOT_FLAGS) & SLOT_IGNORED))
		return true;
	if (offset < LVM_SECTOR || offset >= area->size || size > area->size - LVM_SECTOR)
		return lvm_fail(error, "the metadata lies outside of its area");
	if (size > LVM_TEXT_MAX)
		return lvm_fail(error, "the metadata is larger than %d MiB", LVM_TEXT_MAX >> 20);
	*ret_text = lvm_take(memory, size + 1, 1);
	if (*ret_text == NULL)
		return lvm_fail_full(error);
	if (!read_ring(source, area, offset, *ret_text, size))
		return lvm_fail(error, "the metadata cannot be read");
	if (lvm_crc(LVM_CRC_START, *ret_text, size) != number32(slot + SLOT_CRC))
		return lvm_fail(error, "the checksum of the metadata does not fit");
	*ret_length = size;
	return true;
}
