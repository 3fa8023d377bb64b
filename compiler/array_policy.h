/* Whether an array may start without all its members, as far as bootgraph.conf says so, and what
 * arrays go by there: any name or UUID that mdadm.conf or the facts have. */
#ifndef BOOTGRAPH_ARRAY_POLICY_H
#define BOOTGRAPH_ARRAY_POLICY_H

#include "facts/facts.h"
#include "model.h"

enum { ARRAY_NAMES_MAX = 5 };

struct array_names {
	const char *item[ARRAY_NAMES_MAX]; /* some may be NULL */
};

/* The path below /dev/md that an array had when it was seen, or NULL. */
const char *array_path(const struct facts_device *device);

/* Each may be NULL; path is array_path's. */
struct array_names array_names_of(const struct md_array *line, const struct facts_md *seen,
				  const char *path);

/* "yes", "no" or "ask", and where that is said; false if bootgraph.conf says nothing about it. */
bool array_policy(const struct model *model, const struct array_names *names,
		  struct word *ret_policy);

/* Reports what bootgraph.conf says of arrays that there are not. */
void array_policy_check(const struct model *model, struct diag *diag);

#endif
