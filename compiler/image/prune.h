/* `image: small` in bootgraph.conf(5): what mkinitramfs and its hooks have put into DESTDIR, and
 * the graph has no use for.
 *
 * Only what is known to be useless goes: modules and firmware that are not in the plan, udev,
 * klibc's programs, scripts that units stand for, the distribution's init, and libraries that
 * nothing left needs. What a boot script that stays in the graph may call stays, too. */
#ifndef BOOTGRAPH_IMAGE_PRUNE_H
#define BOOTGRAPH_IMAGE_PRUNE_H

#include <stdio.h>

#include "../compile.h"
#include "tree.h"

/* Removes it below the directory fd, which is still without the tree that is going to be put there;
 * a file that is in the tree stays. Says on out what was saved, and for which
 * script what could have gone stays. Returns false after an error was
 * reported; name is the directory's, for messages. */
bool prune(const struct compilation *compilation, struct tree *tree, int fd, const char *name,
	   FILE *out);

#endif
