/* What changed between two programs, as an administrator would say it: units and devices that are
 * new or gone, who waits for whom now, what is done, for how long. Where something is declared does
 * not count: a line that moved changes no boot. */
#ifndef BOOTGRAPH_DIFF_H
#define BOOTGRAPH_DIFF_H

#include "../program.h"

/* ORDER CHANGE: names in diff_print.c */
enum change { CHANGE_ADDED, CHANGE_REMOVED, CHANGE_CHANGED, CHANGE_COUNT };

struct difference {
	enum change change;
	const char *what;   /* "unit", "device", "edge", "when", "limit"... */
	const char *node;   /* whose, or NULL */
	const char *other;  /* edge: the node that is waited for */
	const char *old;    /* NULL: there was none */
	const char *new;    /* NULL: there is none */
	const char *source; /* "file:line:column", or NULL */
	const char *sentence;
};

typedef VEC(struct difference) difference_list;

/* The differences, by the new program's nodes, then those that are gone. Both programs share an
 * arena. Names in `old` become those of `new` where a device is the same under another reference.
 */
difference_list program_diff(struct program *old, struct program *new);

/* Errors show in ferror(out). */
void diff_print(struct arena *arena, const difference_list *list, FILE *out);
void diff_json(const difference_list *list, FILE *out);

/* --- diff_pair.c ---------------------------------------------------------- */

/* For each node the index of the same one on the other side, or NONE. */
struct pairing {
	uint32_t *in_new, *in_old;
};

/* Nodes are the same by name; a device also if the same nodes wait for it in the same way, and for
 * nothing else of its kind: the root device under another UUID. */
struct pairing diff_pair(const struct program *old, const struct program *new);

#endif
