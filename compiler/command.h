/* What the subcommands of bootgraph(1) share: exit statuses, and outputs with their diagnostics. */
#ifndef BOOTGRAPH_COMMAND_H
#define BOOTGRAPH_COMMAND_H

#include "diag.h"
#include "output.h"

enum exit_status {
	EXIT_FINE = 0,
	EXIT_FINDINGS = 1, /* errors found, or bad input */
	EXIT_USAGE = 2,
	EXIT_SYSTEM = 3, /* the system failed us */
	EXIT_LIMIT = 4,	 /* a limit was hit: not proved */
};

/* As in output.h, and reported when they fail. */
bool command_open_output(struct output *output, struct arena *arena, struct diag *diag,
			 const char *path);
bool command_commit_output(struct output *output, struct diag *diag, const char *path);

#endif
