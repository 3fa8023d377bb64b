/* /run/bootgraph/trace (specs/trace.md): kept in memory until /run is there. */
#ifndef BOOTGRAPH_TRACEFILE_H
#define BOOTGRAPH_TRACEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../core/trace.h"

enum { TRACE_MAX = 1 << 20, TRACE_BUFFER = 8192 };

struct tracefile {
	struct trace_sink sink;
	char *text; /* what is not written yet */
	size_t length, room;
	size_t line;	/* where its last, perhaps unfinished line begins */
	size_t written; /* bytes in the file */
	int fd;		/* or -1 */
	bool full;	/* TRACE_MAX was reached, or there is no memory */
	bool echo;	/* bootgraph.trace: every line goes to the console too */
};

void tracefile_begin(struct tracefile *trace, bool echo);

/* Opens the file once its directory can be made; to be called after mounts. */
void tracefile_open(struct tracefile *trace);

/* Writes out what is buffered, if there is a file. */
void tracefile_flush(struct tracefile *trace);

void tracefile_remark(struct tracefile *trace, uint32_t now, const char *text);

#endif
