/* The units that come with bootgraph, embedded at build time from stdlib-units/, in order of their
 * names. */
#ifndef BOOTGRAPH_STDLIB_UNITS_H
#define BOOTGRAPH_STDLIB_UNITS_H

#include <stddef.h>

struct stdlib_file {
	const char *name; /* "stdlib/30-root.yaml", as diagnostics and dumps show it */
	const char *data;
	size_t size;
};

extern const struct stdlib_file stdlib_files[];
extern const size_t stdlib_file_count;

#endif
