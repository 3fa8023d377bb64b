/* The rows that templates (for-each) make their instances from. */
#ifndef BOOTGRAPH_ROWS_H
#define BOOTGRAPH_ROWS_H

#include "graph.h"

enum { FIELDS_MAX = 10 }; /* one more than there are, for the end */

/* What {field} stands for in one instance. */
struct row {
	struct field_value fields[FIELDS_MAX];
};

typedef VEC(struct row) row_list;

/* Appends the rows of a set. */
void rows_of(const struct model *model, enum row_set set, row_list *rows);

/* rows_array.c: those of ROWS_ARRAY. */
void rows_add_arrays(const struct model *model, row_list *rows);

#endif
