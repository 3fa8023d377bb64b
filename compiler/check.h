/* Findings about a graph that is sound in itself: what will go wrong, or cannot be known. */
#ifndef BOOTGRAPH_CHECK_H
#define BOOTGRAPH_CHECK_H

#include "model.h"

void check_graph(const struct model *model, struct diag *diag);

#endif
