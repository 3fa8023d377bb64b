/* What goes wrong in a run: chosen before it begins, so that a run has nothing but orders left to
 * choose from. */
#ifndef BOOTGRAPH_EXPLORE_SCENARIO_H
#define BOOTGRAPH_EXPLORE_SCENARIO_H

#include "world.h"

enum { FAULTS_MAX = 3 };

/* ORDER FAULT_KIND: words in scenario.c */
enum fault_kind {
	FAULT_MISSING, /* a device never comes */
	FAULT_REMOVED, /* a device leaves after it came, at any moment, and may come back */
	FAULT_FAILS,   /* a step fails, each time; a reaction's only for one device */
	FAULT_ONCE,    /* a step that may be tried again fails the first time */
	FAULT_HANGS,   /* a step hangs, likewise */
	FAULT_ENDS,    /* a daemon ends by itself once it is ready */
	FAULT_LATE,    /* time passes while devices are still to come and steps at work */
	FAULT_KIND_COUNT
};

struct fault {
	enum fault_kind kind;
	uint32_t node;	 /* NONE */
	uint32_t device; /* NO_DEVICE */
};

struct scenario {
	struct fault fault[FAULTS_MAX];
	unsigned count;
};

typedef VEC(struct fault) fault_list;

/* Every single fault there can be in this world. */
fault_list explore_faults(const struct explore_world *world);

/* The fault of this kind that concerns a step, or a device, or NULL. */
const struct fault *scenario_find(const struct scenario *scenario, enum fault_kind kind,
				  uint32_t node, uint32_t device);

/* "disk sdb is missing", "mount-root hangs". */
const char *fault_text(struct arena *arena, const struct explore_world *world,
		       const struct fault *fault);

/* "nothing goes wrong", or the faults joined by "and". */
const char *scenario_text(struct arena *arena, const struct explore_world *world,
			  const struct scenario *scenario);

/* For each node whether the goal cannot do without it: what it requires, or starts on, and what
 * provides that or makes it appear; a script in initramfs-tools' order, whose end all later ones
 * wait for; a unit whose failure is said to end in the rescue shell. */
bool *explore_find_path(const struct explore_world *world);

/* Whether a fault is of such a node, or of a device that it stands for. */
bool fault_is_on_path(const struct explore_world *world, const bool *on_path,
		      const struct fault *fault);

#endif
