/* Why the goal was not reached: the unsatisfied path from the goal down to its first causes, one
 * line a link, each with the source line that asks for it.
 *
 *   handoff needs mount-root (stdlib 90-handoff.yaml:4:11), which failed
 *   mount-root needs UUID=2f… (etc/fstab:3:1), which did not appear in 30 s
 */
#ifndef BOOTGRAPH_EXPLAIN_H
#define BOOTGRAPH_EXPLAIN_H

#include "machine.h"

struct explain_sink {
	/* One line without its newline; borrowed for the time of the call. */
	void (*line)(void *context, const char *text);
	/* What the port knows of a node's failure ("fsck.ext4 exited with 4"), or NULL. */
	const char *(*reason)(void *context, uint32_t node);
	void *context;
};

enum { EXPLAIN_LINE_MAX = 512 };

/* Says nothing while the boot goes on. */
void machine_explain(const struct machine *machine, const struct explain_sink *sink);

#endif
