/* What is remembered about each node for people: when it ran, and why it failed. */
#ifndef BOOTGRAPH_NOTES_H
#define BOOTGRAPH_NOTES_H

#include "../core/machine.h"

struct notes {
	struct note {
		uint32_t begin, end; /* milliseconds, or NEVER */
		char *reason;	     /* a sentence, or NULL */
	} * note;
	uint32_t count;
};

/* Without memory there are simply no notes. */
void notes_begin(struct notes *notes, uint32_t node_count);

void notes_state(struct notes *notes, uint32_t node, enum node_state state, uint32_t now);

/* Keeps a copy of the reason, as in printf; a later one replaces it. */
void notes_reason(struct notes *notes, uint32_t node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

const struct note *notes_of(const struct notes *notes, uint32_t node);

/* Writes /run/bootgraph/outcome (specs/run.md). */
void notes_write(const struct notes *notes, const struct machine *machine, const char *path);

#endif
