/* What the machine promises of every graph that the verifier has accepted, whatever it is told:
 * looked at from outside, by what it asks of its port and by its state after each event. The rules
 * are worked out again from the blob, not with the machine's own functions. */
#ifndef BOOTGRAPH_PROMISES_H
#define BOOTGRAPH_PROMISES_H

#include "../../runtime/core/machine.h"

struct promised_node {
	struct node record; /* as in the blob */
	enum node_state state;
	uint32_t serial;      /* of its last effect */
	uint32_t running;     /* task: the serial of the effect that runs, or NOTHING_RUNS */
	uint32_t budget;      /* device: what was left of it before the event */
	bool ever, news;      /* it was done once; in this event for the first time */
	bool waited, charged; /* device: before the event it was waited for, and its clock ran */
};

struct promises {
	const struct machine *machine;
	enum event_kind kind; /* of the event at hand */
	uint32_t before;      /* when the one before it was */
	bool handed_over;
	struct promised_node *node; /* node_count of them */
};

/* node has room for all nodes; machine has just been prepared. */
void promises_begin(struct promises *p, const struct machine *machine, struct promised_node *node);

/* Around machine_event. */
void promises_before(struct promises *p, const struct event *event, uint32_t now);
void promises_after(struct promises *p, const struct event *event);

/* From the port. */
void promises_start(struct promises *p, const struct effect *effect);
void promises_stop(struct promises *p, uint32_t node, uint32_t serial);
void promises_note(struct promises *p, uint32_t node, enum node_state state);
void promises_conclude(struct promises *p, enum verdict verdict);

/* Stops the program with a sentence unless good. */
void demand(bool good, const char *what);

#endif
