#include "partition.h"

#include <stdio.h>
#include <string.h>

enum {
	MBR_ENTRIES = 446,
	MBR_SIGNATURE = 440,
	MBR_MAGIC = 510,
	TYPE_GPT = 0xee,
	GPT_HEADER_BYTES = 92,
	GPT_ENTRIES_MAX = 1024, /* the kernel shows at most 255 partitions of a disk */
	GPT_ENTRY_MAX = 4096,
};

/* --- MBR ------------------------------------------------------------------ */

static const unsigned char *mbr_entry(const unsigned char *mbr, unsigned i)
{
	return mbr + MBR_ENTRIES + 16 * (size_t)i;
}

static bool is_extended(unsigned char type)
{
	return type == 0x05 || type == 0x0f || type == 0x85;
}

/* The first sector if it can be a table: a boot sector of a file system ends in the same two bytes,
 * but has code where the table would be. */
static const unsigned char *read_mbr(struct disk *disk)
{
	const unsigned char *mbr = disk_bytes(disk, 0, 512);
	bool any = false;
	unsigned i;

	if (mbr == NULL || mbr[MBR_MAGIC] != 0x55 || mbr[MBR_MAGIC + 1] != 0xaa)
		return NULL;
	for (i = 0; i < 4; i++) {
		const unsigned char *entry = mbr_entry(mbr, i);

		if (entry[0] != 0 && entry[0] != 0x80)
			return NULL;
		any |= entry[4] != 0 && le32(entry + 12) != 0;
	}
	return any ? mbr : NULL;
}

static bool is_protective(const unsigned char *mbr)
{
	unsigned i;

	for (i = 0; i < 4; i++)
		if (mbr_entry(mbr, i)[4] == TYPE_GPT)
			return true;
	return false;
}

static bool mbr_has(const struct disk *disk, const unsigned char *mbr, uint32_t number,
		    uint64_t start)
{
	unsigned i;

	if (number >= 1 && number <= 4) {
		const unsigned char *entry = mbr_entry(mbr, number - 1);

		return entry[4] != 0 && (start == START_UNKNOWN ||
					 (uint64_t)le32(entry + 8) * disk->sector == start);
	}
	/* Logical partitions count from 5 on, in the order of their chain. */
	for (i = 0; i < 4; i++) {
		const unsigned char *entry = mbr_entry(mbr, i);

		if (is_extended(entry[4]) &&
		    (start == START_UNKNOWN || (uint64_t)le32(entry + 8) * disk->sector < start))
			return number >= 5;
	}
	return false;
}

static void mbr_names(const struct disk *disk, const unsigned char *mbr, uint32_t number,
		      uint64_t start, struct answer *answer)
{
	uint32_t signature = le32(mbr + MBR_SIGNATURE);

	if (!mbr_has(disk, mbr, number, start))
		return;
	answer->part_number = number;
	if (signature != 0)
		snprintf(answer->part_uuid, sizeof answer->part_uuid, "%08x-%02x",
			 (unsigned)signature, (unsigned)number);
}

static bool mbr_covers(const struct disk *disk, const unsigned char *mbr, uint64_t byte)
{
	unsigned i;

	for (i = 0; i < 4; i++) {
		const unsigned char *entry = mbr_entry(mbr, i);
		uint64_t start = (uint64_t)le32(entry + 8) * disk->sector;

		if (entry[4] != 0 && byte >= start &&
		    byte - start < (uint64_t)le32(entry + 12) * disk->sector)
			return true;
	}
	return false;
}

/* --- GPT ------------------------------------------------------------------ */

struct gpt {
	uint64_t entries; /* bytes from the start of the disk */
	uint32_t count, entry_bytes;
};

/* CRC-32 (ISO 3309), four bits at a time. */
static uint32_t crc32_more(uint32_t crc, const unsigned char *bytes, size_t length)
{
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	size_t i;

	for (i = 0; i < length; i++) {
		crc = table[(crc ^ bytes[i]) & 15] ^ crc >> 4;
		crc = table[(crc ^ bytes[i] >> 4) & 15] ^ crc >> 4;
	}
	return crc;
}

static bool entries_are_sound(struct disk *disk, const struct gpt *gpt, uint32_t checksum)
{
	uint64_t at = gpt->entries, left = (uint64_t)gpt->count * gpt->entry_bytes;
	uint32_t crc = UINT32_MAX;

	while (left > 0) {
		size_t piece = left < WINDOW_BYTES / 2 ? (size_t)left : WINDOW_BYTES / 2;
		const unsigned char *bytes = disk_bytes(disk, at, piece);

		if (bytes == NULL)
			return false;
		crc = crc32_more(crc, bytes, piece);
		at += piece;
		left -= piece;
	}
	return ~crc == checksum;
}

static bool read_gpt_at(struct disk *disk, uint64_t sector, struct gpt *gpt)
{
	const unsigned char *bytes = disk_bytes(disk, sector * disk->sector, 512);
	unsigned char header[512];
	uint32_t length, checksum;

	if (bytes == NULL || memcmp(bytes, "EFI PART", 8) != 0)
		return false;
	memcpy(header, bytes, sizeof header);
	length = le32(header + 12);
	checksum = le32(header + 16);
	if (length < GPT_HEADER_BYTES || length > sizeof header || le64(header + 24) != sector)
		return false;
	memset(header + 16, 0, 4);
	if (~crc32_more(UINT32_MAX, header, length) != checksum)
		return false;
	gpt->count = le32(header + 80);
	gpt->entry_bytes = le32(header + 84);
	if (gpt->count == 0 || gpt->count > GPT_ENTRIES_MAX || gpt->entry_bytes < 128 ||
	    gpt->entry_bytes > GPT_ENTRY_MAX || le64(header + 72) > disk->size / disk->sector)
		return false;
	gpt->entries = le64(header + 72) * disk->sector;
	return entries_are_sound(disk, gpt, le32(header + 88));
}

static bool read_gpt(struct disk *disk, struct gpt *gpt)
{
	return read_gpt_at(disk, 1, gpt) || (disk->size >= 2 * (uint64_t)disk->sector &&
					     read_gpt_at(disk, disk->size / disk->sector - 1, gpt));
}

/* GUIDs are stored with their first three groups in little-endian order. */
static void copy_guid(char *to, const unsigned char *from)
{
	static const unsigned char order[16] = {3, 2, 1,  0,  5,  4,  7,  6,
						8, 9, 10, 11, 12, 13, 14, 15};
	unsigned char uuid[16];
	unsigned i;

	for (i = 0; i < 16; i++)
		uuid[i] = from[order[i]];
	answer_copy_uuid(to, uuid);
}

static const unsigned char *gpt_entry(struct disk *disk, const struct gpt *gpt, uint32_t i)
{
	static const unsigned char unused[16];
	const unsigned char *entry =
		disk_bytes(disk, gpt->entries + (uint64_t)i * gpt->entry_bytes, 128);

	return entry != NULL && memcmp(entry, unused, sizeof unused) != 0 ? entry : NULL;
}

static void gpt_names(struct disk *disk, const struct gpt *gpt, uint32_t number, uint64_t start,
		      struct answer *answer)
{
	const unsigned char *entry;

	if (number == 0 || number > gpt->count)
		return;
	entry = gpt_entry(disk, gpt, number - 1);
	if (entry == NULL || le64(entry + 32) > UINT64_MAX / 65536 ||
	    (start != START_UNKNOWN && le64(entry + 32) * disk->sector != start))
		return;
	answer->part_number = number;
	copy_guid(answer->part_uuid, entry + 16);
	answer_copy_utf16(answer->part_name, sizeof answer->part_name, entry + 56, 72);
}

static bool gpt_covers(struct disk *disk, const struct gpt *gpt, uint64_t byte)
{
	uint64_t sector = byte / disk->sector;
	uint32_t i;

	for (i = 0; i < gpt->count; i++) {
		const unsigned char *entry = gpt_entry(disk, gpt, i);

		if (entry != NULL && sector >= le64(entry + 32) && sector <= le64(entry + 40))
			return true;
	}
	return false;
}

/* --- either --------------------------------------------------------------- */

void partition_names(struct disk *disk, uint32_t number, uint64_t start, struct answer *answer)
{
	const unsigned char *mbr = read_mbr(disk);
	struct gpt gpt;

	if (mbr == NULL)
		return;
	if (!is_protective(mbr))
		mbr_names(disk, mbr, number, start, answer);
	else if (read_gpt(disk, &gpt))
		gpt_names(disk, &gpt, number, start, answer);
}

bool partition_table(struct disk *disk, uint64_t byte, bool *ret_covered)
{
	const unsigned char *mbr = read_mbr(disk);
	struct gpt gpt;

	*ret_covered = false;
	if (mbr == NULL)
		return false;
	if (!is_protective(mbr))
		*ret_covered = mbr_covers(disk, mbr, byte);
	else if (read_gpt(disk, &gpt))
		*ret_covered = gpt_covers(disk, &gpt, byte);
	return true;
}
