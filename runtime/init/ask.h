/* Questions to whoever sits at the machine: everywhere at once, and the first answer counts
 * (runtime/prompt/broker.h). */
#ifndef BOOTGRAPH_ASK_H
#define BOOTGRAPH_ASK_H

#include "child.h"

/* The operands of `ask` (opcodes.def). */
enum { ASK_QUESTION, ASK_ABOUT, ASK_ANSWER, ASK_UNANSWERED, ASK_WITHIN };

/* A worker with a connection to the broker (init->prompts.client): yes is 0, no is 1, no place
 * where somebody could answer is -ENODEV. */
int32_t work_ask(struct init *init, const struct effect *effect, struct report *report);

#endif
