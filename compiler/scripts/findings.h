/* What is wrong with scripts and hooks: everything that mkinitramfs does without a word. */
#ifndef BOOTGRAPH_SCRIPTS_FINDINGS_H
#define BOOTGRAPH_SCRIPTS_FINDINGS_H

#include "../command.h"
#include "order.h"
#include "tree.h"

/* Collects the trees, asks the scripts and reports what is to be said about them; for `bootgraph
 * check`. Findings are counted in diag. The status is EXIT_FINE, whatever was found, unless input
 * could not be read (EXIT_FINDINGS), or as scripts_ask says. */
enum exit_status check_scripts(struct arena *arena, struct diag *diag, int root_fd,
			       const struct script_inputs *inputs);

/* --- ITS PARTS: for a tree whose scripts have been asked --- */

/* Files that are left out, handlers that are missing, prereqs that name nobody, masks that mask
 * nothing. */
void check_script_files(const struct script_tree *tree, struct diag *diag);

/* Loops, and orders that hold only by chance, or not at all. */
void check_script_orders(const struct script_tree *tree, struct diag *diag);

/* What scripts read and write (uses.h): writers that no prereq orders, readers that come before the
 * writer, variables that never reach the reader, waits that nothing ends in time. */
void check_script_uses(const struct script_tree *tree, struct diag *diag);

#endif
