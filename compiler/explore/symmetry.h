/* Devices that are one as good as the other: members of an array of which any will do, disks that
 * mean nothing to the graph. States that differ only in which of them it is lead to the same ends,
 * so one of them is visited (Ip and Dill 1996, "Better verification through symmetry"). */
#ifndef BOOTGRAPH_EXPLORE_SYMMETRY_H
#define BOOTGRAPH_EXPLORE_SYMMETRY_H

#include "levels.h"
#include "scenario.h"
#include "state.h"

struct symmetry {
	/* For each device the first of its class: itself, if it is like none before it. */
	uint8_t class_of[EXPLORE_DEVICES_MAX];
	bool any;
};

/* Those that stay interchangeable in a scenario: none that its faults name. */
void symmetry_find(struct symmetry *symmetry, struct levels *levels,
		   const struct scenario *scenario);

/* Brings a state into the one form that stands for all that are like it. Only for its fingerprint:
 * runs go on with the devices that they have. */
void symmetry_apply(const struct symmetry *symmetry, const struct explore_world *world,
		    void *block);

#endif
