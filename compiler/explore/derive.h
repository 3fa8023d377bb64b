/* A world for a blob of which nobody has said what its machine is made of: every device that the
 * graph waits for is there, under the names that the blob knows, and comes by itself unless units
 * provide it. Of a set it has two members: one without which it cannot start, and one without which
 * it can. */
#ifndef BOOTGRAPH_EXPLORE_DERIVE_H
#define BOOTGRAPH_EXPLORE_DERIVE_H

#include "../diag.h"
#include "../../runtime/core/blob.h"

/* The event script, with the kernel command line that was compiled in. */
const char *explore_derive(struct arena *arena, const struct blob *blob);

#endif
