/* What an md member in an image file says of its array, as KEY=value lines.
 *
 *   membership-file IMAGE START SIZE           the bytes from START on are the device
 *   membership-file --damage IMAGE START SIZE  every byte of its superblock is changed, each to
 *                                              several values, once with the checksum as it was and
 *                                              once with it put right: nothing crashes, a wrong
 *                                              checksum is no superblock, and what is said is
 *                                              what PID 1 would take
 */
#include "../../runtime/probe/md.h"
#include "damaged.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The part of the image as a file of its own. */
static int cut(const char *image, uint64_t start, uint64_t size)
{
	int from = open(image, O_RDONLY), to = memfd_create("device", 0);
	char buffer[65536];
	uint64_t at;

	if (from < 0 || to < 0 || ftruncate(to, (off_t)size) < 0)
		return -1;
	for (at = 0; at < size; at += sizeof buffer) {
		ssize_t n = pread(from, buffer, sizeof buffer, (off_t)(start + at));

		if (n > 0 && at + (uint64_t)n > size)
			n = (ssize_t)(size - at);
		if (n <= 0 || pwrite(to, buffer, (size_t)n, (off_t)at) != n)
			return -1;
	}
	close(from);
	return to;
}

static bool read_file(int fd, struct md *md)
{
	static struct disk disk;

	return disk_open(&disk, fd) == 0 && md_read(&disk, md);
}

static int print(int fd)
{
	struct membership m;
	struct md md;

	if (!read_file(fd, &md) || !md_membership(&md, &m)) {
		printf("none\n");
		return 0;
	}
	if (!membership_is_sane(&m)) {
		fprintf(stderr, "membership-file: what PID 1 would not take\n");
		return 1;
	}
	printf("version=%d.%d\nset=%s\nname=%s\nmember=%s\ngeneration=%" PRIu64
	       "\nexpects=%s\nenough=%s\nabout=%s\n",
	       md.major, md.minor, m.set, m.name, m.member, m.generation, m.expects, m.enough,
	       m.about);
	if (md.clustered)
		printf("clustered=yes\n");
	return 0;
}

static void put(int fd, const unsigned char *block, uint64_t at)
{
	if (pwrite(fd, block, MD_BLOCK, (off_t)at) != MD_BLOCK)
		abort();
}

/* Returns whether it is still a superblock. */
static bool try_block(int fd, const unsigned char *block, const struct md *whole)
{
	struct membership m;
	struct md md;

	put(fd, block, whole->at);
	if (!read_file(fd, &md))
		return false;
	if (md_membership(&md, &m) && !membership_is_sane(&m)) {
		fprintf(stderr, "membership-file: what PID 1 would not take\n");
		exit(1);
	}
	return true;
}

static int damage(int fd)
{
	static const unsigned char values[] = {0, 1, 0x7f, 0x80, 0xfe, 0xff};
	unsigned char block[MD_BLOCK], broken[MD_BLOCK];
	unsigned at, k, taken = 0;
	struct md whole;

	if (!read_file(fd, &whole) || pread(fd, block, MD_BLOCK, (off_t)whole.at) != MD_BLOCK)
		return 2;
	for (at = 0; at < md_block_used(block, whole.major); at++) {
		for (k = 0; k < sizeof values; k++) {
			memcpy(broken, block, MD_BLOCK);
			broken[at] = values[k];
			if (broken[at] != block[at] && try_block(fd, broken, &whole)) {
				fprintf(stderr, "byte %u: the checksum did not notice\n", at);
				return 1;
			}
			md_block_sum(broken, whole.major);
			taken += try_block(fd, broken, &whole);
		}
	}
	printf("taken=%u\n", taken);
	return taken == 0; /* then nothing was tried behind the checksum */
}

int main(int argc, char **argv)
{
	bool damaging = argc == 5 && strcmp(argv[1], "--damage") == 0;
	int fd;

	if (argc != 4 && !damaging) {
		fprintf(stderr, "usage: membership-file [--damage] IMAGE START SIZE\n");
		return 2;
	}
	argv += damaging;
	fd = cut(argv[1], strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
	if (fd < 0) {
		perror(argv[1]);
		return 2;
	}
	return damaging ? damage(fd) : print(fd);
}
