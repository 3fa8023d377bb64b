/* DDF behind right checksums: the input is a header and what follows it, and stands where the
 * anchor in the last sector leads. */
#include "../../runtime/probe/container.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { DEVICE = 33 << 20, SECTOR = 512, PRIMARY = 65536, ROOM = 16384 };

static void put32(unsigned char *at, uint32_t value)
{
	at[0] = (unsigned char)(value >> 24);
	at[1] = (unsigned char)(value >> 16);
	at[2] = (unsigned char)(value >> 8);
	at[3] = (unsigned char)value;
}

static void put_header(int fd, unsigned char header[SECTOR], unsigned type, off_t at)
{
	uint32_t crc = 0;
	unsigned i, k;

	header[112] = (unsigned char)type;
	memset(header + 4, 0xff, 4);
	for (i = 0; i < SECTOR; i++) {
		crc ^= header[i];
		for (k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	put32(header + 4, crc);
	if (pwrite(fd, header, SECTOR, at) != SECTOR)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct container container;
	static struct disk disk;
	static int fd = -1;
	unsigned char header[SECTOR];
	struct membership membership;
	unsigned i;

	if (size < SECTOR || size > ROOM)
		return 0;
	memcpy(header, data, SECTOR);
	put32(header, 0xde11de11);
	memcpy(header + 32, "01.02.00", 8);
	put32(header + 96, 0);
	put32(header + 100, PRIMARY);
	memset(header + 104, 0xff, 8); /* no second one */
	if (fd < 0)
		fd = memfd_create("device", 0);
	if (ftruncate(fd, 0) < 0 || ftruncate(fd, DEVICE) < 0 ||
	    pwrite(fd, data, size, (off_t)PRIMARY * SECTOR) != (ssize_t)size)
		abort();
	put_header(fd, header, 1, (off_t)PRIMARY * SECTOR);
	put_header(fd, header, 0, DEVICE - SECTOR);
	memset(&container, 0, sizeof container);
	if (disk_open(&disk, fd) < 0 || !ddf_read(&disk, &container))
		return 0;
	for (i = 0; i < container.count; i++)
		if (md_membership(&container.volume[i], &membership) &&
		    !membership_is_sane(&membership))
			abort();
	return 0;
}
