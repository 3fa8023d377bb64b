/* The simulated world: a port for the machine, with a virtual clock, devices that come and go and
 * effects that end as an event script says. */
#ifndef BOOTGRAPH_WORLD_H
#define BOOTGRAPH_WORLD_H

#include <stdio.h>

#include "script.h"
#include "../../runtime/core/machine.h"

/* Why a simulation ended. */
enum world_end {
	WORLD_VERDICT, /* the machine's */
	WORLD_IDLE,    /* nothing can happen any more, and the machine waits without end */
	WORLD_UNTIL,   /* the script's last moment came */
	WORLD_ENDLESS, /* more events than any boot has */
};

enum { WORLD_EVENTS_MAX = 1000000 };

struct world_options {
	FILE *trace; /* where the trace is written, or NULL */
	/* Called after every event, NULL for nothing: for tests of the machine's properties. */
	void (*after_event)(void *context, struct machine *machine);
	void *context;
};

/* Runs a verified blob in the script's world. Everything it makes lives in the arena. */
enum world_end world_run(struct arena *arena, const struct blob *blob, const struct script *script,
			 const struct world_options *options, enum verdict *ret_verdict);

#endif
