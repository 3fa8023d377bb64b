/* Which boot scripts and hooks a command is about. */
#ifndef BOOTGRAPH_SCRIPTS_INPUTS_H
#define BOOTGRAPH_SCRIPTS_INPUTS_H

#include <stdbool.h>

#include "../arena.h"

/* Which trees to take. `scripts` and `hooks` are --scripts and --hooks; when there is one of
 * either, nothing of the sysroot's own trees is taken. */
struct script_inputs {
	const char *root; /* the sysroot, or NULL for / */
	VEC(const char *) scripts, hooks;
	bool no_run;
	unsigned releases; /* bits of enum release: whose scripts may be meant; 0 for any */
};

#endif
