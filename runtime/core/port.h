/* The port: every effect the machine can have, as a few function pointers.
 *
 * PID 1 has one with real system calls, the simulator one with a scripted world, the explorer and
 * the fuzzers theirs. The machine calls the port only from within machine_event, and the port must
 * not call the machine back from there: what has ended is told by a later EVENT_FINISHED.
 */
#ifndef BOOTGRAPH_PORT_H
#define BOOTGRAPH_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "opcode.h"

/* What an instruction of class EFFECT asks for. Everything is borrowed for the time of the call. */
struct effect {
	enum opcode op;
	uint32_t node;	 /* who asks, */
	uint32_t serial; /* and for the how-manieth time: both come back in EVENT_FINISHED */
	/* The operands in the order of opcodes.def. VALUE and STRING are texts, "" for what was
	 * left out; NULL for the other kinds. */
	const char *text[OPERANDS_MAX];
	uint32_t number;	   /* operand NUMBER */
	uint32_t device_node;	   /* operand DEVICE: its node, */
	uint32_t device_number;	   /* and the number of the device that satisfies it */
	uint32_t list;		   /* operand LIST: for machine_list_value */
	const struct event *event; /* a reaction's device event, else NULL */
};

enum node_state {
	STATE_PENDING,	/* waits for something */
	STATE_STARTING, /* everything has come; held back by those that run on `starting` it */
	STATE_READY,	/* waits for something exclusive */
	STATE_RUNNING,
	STATE_DONE,   /* device: there */
	STATE_FAILED, /* device: did not appear in time, or cannot any more */
	STATE_SKIPPED,
	STATE_COUNT
};

enum verdict {
	VERDICT_NONE,	 /* the boot goes on */
	VERDICT_HANDOFF, /* the goal is done */
	VERDICT_RESCUE,	 /* it cannot be reached any more */
	VERDICT_COUNT
};

struct port {
	/* Begin an effect. Its end, also an immediate one or a failure to begin, is told by
	 * EVENT_FINISHED. */
	void (*start)(void *context, const struct effect *effect);
	/* An effect's time is up: end it, and do not wait for that; it counts as failed already. An
	 * EVENT_FINISHED for it may still come and is ignored. For a reaction: all that it has
	 * running, up to this serial. */
	void (*stop)(void *context, uint32_t node, uint32_t serial);
	/* A device was lost that others needed: tell of all present devices again (EVENT_DEVICE),
	 * so that a second one can take its place. */
	void (*rescan)(void *context);
	/* Whether the image has a file; the one question the machine asks. */
	bool (*has_file)(void *context, const char *path);
	/* A node has changed its state; for traces and displays. */
	void (*note)(void *context, uint32_t node, enum node_state state);
	/* The verdict has changed. Nothing starts while it is VERDICT_RESCUE, until EVENT_AGAIN. */
	void (*conclude)(void *context, enum verdict verdict);
};

#endif
