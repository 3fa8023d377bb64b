/* A manifest as `bootgraph compile --manifest` writes it, one item a line, fields separated by
 * tabs:
 *
 *   filesystem	ext4	mount-root
 *   binary	/bin/busybox	rescue	optional
 */
#ifndef BOOTGRAPH_IMAGE_MANIFEST_FILE_H
#define BOOTGRAPH_IMAGE_MANIFEST_FILE_H

#include "../manifest.h"

/* Appends the items of a text; their spans are its lines. Reports every line that is wrong; returns
 * false if any was. */
bool manifest_read(struct arena *arena, struct diag *diag, const struct text *text,
		   struct manifest *manifest);

#endif
