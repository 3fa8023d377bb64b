/* From the initramfs to the real system (initramfs-tools 0.142, init; klibc run-init(8)). */
#ifndef BOOTGRAPH_HANDOFF_H
#define BOOTGRAPH_HANDOFF_H

#include "child.h"

/* The effect OP_FIND_INIT: looks inside the new root; the report's text is the path found. */
int32_t work_find_init(struct init *init, const struct effect *effect, struct report *report);

/* Makes new_root the root and executes the real init. Returns only if that fails before anything
 * was given up: a negative errno, with the reason noted. */
int handoff(struct init *init);

#endif
