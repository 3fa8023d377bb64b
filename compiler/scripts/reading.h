/* What a script would answer to `SCRIPT prereqs`, found by reading it: the only source with
 * --no-run, and what tells where in the script an answer comes from when it was run.
 *
 * The script is followed as a shell would, with "prereqs" as its argument and nothing else known.
 * What is not the usual handler (assignments, functions, case, if, echo, printf, exit) is not
 * guessed at: then the reading says what it met, and where. */
#ifndef BOOTGRAPH_SCRIPTS_READING_H
#define BOOTGRAPH_SCRIPTS_READING_H

#include "tree.h"

struct script_reading {
	/* Whether it looks at its argument for "prereqs" at all; without that, asking it runs all
	 * of it. The span is the pattern or the operand. */
	bool handles;
	struct span handler;

	struct span begin; /* the first command */

	/* What it prints, as far as that could be followed. */
	VEC(struct prereq) prereqs;

	/* Why there may be more: "runs grep"; NULL if that is all. */
	const char *doubt;
	struct span doubt_span;

	/* Why a shell could not read it, or NULL. Shells know more than this reader: see shell.h.
	 */
	const char *broken;
	struct span broken_span;

	/* The interpreter of its first line is no shell, so nothing above says anything. */
	bool foreign;
};

const struct script_reading *script_read(struct arena *arena, const struct text *text);

#endif
