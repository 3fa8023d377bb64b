/* Why a node of a blob waits for what. */
#ifndef BOOTGRAPH_INSPECT_EXPLAIN_H
#define BOOTGRAPH_INSPECT_EXPLAIN_H

#include "../program.h"

/* The nodes that a word means: a name, as listings have it; a device by its reference alone; a
 * mount point of the real system. Several when they share a name. */
typedef VEC(uint32_t) explain_nodes;
explain_nodes explain_find(const struct program *program, const char *word);

/* What could have been meant instead, or NULL. */
const char *explain_nearest(const struct program *program, const char *word);

/* Writes what the node needs and who needs it; errors show in ferror(out). */
void program_explain(const struct program *program, uint32_t node, FILE *out);

#endif
