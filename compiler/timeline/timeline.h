/* The timeline: a trace (specs/trace.md) as spans of time, one for each node that did something. */
#ifndef BOOTGRAPH_TIMELINE_H
#define BOOTGRAPH_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../diag.h"
#include "../../runtime/core/port.h"

/* One node's time at work: from its first effect (or `running`) to its end. A reaction has one for
 * each stretch without a gap between its effects. Times are milliseconds. */
struct stretch {
	const char *name;
	const char *effect; /* what it asked for first: "mount", or "" for a device */
	uint32_t begin, end;
	enum node_state state; /* STATE_RUNNING: the trace ends before it does */
	bool instant;	       /* a device that appeared, or an event: no time at work */
	bool critical;	       /* on the path that decided when the boot ended */
	unsigned count;	       /* effects in it */
};

/* A time in the rescue shell. */
struct rescue_story {
	uint32_t begin, end;		     /* end is UINT32_MAX if it was not left */
	size_t first_because, because_count; /* in the timeline's */
};

/* Something that was waited for no longer, and what it was done without. */
struct given_up {
	uint32_t at;
	const char *node, *reason; /* "quiescent" or "budget" */
};

struct timeline {
	VEC(struct stretch) stretches; /* by begin, then as in the trace */
	uint32_t end;		       /* of the last line */
	const char *verdict;	       /* "handoff", "rescue", or NULL if the trace has none */
	VEC(const char *) because;     /* why it is a rescue, of all of them */
	VEC(struct rescue_story) rescues;
	VEC(struct given_up) given_up;
	const char *command_line;
};

/* The next word of a line, its \xNN escapes undone; NULL at the line's end. */
const char *trace_word(struct arena *arena, const char **at, const char *end);
/* The state of this name, or STATE_COUNT. */
enum node_state trace_state(const char *name);

/* Reads a trace; reports and returns NULL if it is none. Lines of an unknown word are skipped. */
struct timeline *timeline_read(struct arena *arena, struct diag *diag, const struct text *text);

void timeline_table(const struct timeline *timeline, FILE *out, bool utf8);
void timeline_svg(const struct timeline *timeline, FILE *out);

/* --- how each unit ended (specs/run.md) ---------- */

struct outcome_row {
	const char *name, *kind;
	enum node_state state;
	double begin, end;  /* seconds; negative: it never began, or has not ended */
	const char *reason; /* or NULL */
};

struct outcome {
	VEC(struct outcome_row) rows; /* as in the blob */
};

/* Reads it; reports and returns NULL if the file is none. Lines that are cut short are skipped. */
struct outcome *outcome_read(struct arena *arena, struct diag *diag, const struct text *text);

#endif
