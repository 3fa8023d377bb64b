/* One step of the search: which moves a state allows, and what the machine makes of one.
 *
 * Without the fault "late", time passes only when nothing else can happen: all devices that will
 * come have come, all that is at work hangs or asks somebody. Then it passes to the machine's next
 * deadline. What happens takes no time. So every run is one that the simulator can repeat. */
#ifndef BOOTGRAPH_EXPLORE_RUN_H
#define BOOTGRAPH_EXPLORE_RUN_H

#include "levels.h"
#include "scenario.h"
#include "state.h"

enum move_kind {
	MOVE_BEGIN,  /* the first event */
	MOVE_ARRIVE, /* a device comes */
	MOVE_LEAVE,  /* a device leaves */
	MOVE_FINISH, /* a step ends, or a daemon */
	MOVE_TIME,   /* time passes to the next deadline */
};

struct move {
	uint8_t kind;
	uint8_t device; /* or NO_DEVICE */
	uint16_t node;	/* or NONE */
};

enum { MOVES_MAX = EXPLORE_DEVICES_MAX + EXPLORE_CHILDREN_MAX + 2 };

/* ORDER PROPERTY: properties.def */
enum property_id {
#define PROPERTY(id, name, text) PROPERTY_##id,
#include "properties.def"
#undef PROPERTY
	PROPERTY_COUNT
};

struct violation {
	enum property_id property; /* PROPERTY_COUNT: none */
	uint32_t node;
	uint32_t other; /* what it has to do with, or NONE */
};

/* An effect of a run that is told as a story. */
struct log_entry {
	uint32_t node, device;
	uint8_t flags;	       /* CHILD_... */
	uint32_t begun, ended; /* milliseconds; NEVER: it did not end by itself */
};

struct run_log {
	struct arena *arena;
	uint32_t now;		       /* milliseconds; set by who follows the run */
	VEC(struct log_entry) entries; /* as they began */
};

struct runner {
	const struct explore_world *world;
	const struct scenario *scenario;
	struct levels levels;
	struct machine machine;
	void *block;	     /* the state at hand */
	void *before;	     /* as it was before the move */
	size_t size;	     /* of a state */
	uint64_t *bits;	     /* one a node, for whoever needs them */
	uint8_t *can;	     /* the same: possible.h */
	uint64_t **needs;    /* for each node: after whom it may begin, for what they do: one bit a
				node */
	uint64_t **upstream; /* for each device node: who can bring it, one bit a node */
	uint32_t telling;    /* the device whose event the machine handles, or NO_DEVICE */
	bool rescan;	     /* the machine has asked for all devices again */
	bool full;	     /* a table had no room: nothing is proved */
	struct violation violation;
	struct run_log *log; /* or NULL */
	unsigned long events;
};

void runner_init(struct runner *runner, struct arena *arena, const struct explore_world *world);

/* The state after the machine was started. */
void runner_begin(struct runner *runner, void *block);

/* Makes a move that runner_moves has named. The violation is the first that showed, if any. */
void runner_move(struct runner *runner, void *block, struct move move);

/* All that can happen next; none once the machine has a verdict. */
unsigned runner_moves(struct runner *runner, void *block, struct move moves[MOVES_MAX]);

/* The child that a move ends, or NULL. */
struct explore_child *runner_child(const struct runner *runner, void *block, struct move move);

const char *property_name(enum property_id id);
const char *property_text(enum property_id id);

/* --- properties.c --------------------------------------------------------- */

/* Notes a violation, unless there was one. */
void runner_violate(struct runner *runner, enum property_id property, uint32_t node,
		    uint32_t other);

/* Who has to have ended before each node begins, by what their actions are, whatever edges say: a
 * mount before those below it, the check before the mount, the search for a hibernation image
 * before both, the listening before the coldplug. */
void runner_find_needs(struct runner *runner, struct arena *arena);

/* Who can bring each device, as far as edges and paths say. */
void runner_find_upstream(struct runner *runner, struct arena *arena);

/* When an effect begins. */
void runner_check_effect(struct runner *runner, const struct effect *effect, bool first);

/* After a move. */
void runner_check_state(struct runner *runner, struct move move);

/* A state in which nothing can happen any more. */
void runner_check_end(struct runner *runner);

#endif
