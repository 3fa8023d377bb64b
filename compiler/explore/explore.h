/* The explorer: every order in which a blob's boot can go, with nothing wrong and with every fault.
 *
 * A run is a scenario (what goes wrong) and a sequence of moves (run.h). For each scenario all
 * states that any order reaches are visited once, the properties (properties.def) are looked at
 * after each move, and the ends are noted. specs/explore.md says what is abstracted from. */
#ifndef BOOTGRAPH_EXPLORE_EXPLORE_H
#define BOOTGRAPH_EXPLORE_EXPLORE_H

#include "run.h"

struct explore_limits {
	unsigned long states;
	size_t memory;	/* bytes of the search's own tables */
	double seconds; /* of wall time */
};

struct explore_options {
	unsigned faults; /* as many at a time, at most FAULTS_MAX */
	bool reduction;	 /* leave out orders that make no difference */
	struct explore_limits limits;
};

#define EXPLORE_DEFAULTS                                                                           \
	{                                                                                          \
		.faults = 1, .reduction = true, .limits = {                                        \
			.states = 100000000,                                                       \
			.memory = (size_t)1 << 30,                                                 \
			.seconds = 600                                                             \
		}                                                                                  \
	}

/* How runs of a scenario end. */
struct explore_end {
	enum verdict verdict; /* VERDICT_NONE: it waits without end */
	const char *cause;    /* of a rescue: the last line of its report; else "" */
	const char *lacking;  /* the sets that were started without all members, and why; or "" */
};

struct explore_outcome {
	struct scenario scenario;
	bool on_path; /* one of its faults is */
	VEC(struct explore_end) ends;
	unsigned long states;
};

struct counterexample {
	struct scenario scenario;
	struct violation violation;
	const char *end; /* for a violation that is about an end: how it ends; else NULL */
	VEC(struct move) trail;
};

struct explore_result {
	VEC(struct explore_outcome) outcomes;	    /* in order of their faults */
	VEC(struct counterexample) counterexamples; /* the first of each kind */
	unsigned long states, moves;
	size_t state_size, memory; /* bytes: of a state; of all tables at their largest */
	double seconds;
	const char *limit; /* the limit that was hit, or NULL */
};

void explore(struct arena *arena, const struct explore_world *world,
	     const struct explore_options *options, struct explore_result *ret_result);

/* --- reduce.c ------------------------------------------------------------- */

/* One of the moves that commutes with all that can happen before it, so that nothing is lost if
 * only it is followed from this state; or `count`. */
unsigned explore_safe_move(struct runner *runner, void *block, const struct move *moves,
			   unsigned count);

/* --- story.c -------------------------------------------------------------- */

/* Leaves out of a counterexample what it does not need. */
void story_shorten(struct runner *runner, struct counterexample *counterexample);

/* What happened, in words: one line a move. */
const char *story_tell(struct runner *runner, struct arena *arena,
		       const struct counterexample *counterexample);

/* The same as an event script, and in ret_verdict how the simulator ends it. */
const char *story_script(struct runner *runner, struct arena *arena,
			 const struct counterexample *counterexample);

#endif
