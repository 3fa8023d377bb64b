/* Named outputs: written beside and renamed, so that a reader sees the old file or the whole new
 * one, and an error leaves nothing behind. "-" is standard output; pipes and devices are written
 * plainly, since there is nothing to put beside them. */
#ifndef BOOTGRAPH_OUTPUT_H
#define BOOTGRAPH_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "arena.h"

struct output {
	FILE *file;
	const char *path;   /* where it is to be; borrowed */
	const char *beside; /* where it is until then, or NULL for plain writes */
};

/* On failure errno is set and false returned. */
bool output_open(struct output *output, struct arena *arena, const char *path);

/* Flushes, syncs and renames; a boot image must not be an empty file after a power cut. On failure
 * errno is set, the output is discarded and false returned. */
bool output_commit(struct output *output);

void output_discard(struct output *output);

#endif
