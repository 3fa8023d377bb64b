/* Running a trace again: the machine is told what it was told then, at the same times. */
#ifndef BOOTGRAPH_REPLAY_H
#define BOOTGRAPH_REPLAY_H

#include <stdio.h>

#include "../diag.h"
#include "../../runtime/core/machine.h"

/* Whether a text is a trace and not an event script, by its first line. */
bool replay_is_trace(const struct text *text);

struct replay_result {
	enum verdict verdict;
	bool same; /* the machine did what the trace says that it did, as far as the trace goes */
};

/* Runs a verified blob on the inputs of a trace (specs/trace.md), writes the new trace, and reports
 * where the two part: the first line that says what the machine did and that it does not do, or
 * does otherwise. Times and sentences are not compared. A trace of another blob is run as well,
 * after a warning. Returns false after reporting a line that cannot be meant; nothing is run then.
 */
bool replay_run(struct arena *arena, struct diag *diag, const struct text *text,
		const struct blob *blob, FILE *trace, struct replay_result *ret_result);

#endif
