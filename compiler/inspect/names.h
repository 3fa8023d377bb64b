/* How the text twins refer to nodes: by name, and where two nodes have the same one, by name and
 * number: root[7]. */
#ifndef BOOTGRAPH_NAMES_H
#define BOOTGRAPH_NAMES_H

#include "../program.h"

/* For each node of the program, whether another one has the same name. In the program's arena. */
const bool *names_shared(const struct program *program);

/* "mount-root", or "root[7]". */
const char *names_reference(const struct program *program, const bool *shared, uint32_t node);

#endif
