/* Kernel parameters that a boot script sets: ROOT, ROOTFSTYPE and the other variables of init that
 * /conf/param.conf can change. The graph goes on as if the command line had said so. */
#ifndef BOOTGRAPH_SETTINGS_H
#define BOOTGRAPH_SETTINGS_H

#include <stdint.h>

struct init;
struct variables;

/* A node's boot script has ended, and left these variables; init->environment has those before it.
 * Tells the machine of parameters that are others now, and people of what comes too late. Not to be
 * called from within the port. */
void settings_take(struct init *init, uint32_t node, const struct variables *fresh);

#endif
