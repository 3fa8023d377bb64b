/* Findings about a graph that is sound in itself: what will go wrong, or cannot be known. */
#ifndef BOOTGRAPH_CHECK_H
#define BOOTGRAPH_CHECK_H

#include "graph.h"

void check_graph(const struct graph *graph, struct diag *diag);

/* check_timeout.c: programs whose own arguments let them take longer than their unit does. */
void check_timeouts(const struct graph *graph, struct diag *diag);

#endif
