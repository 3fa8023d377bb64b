/* Whether the device that the kernel command line chose is one that the blob was compiled, and
 * checked, for. */
#ifndef BOOTGRAPH_COVERAGE_H
#define BOOTGRAPH_COVERAGE_H

#include <stdint.h>

struct init;

/* Of devices of the graph that have appeared: says which of them a parameter (root=) names and the
 * reference compiled into the blob would not have. At the end of the boot, for a device may be
 * known by one name before it is known by another. */
void coverage_check(const struct init *init);

/* Says what of cryptopts= on the command line the image can do. */
void coverage_check_cryptopts(const struct init *init);

#endif
