/* The boot scripts of initramfs-tools as units of the graph: those that no unit replaces. What they
 * do is not looked into; they are run one after the other, as init runs them (scripts/order.h). */
#ifndef BOOTGRAPH_SCRIPT_UNITS_H
#define BOOTGRAPH_SCRIPT_UNITS_H

#include "graph.h"

/* Appends a unit for each script of model->scripts that is a step of a boot from a local disk, in
 * the order in which they run. Nothing without scripts. */
void script_units(const struct model *model, unit_list *instances);

/* Adds their edges: one script after the other, prereqs, and what they have to do with the mounts.
 */
void graph_connect_scripts(struct graph *graph);

#endif
