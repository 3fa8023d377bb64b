/* Programs that were built or installed together with this one. */
#ifndef BOOTGRAPH_COMPANION_H
#define BOOTGRAPH_COMPANION_H

#include "../arena.h"

/* Where the helpers of units are, in the image and in an installed system. What a unit names there
 * comes with this program, and not from the sysroot: it has to fit the blob. */
#define HELPER_DIRECTORY "/usr/lib/bootgraph/"

/* The one that boot scripts call by its name. */
#define HOLD_PROGRAM "/sbin/bootgraph-hold"

/* The path of a program beside this one, or in ../lib/bootgraph; NULL if there is none. */
const char *companion_find(struct arena *arena, const char *name);

#endif
