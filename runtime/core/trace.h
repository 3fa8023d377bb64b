/* The trace: what the machine was told and what it did, one line each, in the one form that PID 1
 * keeps in /run/bootgraph/trace, the simulator prints and tests compare. specs/trace.md has the
 * grammar.
 *
 *   bootgraph-trace 1
 *   0.000 start root=UUID=2f00 ro quiet
 *   0.000 node mount-proc running
 *   0.000 effect mount-proc mount proc /proc proc
 *   0.003 finished mount-proc 0
 *   0.213 device add vda1 252:1 SUBSYSTEM=block DEVTYPE=partition
 *   0.900 verdict handoff
 *
 * Fields are words: white space, control characters and backslashes in them are written \xNN as
 * udev does, an empty one as "". A line goes to the sink in pieces and so has no length limit. */
#ifndef BOOTGRAPH_TRACE_H
#define BOOTGRAPH_TRACE_H

#include "machine.h"

struct trace {
	const struct machine *machine;
	/* A piece of a line, borrowed for the time of the call; the last one ends with a newline.
	 */
	void (*write)(void *context, const char *text, size_t length);
	void *context;
};

/* Times are milliseconds since EVENT_START. */
void trace_head(const struct trace *trace);
void trace_start(const struct trace *trace, uint32_t now, const char *command_line);

/* An event that is about to be handled; EVENT_START and EVENT_TICK write nothing. */
void trace_event(const struct trace *trace, uint32_t now, const struct event *event);

/* What the machine asks of its port. */
void trace_effect(const struct trace *trace, uint32_t now, const struct effect *effect);
void trace_stop(const struct trace *trace, uint32_t now, uint32_t node);
void trace_rescan(const struct trace *trace, uint32_t now);
void trace_node(const struct trace *trace, uint32_t now, uint32_t node, enum node_state state);
void trace_verdict(const struct trace *trace, uint32_t now, enum verdict verdict);

const char *node_state_name(enum node_state state);
const char *verdict_name(enum verdict verdict);

#endif
