/* IMSM's metadata behind a right checksum, at the end of a disk. The first byte says how the disk
 * calls itself: by the serial number of one of the first disks of the list, or otherwise. */
#include "../../runtime/probe/container.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { DEVICE = 65536, SECTOR = 512, ROOM = 8192, DISKS = 216, DISK_SIZE = 48 };

/* The first sector stands last but one, and the others before it; the sum is that of all words. */
static void put_block(int fd, unsigned char *block, size_t size)
{
	uint32_t sum = 0, size_word = (uint32_t)size;
	size_t at, sectors = (size + SECTOR - 1) / SECTOR;

	memcpy(block, "Intel Raid ISM Cfg Sig. ", 24);
	memcpy(block + 36, &size_word, 4);
	memset(block + 32, 0, 4);
	for (at = 0; at < size; at += 4)
		sum += le32(block + at);
	memcpy(block + 32, &sum, 4);
	if (pwrite(fd, block, SECTOR, DEVICE - 2 * SECTOR) != SECTOR)
		abort();
	for (at = 1; at < sectors; at++)
		if (pwrite(fd, block + at * SECTOR, SECTOR,
			   (off_t)(DEVICE - (2 + sectors - at) * SECTOR)) != SECTOR)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct container container;
	static struct disk disk;
	static int fd = -1;
	unsigned char block[ROOM] = {0};
	char serial[SERIAL_SIZE] = "";
	struct membership membership;
	unsigned i;

	if (size < 1 + DISKS + DISK_SIZE || size - 1 > ROOM - SECTOR)
		return 0;
	memcpy(block, data + 1, size - 1);
	memcpy(serial, block + DISKS + (size_t)(data[0] % 4) * DISK_SIZE, SERIAL_SIZE - 1);
	if (fd < 0)
		fd = memfd_create("device", 0);
	if (ftruncate(fd, 0) < 0 || ftruncate(fd, DEVICE) < 0)
		abort();
	put_block(fd, block, (size - 1 + 3) / 4 * 4);
	memset(&container, 0, sizeof container);
	if (disk_open(&disk, fd) < 0 || !imsm_read(&disk, serial, &container))
		return 0;
	for (i = 0; i < container.count; i++)
		if (md_membership(&container.volume[i], &membership) &&
		    !membership_is_sane(&membership))
			abort();
	return 0;
}
