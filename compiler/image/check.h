/* bootgraph check: what the graph needs of the sysroot, looked for before anybody makes an image.
 */
#ifndef BOOTGRAPH_IMAGE_CHECK_H
#define BOOTGRAPH_IMAGE_CHECK_H

#include "../manifest.h"

/* Reports programs, files and kernel modules that the sysroot lacks, with the libraries of the
 * programs, at the unit that needs them. Programs are looked for where there is a shell (a tree of
 * nothing but configuration has none, and lacks nothing), modules in each kernel of lib/modules.
 * root is the sysroot's path, for libkmod. */
void image_check(struct arena *arena, struct diag *diag, const char *root, int root_fd,
		 const struct manifest *manifest);

#endif
