/* A state of the search: the machine's block and the world's, in one piece of memory, so that a
 * snapshot is a memcpy and two states are the same if their bytes are.
 *
 *   | machine_state, node_memory[] | explore_state | begun[] |
 *
 * For that the bytes are brought into a normal form after each move (explore_state_normalise):
 * the machine's clock is set back to 0 and all moments with it; effects are in order of their nodes
 * and devices, and have the numbers 1, 2, ... */
#ifndef BOOTGRAPH_EXPLORE_STATE_H
#define BOOTGRAPH_EXPLORE_STATE_H

#include "world.h"

enum { EXPLORE_CHILDREN_MAX = 96 };

enum {
	CHILD_HANGS = 1,   /* never ends */
	CHILD_FAILS = 2,   /* ends with 1 */
	CHILD_ABSENT = 4,  /* works on a device that is not there: ends with ENXIO */
	CHILD_PROMPT = 8,  /* somebody is asked: no clock of the world's hurries it */
	CHILD_STAYS = 16,  /* a daemon that is ready */
	CHILD_ENDING = 32, /* a daemon that was told to end, or ends by itself */
};

/* An effect that was begun and has not ended. */
struct explore_child {
	uint16_t node;
	uint8_t device; /* a reaction's; else NO_DEVICE */
	uint8_t flags;
};

struct explore_state {
	uint64_t present, came, known; /* devices: there; came once; their sets count them */
	uint64_t told;		       /* two bits for each set: complete, enough */
	uint64_t lacking; /* two bits for each set that something was started without all
			     of: for quiet, for its budget */
	uint32_t quiet;	  /* milliseconds since the last device event, at most QUIET_TIME */
	uint8_t listening;
	uint8_t left; /* the device that the scenario has leave has left */
	uint16_t child_count;
	struct explore_child child[EXPLORE_CHILDREN_MAX];
};

/* 128 bits that stand for a state. That two of 10^8 states have the same by chance is less likely
 * than 10^-22. */
struct fingerprint {
	uint64_t a, b;
};

size_t explore_state_size(const struct explore_world *world);

static inline struct machine_state *state_machine(void *block)
{
	return block;
}

struct explore_state *state_world(const struct explore_world *world, void *block);

/* For each node how often it was begun. */
uint8_t *state_begun(const struct explore_world *world, void *block);

void explore_state_normalise(const struct explore_world *world, void *block);

struct fingerprint explore_state_fingerprint(const void *block, size_t size);

/* --- fingerprints that were seen ------------------------------------------ */

struct seen {
	struct fingerprint *slot; /* {0, 0}: free */
	size_t count, room;
};

/* Adds one. False if it was there. Memory comes from malloc: running out of it ends the program as
 * in arena.h. */
bool seen_add(struct seen *seen, struct fingerprint fingerprint);
void seen_clear(struct seen *seen);
void seen_free(struct seen *seen);

#endif
