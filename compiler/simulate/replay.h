/* Running a trace again: the machine is told what it was told then, at the same times. */
#ifndef BOOTGRAPH_REPLAY_H
#define BOOTGRAPH_REPLAY_H

#include <stdio.h>

#include "../diag.h"
#include "../../runtime/core/machine.h"

/* Whether a text is a trace and not an event script, by its first line. */
bool replay_is_trace(const struct text *text);

/* Runs a verified blob on the inputs of a trace (specs/trace.md), and writes the new trace. Lines
 * that are no inputs are passed over. Returns false after reporting a line that cannot be meant, or
 * a trace of another blob; nothing is run then. */
bool replay_run(struct arena *arena, struct diag *diag, const struct text *text,
		const struct blob *blob, FILE *trace, enum verdict *ret_verdict);

#endif
