/* The levels of sets, as runtime/core/sets.c makes them of the members that were probed, kept so
 * that each combination is worked out once. */
#ifndef BOOTGRAPH_EXPLORE_LEVELS_H
#define BOOTGRAPH_EXPLORE_LEVELS_H

#include "world.h"

/* What is told when these devices are known, and that was told before. */
struct level_change {
	uint64_t known, told;
	uint64_t told_then;
	const struct properties *event; /* in order */
	size_t count;
	struct level_change *next;
};

enum { LEVEL_BUCKETS = 1024 };

struct levels {
	const struct explore_world *world;
	struct level_change *bucket[LEVEL_BUCKETS];
};

const struct level_change *levels_change(struct levels *levels, uint64_t known, uint64_t told);

/* Whether a set has a level: 0 complete, 1 enough. */
static inline bool levels_reached(uint64_t told, uint32_t set, unsigned level)
{
	return set < EXPLORE_SETS_MAX && told >> (2 * set + level) & 1;
}

#endif
