/* Conditions and matches: straight-line programs over a small stack of three-valued answers. */
#ifndef BOOTGRAPH_GUARD_H
#define BOOTGRAPH_GUARD_H

#include "machine.h"

enum { GUARD_DEPTH_MAX = 16 };

enum answer {
	ANSWER_NO,
	ANSWER_YES,
	ANSWER_NEVER, /* no, and that cannot change any more this boot */
};

/* Evaluates the program at a word of the code; yes if code is NONE. event is NULL unless it is a
 * match program. */
enum answer guard_evaluate(struct machine *machine, uint32_t code, const struct event *event);

/* Whether a text fits a pattern of * (any text), ? (any byte) and | (alternatives). */
bool guard_pattern_fits(const char *pattern, const char *text);

#endif
