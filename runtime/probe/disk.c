#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

int disk_open(struct disk *disk, int fd)
{
	struct stat st;
	int sector = 0;

	disk->fd = fd;
	disk->size = 0;
	disk->sector = 512;
	disk->failed = false;
	disk->used = 0;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISREG(st.st_mode)) {
		disk->size = (uint64_t)st.st_size;
		return 0;
	}
	if (!S_ISBLK(st.st_mode))
		return -ENOTBLK;
	if (ioctl(fd, BLKGETSIZE64, &disk->size) < 0)
		return -errno;
	if (ioctl(fd, BLKSSZGET, &sector) == 0 && sector >= 512 && sector <= 65536)
		disk->sector = (uint32_t)sector;
	/* A few single pages are wanted, not what comes after them. */
	posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
	return 0;
}

static size_t read_window(int fd, uint64_t at, unsigned char *bytes)
{
	size_t length = 0;

	while (length < WINDOW_BYTES) {
		ssize_t n = pread(fd, bytes + length, WINDOW_BYTES - length, (off_t)(at + length));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		length += (size_t)n;
	}
	return length;
}

const unsigned char *disk_bytes(struct disk *disk, uint64_t at, size_t length)
{
	unsigned i, slot;

	if (length > WINDOW_BYTES / 2 || at > disk->size || length > disk->size - at)
		return NULL;
	for (i = 0; i < WINDOW_COUNT && i < disk->used; i++)
		if (at >= disk->window[i].at && at - disk->window[i].at <= disk->window[i].length &&
		    length <= disk->window[i].length - (at - disk->window[i].at))
			return disk->window[i].bytes + (at - disk->window[i].at);
	slot = disk->used % WINDOW_COUNT;
	disk->used = slot + 1 > disk->used ? slot + 1 : disk->used + 1;
	/* On a page boundary, so that neighbours share a window; half of it always lies ahead. */
	disk->window[slot].at = at & ~(uint64_t)(WINDOW_BYTES / 2 - 1);
	disk->window[slot].length =
		read_window(disk->fd, disk->window[slot].at, disk->window[slot].bytes);
	at -= disk->window[slot].at;
	if (at > disk->window[slot].length || length > disk->window[slot].length - at) {
		disk->failed = true;
		return NULL;
	}
	return disk->window[slot].bytes + at;
}

uint16_t le16(const unsigned char *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

uint32_t le32(const unsigned char *at)
{
	return (uint32_t)le16(at) | (uint32_t)le16(at + 2) << 16;
}

uint64_t le64(const unsigned char *at)
{
	return (uint64_t)le32(at) | (uint64_t)le32(at + 4) << 32;
}

uint16_t be16(const unsigned char *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

uint32_t be32(const unsigned char *at)
{
	return (uint32_t)be16(at) << 16 | be16(at + 2);
}
