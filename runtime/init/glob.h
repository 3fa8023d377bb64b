/* Shell patterns as modules.alias has them: * and ?, and [a-z] for one of a set. */
#ifndef BOOTGRAPH_GLOB_H
#define BOOTGRAPH_GLOB_H

#include <stdbool.h>

/* Whether the whole text fits the pattern. Takes at most their lengths' product in steps. */
bool glob_fits(const char *pattern, const char *text);

#endif
