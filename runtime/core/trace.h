/* The trace: what the machine was told and what it did, one line each, in the one form that PID 1
 * keeps in /run/bootgraph/trace, the simulator prints and tests compare. specs/trace.md has the
 * grammar.
 *
 * A line goes to the sink in pieces, so that there is no limit to its length and no buffer here;
 * its last piece ends with the newline. Times are milliseconds since EVENT_START. */
#ifndef BOOTGRAPH_TRACE_H
#define BOOTGRAPH_TRACE_H

#include "machine.h"

#define TRACE_FIRST_LINE "bootgraph-trace 1\n"

struct trace_sink {
	/* Takes some bytes, borrowed for the time of the call. */
	void (*write)(void *context, const char *bytes, size_t length);
	void *context;
};

/* An event, before the machine handles it. */
void trace_event(const struct trace_sink *sink, const struct machine *machine, uint32_t now,
		 const struct event *event);

/* The port's answer to the machine's one question. */
void trace_file(const struct trace_sink *sink, uint32_t now, const char *path, bool found);

/* What the machine tells its port. */
void trace_effect(const struct trace_sink *sink, const struct machine *machine, uint32_t now,
		  const struct effect *effect);
void trace_stop(const struct trace_sink *sink, const struct machine *machine, uint32_t now,
		uint32_t node, uint32_t serial);
void trace_rescan(const struct trace_sink *sink, uint32_t now);
void trace_node(const struct trace_sink *sink, const struct machine *machine, uint32_t now,
		uint32_t node, enum node_state state);
void trace_verdict(const struct trace_sink *sink, uint32_t now, enum verdict verdict);

/* A line of machine_explain; and something that happened to the writer of the trace. */
void trace_because(const struct trace_sink *sink, uint32_t now, const char *text);
void trace_remark(const struct trace_sink *sink, uint32_t now, const char *text);

const char *node_state_name(enum node_state state);
const char *verdict_name(enum verdict verdict);

#endif
