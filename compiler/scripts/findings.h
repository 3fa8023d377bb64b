/* What is wrong with scripts and hooks: everything that mkinitramfs does without a word. */
#ifndef BOOTGRAPH_SCRIPTS_FINDINGS_H
#define BOOTGRAPH_SCRIPTS_FINDINGS_H

#include "../chain.h"
#include "../command.h"
#include "order.h"
#include "tree.h"

/* For a tree whose scripts have been asked (prereqs.h). Findings are counted in diag. */

/* Files that are left out, handlers that are missing, prereqs that name nobody, masks that mask
 * nothing. */
void check_script_files(const struct script_tree *tree, struct diag *diag);

/* Loops, and orders that hold only by chance, or not at all. */
void check_script_orders(const struct script_tree *tree, struct diag *diag);

/* What scripts read and write (uses.h): writers that no prereq orders, readers that come before the
 * writer, variables that never reach the reader, waits that nothing ends in time. */
void check_script_uses(const struct script_tree *tree, struct diag *diag);

/* Scripts that a hook writes into the image, where nothing runs them. */
void check_destdir_scripts(const struct script_tree *tree, struct diag *diag);

/* What the chain needs scripts for: ones that are missing, and such as do not get the time. Only of
 * a tree that has initramfs-tools' own scripts. */
void check_script_storage(const struct script_tree *tree, const struct chain *chain,
			  const struct model *model, struct diag *diag);

#endif
