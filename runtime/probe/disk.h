/* Reading a block device or an image file piece by piece, a few windows at a time.
 *
 * Everything read here is untrusted: callers ask for a place and a length and get a pointer to that
 * many bytes, or NULL. Used by the probe child, never by PID 1 itself.
 */
#ifndef BOOTGRAPH_PROBE_DISK_H
#define BOOTGRAPH_PROBE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	WINDOW_BYTES = 8192, /* a superblock anywhere in a page and the page after it */
	WINDOW_COUNT = 8,
};

struct disk {
	int fd;
	uint64_t size;	 /* bytes */
	uint32_t sector; /* bytes of a logical sector, at least 512 */
	bool failed;	 /* something could not be read */
	unsigned used;	 /* windows filled; the oldest goes first when all are */
	struct {
		uint64_t at;
		size_t length;
		unsigned char bytes[WINDOW_BYTES];
	} window[WINDOW_COUNT];
};

/* Takes an open file; does not own it. Returns 0 or a negative errno. */
int disk_open(struct disk *disk, int fd);

/* The length bytes at an offset, valid until WINDOW_COUNT further calls; NULL past the end, when
 * they cannot be read, or when length is over WINDOW_BYTES / 2. */
const unsigned char *disk_bytes(struct disk *disk, uint64_t at, size_t length);

/* Numbers as they stand on disk. */
uint16_t le16(const unsigned char *at);
uint32_t le32(const unsigned char *at);
uint64_t le64(const unsigned char *at);
uint16_t be16(const unsigned char *at);
uint32_t be32(const unsigned char *at);

#endif
