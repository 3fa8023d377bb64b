/* Asking the scripts of a tree what they wait for. */
#ifndef BOOTGRAPH_SCRIPTS_PREREQS_H
#define BOOTGRAPH_SCRIPTS_PREREQS_H

#include "../command.h"
#include "reading.h"
#include "tree.h"

/* Fills in the skips that a shell decides, and the prereqs of every other script: by running them
 * in a sandbox, as mkinitramfs would, or with inputs->no_run by reading them. What keeps an answer
 * from being what mkinitramfs would get is reported.
 *
 * EXIT_FINE; EXIT_SYSTEM when there is no sandbox (reported, nothing was run); EXIT_LIMIT when a
 * script did not answer within the limits of sandbox.h. */
enum exit_status scripts_ask(struct arena *arena, struct diag *diag, struct script_tree *tree,
			     int root_fd, const struct script_inputs *inputs);

#endif
