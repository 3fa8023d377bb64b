/* Finding LVM's metadata on a physical volume: the label, the areas, the text.
 *
 * Formats: lvm2, lib/format_text/layout.h; every structure carries a checksum, and nothing of it is
 * believed before that fits. Numbers are little-endian, lengths and offsets in bytes. */
#ifndef BOOTGRAPH_LVM_LABEL_H
#define BOOTGRAPH_LVM_LABEL_H

#include "memory.h"

enum {
	LVM_ID_TEXT = 39,   /* "JLXDlG-uVdu-...": 32 characters in groups, and the NUL */
	LVM_SECTOR = 512,   /* of the format, whatever the disk's sectors are */
	LVM_AREAS_MAX = 16, /* metadata areas; lvm makes at most two */
	LVM_TEXT_MAX = 64 << 20,
};

/* What is read from: a device, or an image of one. */
struct lvm_source {
	/* All of the bytes or false. */
	bool (*read)(void *context, uint64_t at, void *to, size_t length);
	void *context;
	uint64_t size;
};

struct lvm_region {
	uint64_t at, size;
};

struct lvm_label {
	char id[LVM_ID_TEXT];
	uint64_t size; /* of the device when it was made a physical volume */
	unsigned area_count;
	struct lvm_region area[LVM_AREAS_MAX]; /* of metadata; none is possible */
};

/* LVM's checksum: CRC-32 with a start value of its own and no final inversion. */
enum { LVM_CRC_START = 0xf597a6cf };
uint32_t lvm_crc(uint32_t crc, const void *bytes, size_t length);

/* 32 characters as lvm writes them; false if they are no identifier. */
bool lvm_id_format(char to[LVM_ID_TEXT], const char *from);

/* Looks in the first four sectors. False: there is none that can be believed; the error says why,
 * and is empty if there is nothing like a label at all. */
bool lvm_label_read(const struct lvm_source *source, struct lvm_label *ret_label,
		    struct lvm_error *error);

/* The newest text of one area, put together where it wraps around the area's end, with a NUL
 * behind it. An area that has none, or is to be ignored (vgchange --metadatacopies), gives NULL and
 * true. */
bool lvm_area_read(const struct lvm_source *source, const struct lvm_region *area,
		   struct lvm_memory *memory, char **ret_text, size_t *ret_length,
		   struct lvm_error *error);

#endif
