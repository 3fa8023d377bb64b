/* What a probe found out about one block device.
 *
 * This is also the record that the probe child sends to PID 1, which trusts no byte of it before
 * answer_is_sane. All texts end in a NUL and are empty when unknown. */
#ifndef BOOTGRAPH_PROBE_ANSWER_H
#define BOOTGRAPH_PROBE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum probe_outcome {
	PROBE_NOTHING,	  /* read, and nothing known is on it */
	PROBE_FOUND,	  /* type and what belongs to it */
	PROBE_TABLE,	  /* a whole disk with a partition table */
	PROBE_AMBIVALENT, /* signs of more than one type: bootgraph-probe has to look */
	PROBE_FAILED,	  /* could not be read; error says why */
	PROBE_OUTCOME_COUNT
};

struct answer {
	uint32_t outcome; /* enum probe_outcome */
	int32_t error;	  /* PROBE_FAILED: negative errno */
	uint64_t size;	  /* of the device, in bytes */
	char type[24];	  /* as libblkid calls it: ext4, crypto_LUKS, linux_raid_member */
	char uuid[64];
	char label[260];     /* UTF-8 as far as the disk has it */
	char part_uuid[40];  /* PARTUUID */
	char part_name[112]; /* PARTLABEL, 36 UTF-16 units */
	uint32_t part_number;
};

/* Whether every text ends within its field and holds no control character, and every number is in
 * its range. */
bool answer_is_sane(const struct answer *answer);

/* Copies a text that is padded with NULs or blanks, as labels on disk are; control characters end
 * it. room counts the NUL. */
void answer_copy(char *to, size_t room, const unsigned char *from, size_t length);
/* The same for UTF-16, little-endian. length in bytes. */
void answer_copy_utf16(char *to, size_t room, const unsigned char *from, size_t length);
/* A DCE UUID (RFC 4122) in its usual form; all zero gives "". room is at least 37. */
void answer_copy_uuid(char *to, const unsigned char *from);

#endif
