/* What the explorer says of a machine that is checked: bootgraph check --explore. */
#ifndef BOOTGRAPH_EXPLORE_FINDINGS_H
#define BOOTGRAPH_EXPLORE_FINDINGS_H

#include "../command.h"
#include "../diag.h"

/* Explores a blob that was just compiled, with one fault at a time, in the world that it knows of.
 * Reports single points of failure and properties that do not hold. EXIT_LIMIT if a limit was hit,
 * which is reported, too. */
enum exit_status explore_findings(struct arena *arena, struct diag *diag,
				  const unsigned char *bytes, size_t size);

#endif
