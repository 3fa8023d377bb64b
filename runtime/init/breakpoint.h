/* Break points: break= on the kernel command line stops the boot for a shell at the places where
 * initramfs-tools' init does (initramfs-tools 0.142, init and scripts/functions, maybe_break).
 *
 * A place is a step of the graph that is about to start: the first one that init would have come to
 * behind that place. While the shell is open nothing is told to the machine, and no time passes for
 * it; what runs already goes on. */
#ifndef BOOTGRAPH_INIT_BREAKPOINT_H
#define BOOTGRAPH_INIT_BREAKPOINT_H

#include "../core/port.h"

struct init;

/* BREAKPOINT(ID, "name", "what comes next"): in the order of the boot */
enum breakpoint {
#define BREAKPOINT(id, name, text) BREAKPOINT_##id,
#include "breakpoints.def"
#undef BREAKPOINT
	BREAKPOINT_COUNT
};

/* The last place before which an effect must not start; BREAKPOINT_COUNT if it may at any time.
 * node is its unit's name; a boot script's is PHASE/NAME. */
enum breakpoint breakpoint_before(enum opcode op, const char *node);

/* The places that a value of break= names, as a bit for each. */
unsigned breakpoints_read(const char *value);

/* To be called before an effect starts: returns when the shells for places before it were left. */
void breakpoint_pass(struct init *init, const struct effect *effect);

#endif
