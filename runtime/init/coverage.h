/* Whether the device that the kernel command line chose is one that the blob was compiled, and
 * checked, for. */
#ifndef BOOTGRAPH_COVERAGE_H
#define BOOTGRAPH_COVERAGE_H

#include <stdint.h>

struct init;

/* A device of the graph has appeared: says so if a parameter (root=) names it and the reference
 * compiled into the blob would not have. */
void coverage_check(struct init *init, uint32_t node);

/* Says what of cryptopts= on the command line the image can do. */
void coverage_check_cryptopts(const struct init *init);

#endif
