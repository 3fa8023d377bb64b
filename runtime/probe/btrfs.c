#include "btrfs.h"
#include "answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* struct btrfs_super_block, from its begin */
enum {
	SUPER_AT = 64 << 10,
	SUPER_SIZE = 4096,
	SUM_SIZE = 32, /* what the checksum does not cover: itself */
	FSID = 0x20,
	BYTENR = 0x30, /* where it stands itself */
	MAGIC = 0x40,
	GENERATION = 0x48,
	NUM_DEVICES = 0x88,
	SUM_TYPE = 0xc4,
	DEVICE_ID = 0xc9,
	LABEL = 0x12b,
	LABEL_SIZE = 256,
	SUM_CRC32C = 0,
	DEVICES_MAX = 4096, /* more than there are; the kernel's own limit depends on chunk sizes */
};

/* CRC-32C (RFC 3720, B.4), four bits at a time. */
static uint32_t crc32c(const unsigned char *bytes, size_t length)
{
	static const uint32_t step[16] = {0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
					  0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
					  0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
					  0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};
	uint32_t crc = UINT32_MAX;
	size_t i;

	for (i = 0; i < length; i++) {
		crc ^= bytes[i];
		crc = crc >> 4 ^ step[crc & 15];
		crc = crc >> 4 ^ step[crc & 15];
	}
	return ~crc;
}

/* The other kinds of checksum would need a library; the kernel looks at them when it mounts. */
static bool is_whole(const unsigned char *super)
{
	return memcmp(super + MAGIC, "_BHRfS_M", 8) == 0 && le64(super + BYTENR) == SUPER_AT &&
	       (le16(super + SUM_TYPE) != SUM_CRC32C ||
		le32(super) == crc32c(super + SUM_SIZE, SUPER_SIZE - SUM_SIZE));
}

/* A label is another name, unless it is too long for one. */
static void describe_label(struct membership *membership, const unsigned char *label)
{
	char text[LABEL_SIZE];
	int length;

	answer_copy(text, sizeof text, label, LABEL_SIZE);
	length = snprintf(membership->name, sizeof membership->name, "btrfs:label:%s", text);
	if (text[0] == '\0' || length < 0 || (size_t)length >= sizeof membership->name)
		membership->name[0] = '\0';
}

uint32_t btrfs_membership(struct disk *disk, struct membership *membership)
{
	const unsigned char *super = disk_bytes(disk, SUPER_AT, SUPER_SIZE);
	uint64_t devices;
	char uuid[37];

	if (super == NULL || !is_whole(super))
		return 0;
	devices = le64(super + NUM_DEVICES);
	answer_copy_uuid(uuid, super + FSID);
	if (devices == 0 || devices > DEVICES_MAX || uuid[0] == '\0')
		return 0;
	memset(membership, 0, sizeof *membership);
	snprintf(membership->set, sizeof membership->set, "btrfs:%s", uuid);
	describe_label(membership, super + LABEL);
	snprintf(membership->member, sizeof membership->member, "%" PRIu64,
		 le64(super + DEVICE_ID));
	membership->generation = le64(super + GENERATION);
	membership->slack = UINT32_MAX;
	snprintf(membership->expects, sizeof membership->expects, "#%u", (unsigned)devices);
	strcpy(membership->enough, "#1");
	snprintf(membership->about, sizeof membership->about, "btrfs, %u device%s",
		 (unsigned)devices, devices == 1 ? "" : "s");
	return 1;
}
