/* libarchive's two uses: writing the image, and reading compressed modules and firmware. */
#ifndef BOOTGRAPH_IMAGE_ARCHIVE_H
#define BOOTGRAPH_IMAGE_ARCHIVE_H

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "tree.h"

enum compression {
	COMPRESSION_NONE,
	COMPRESSION_ZSTD, /* one frame; Linux 5.9 and later unpack it */
};

/* Writes the tree as a "newc" archive (the kernel's
 * Documentation/driver-api/early-userspace/buffer-format.rst): entries as sorted, inodes numbered
 * from 1, everything root's, all times mtime. On failure returns false with a sentence of
 * libarchive's in the arena. */
bool archive_write_tree(struct arena *arena, struct tree *tree, FILE *out,
			enum compression compression, time_t mtime, const char **ret_error);

/* The content of a file compressed with xz, zstd or gzip, in the arena; one that is not compressed
 * is returned as it is. NULL with a sentence when it is damaged. */
const unsigned char *archive_expand(struct arena *arena, const unsigned char *data, size_t size,
				    size_t *ret_size, const char **ret_error);

#endif
