/* The surroundings in which mkinitramfs(8) asks scripts what they wait for: what it sees as /, the
 * image it is building, and the environment it exports. The working directory is /, as it is when
 * dpkg runs update-initramfs. */
#ifndef BOOTGRAPH_SCRIPTS_MKINITRAMFS_H
#define BOOTGRAPH_SCRIPTS_MKINITRAMFS_H

#include "sandbox.h"
#include "tree.h"

/* The sysroot, with the trees in their places and DESTDIR as it is when the scripts are asked. */
void mkinitramfs_view(struct arena *arena, const struct script_tree *tree, int root_fd,
		      const struct script_inputs *inputs, struct sandbox_view *ret_view);

/* For mkinitramfs's own steps: the PATH it sets, and nothing of ours. */
extern const char *const mkinitramfs_bare_environment[];

/* Evaluates initramfs.conf and what else mkinitramfs sources, in the sandbox, and returns the
 * environment it would export then. NULL if the sandbox failed; *ret_why says how. When the
 * configuration could not be evaluated, *ret_complaint says why, and the environment is that of the
 * defaults; otherwise it is NULL. */
const char *const *mkinitramfs_environment(struct sandbox *sandbox, struct arena *arena,
					   const char **ret_complaint, const char **ret_why);

#endif
