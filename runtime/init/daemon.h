/* Daemons: programs that go on running after their unit is done.
 *
 * A keeper, a worker like any other, starts the program, waits until it is ready and ends; then the
 * program is PID 1's own child, as every orphan is. Until then the keeper's process group is ended
 * as a whole if the time is up. */
#ifndef BOOTGRAPH_DAEMON_H
#define BOOTGRAPH_DAEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "child.h"

struct daemon {
	pid_t pid, group;
	uint32_t node, serial;
	bool told;	  /* to end */
	uint32_t kill_at; /* when SIGKILL follows SIGTERM, or NEVER */
};

struct daemons {
	struct daemon *daemon;
	size_t count, room;
};

/* The keeper's work. */
int32_t work_daemon(struct init *init, const struct effect *effect, struct report *report);

/* The keeper has ended and says who is ready: its number, "0" if nobody knows. */
void daemon_ready(struct init *init, const struct child *keeper, const char *number);

/* Tells a node's daemon to end. */
void daemon_stop(struct init *init, uint32_t node);

/* Takes in the end of a process; false if it is none of them. */
bool daemon_ended(struct init *init, pid_t pid, int wait_status);

void daemons_tick(struct init *init, uint32_t now);
uint32_t daemons_deadline(const struct init *init);

#endif
