/* tsort(1) as mkinitramfs uses it: which of the possible orders comes out, how loops are broken and
 * what is said about them are those of GNU coreutils 9.1, since all of it decides what boots when.
 *
 * What that means for a reader of PREREQ lines: names without predecessors come first, in the order
 * of their bytes; after that a name comes out when the last of its predecessors has, and the
 * dependents of one name in reverse of the order in which they were read. A name that nobody
 * provides takes part like any other, which turns its dependents around. */
#ifndef BOOTGRAPH_SCRIPTS_TSORT_H
#define BOOTGRAPH_SCRIPTS_TSORT_H

#include <stdbool.h>
#include <stdio.h>

#include "../arena.h"

typedef VEC(const char *) tsort_names;

/* Names that wait for each other: each comes before the next, and the last before the first. That
 * last relation is the one that was dropped. */
struct tsort_loop {
	tsort_names names;
};

struct tsort_result {
	bool odd; /* a name without a partner: nothing was sorted */
	tsort_names order;
	VEC(struct tsort_loop) loops; /* in the order in which they were broken */
};

/* Sorts pairs "before after", separated by blanks, tabs and newlines; "a a" only says that there is
 * an a. The names of the result live in the arena. */
void tsort(struct arena *arena, const char *pairs, size_t size, struct tsort_result *ret_result);

/* What tsort(1) would have written to standard error. */
void tsort_complain(FILE *out, const struct tsort_result *result);

#endif
