/* Nodes, edges and limits in words, for the commands that speak to people: explain and diff. */
#ifndef BOOTGRAPH_DESCRIBE_H
#define BOOTGRAPH_DESCRIBE_H

#include "../program.h"

/* A program, and what names.h says about its names. */
struct described {
	const struct program *program;
	const bool *shared;
};

struct described describe(const struct program *program);

/* "mount-root", "device UUID=1" */
const char *describe_node(const struct described *d, uint32_t node);

/* What an edge makes the waiting node do: "needs", "wants", "comes after", "is held until",
 * "is provided by"; what follows is the other node, and perhaps describe_after. */
const char *describe_verb(enum edge_kind kind);
/* " is done" behind the other node of a hold, else "". */
const char *describe_after(enum edge_kind kind);

/* Why there is an edge that nobody declared, with a comma before it; "" for one that was. */
const char *describe_reason(enum edge_reason reason);

/* "at most 1.5 s", "without limit", "at most 30 s, or rootdelay= if that is longer" */
const char *describe_limit(struct arena *arena, uint32_t limit);

/* " (etc/fstab:1:1)", or "" for no source. */
const char *describe_source(struct arena *arena, const char *source);

/* Prints a formatted sentence with a newline; what could change a terminal is made safe. */
void describe_print(FILE *out, struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The edges of a node: those that point to it, count of them. */
const struct program_edge *describe_edges(const struct described *d, uint32_t node,
					  size_t *ret_count);

#endif
