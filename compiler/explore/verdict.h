/* What the explorer found, in words. */
#ifndef BOOTGRAPH_EXPLORE_VERDICT_H
#define BOOTGRAPH_EXPLORE_VERDICT_H

#include <stdio.h>

#include "explore.h"
#include "../command.h"

/* Single points of failure, violated properties with their stories, and whether it is proved. */
void verdict_print(const struct explore_world *world, const struct explore_result *result,
		   FILE *out);

/* Each end of each scenario, sorted: what two searches have to agree about. */
void verdict_print_ends(const struct explore_world *world, const struct explore_result *result,
			FILE *out);

void verdict_print_statistics(const struct explore_world *world,
			      const struct explore_result *result, FILE *out);

/* Writes each counterexample as DIR/PROPERTY-NUMBER.events. False after a report. */
bool verdict_write(struct arena *arena, struct diag *diag, const struct explore_world *world,
		   const struct explore_result *result, const char *directory);

/* "mount-root began before what it needs: check-root" */
const char *violation_text(struct arena *arena, const struct explore_world *world,
			   const struct counterexample *counterexample);

#endif
