/* The sets that the graph asks for, as far as a probe has to know them: a physical volume is part
 * of as many sets as its group has logical volumes, and of most of them nobody asks. */
#ifndef BOOTGRAPH_PROBE_WANTED_H
#define BOOTGRAPH_PROBE_WANTED_H

#include <stdint.h>

enum { WANTED_MAX = 64 };

struct wanted {
	const char *volume[WANTED_MAX]; /* "GROUP/VOLUME", borrowed */
	uint32_t count;
};

#endif
