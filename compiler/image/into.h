/* A tree put into the directory that mkinitramfs is filling (DESTDIR of its hooks), in place of an
 * archive of our own. What hooks have put there stays as it is. */
#ifndef BOOTGRAPH_IMAGE_INTO_H
#define BOOTGRAPH_IMAGE_INTO_H

#include "../diag.h"
#include "tree.h"

/* Where the distribution's init waits for its turn: runtime/init/fallback.c executes it. */
#define INTO_FALLBACK "init.distribution"

/* Writes every entry but device nodes below the directory fd; links in it are followed as if it
 * were the root. What is bootgraph's own replaces what was there, a module's compressed twin goes,
 * and /init moves to INTO_FALLBACK the first time. name is the directory's, for messages. Returns
 * false after an error was reported. */
bool into_write(struct arena *arena, struct diag *diag, struct tree *tree, int fd,
		const char *name);

#endif
