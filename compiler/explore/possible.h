/* What can still happen before a move is made, and before time passes: an over-estimate, from the
 * edges. Whoever cannot begin without the move cannot overtake it. */
#ifndef BOOTGRAPH_EXPLORE_POSSIBLE_H
#define BOOTGRAPH_EXPLORE_POSSIBLE_H

#include "run.h"

enum {
	CAN_BE_DONE = 1,
	CAN_BEGIN = 2,
	CAN_FAIL = 4, /* or be skipped */
	CAN_BE_LIVE = 8,
	/* With the move, in its very event: */
	CAN_BE_DONE_AT = 16,
	CAN_BEGIN_AT = 32,
};

/* Fills in CAN_... for each node: what it may become in any run from this state in which the move
 * is not made and no time passes. What a node is already counts as well. */
void explore_possible(struct runner *runner, void *block, struct move without, uint8_t *can);

/* Whether a condition may come true then. */
bool explore_is_possible(const struct runner *runner, const uint8_t *can, uint32_t code);

#endif
