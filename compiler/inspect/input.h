/* Text inputs of commands: a file by name, or standard input. */
#ifndef BOOTGRAPH_INPUT_H
#define BOOTGRAPH_INPUT_H

#include "../diag.h"

enum { INPUT_MAX = 64 << 20 };

/* Reads and checks a text; "-" is standard input, and a pipe by name is read as well. NULL after a
 * report. */
const struct text *input_read(struct arena *arena, struct diag *diag, const char *path);

/* Reads at most `most` bytes of a file or pipe into the arena; NULL and errno on failure. */
unsigned char *input_bytes(struct arena *arena, const char *path, size_t most, size_t *ret_size);

#endif
