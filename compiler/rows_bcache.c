/* The row for bcache. */
#include "rows.h"

#include "chain.h"

static bool is_in_chain(const struct chain *chain)
{
	for (size_t i = 0; i < chain->links.count; i++)
		if (chain->links.item[i].kind == LINK_BCACHE)
			return true;
	return false;
}

/* The hibernation image itself may lie on it. */
static bool carries_resume(const struct chain *chain)
{
	for (uint32_t i = 0; chain->resume != NO_LINK && i < chain->links.count; i++)
		if (chain->links.item[i].kind == LINK_BCACHE &&
		    chain_stands_on(chain, chain->resume, i))
			return true;
	return false;
}

/* Without facts, and without its name, a root may lie on one; but then the machine has the tools,
 * whose rules for udev register its parts in the real system. */
void rows_add_bcache(const struct model *model, row_list *rows)
{
	const struct chain *chain = model->chain;
	const char *after = "no-hibernation-image";

	if (chain == NULL ||
	    !(is_in_chain(chain) || (model->has_bcache_tools && chain_is_open(chain))))
		return;
	/* A cache's journal is replayed as soon as it is registered. */
	if (carries_resume(chain))
		after = "uevents";
	vec_push(model->arena, rows, ((struct row){{{"may-write-after", {.text = after}}}}));
}
