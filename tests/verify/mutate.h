/* Faults of which a blob's form knows nothing: a field gets another value that such a field can
 * have, a record the content of another one. Bytes changed at random seldom get past the verifier,
 * or change a text; these are what a confused compiler, or somebody clever, would write. */
#ifndef BOOTGRAPH_MUTATE_H
#define BOOTGRAPH_MUTATE_H

#include <stddef.h>

#include "random_run.h"

/* Changes one thing of a blob, which need not be a good one. The checksum is not put right. */
void mutate_blob(unsigned char *bytes, size_t size, struct choices *choices);

#endif
