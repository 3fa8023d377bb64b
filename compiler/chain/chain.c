/* Questions to the chain. */
#include "../chain.h"

#include <string.h>

#include "../../runtime/core/device_ref.h"

const char *link_kind_name(enum link_kind kind)
{
	/* ORDER LINK */
	static const char *const names[LINK_KIND_COUNT] = {
		"disk",		 "partition",	   "array",	   "encrypted device",
		"bcache device", "logical volume", "volume group", "mapped device",
		"btrfs device",	 "file system",	   "swap",	   "device",
	};

	return names[kind];
}

struct word chain_parameter(const struct model *model, enum parameter_id id)
{
	for (size_t i = model->parameters.count; i-- > 0;)
		if (model->parameters.item[i].id == id && model->parameters.item[i].value.text[0])
			return model->parameters.item[i].value;
	return (struct word){0};
}

static bool same_reference(const char *a, const char *b)
{
	struct device_ref one, other;

	if (strcmp(a, b) == 0)
		return true;
	device_ref_parse(a, &one);
	device_ref_parse(b, &other);
	return one.kind != REF_OTHER && device_ref_equal(&one, &other);
}

bool chain_link_has_name(const struct chain_link *link, const char *reference)
{
	for (size_t i = 0; i < link->names.count; i++)
		if (same_reference(link->names.item[i].text, reference))
			return true;
	return false;
}

uint32_t chain_find(const struct chain *chain, const char *reference)
{
	const struct facts_device *device = NULL;

	for (size_t i = 0; i < chain->links.count; i++)
		if (chain_link_has_name(&chain->links.item[i], reference))
			return (uint32_t)i;
	if (chain->facts != NULL)
		device = facts_resolve(chain->facts, reference);
	for (size_t i = 0; device != NULL && i < chain->links.count; i++)
		if (chain->links.item[i].device == device && chain->links.item[i].names.count > 0)
			return (uint32_t)i;
	return NO_LINK;
}

bool chain_has_crypt(const struct chain *chain, const struct crypttab_row *row)
{
	for (size_t i = 0; i < chain->links.count; i++)
		if (chain->links.item[i].crypt == row)
			return true;
	return false;
}

bool chain_has_array(const struct chain *chain, const struct md_array *array)
{
	for (size_t i = 0; i < chain->links.count; i++)
		if (chain->links.item[i].array == array)
			return true;
	return false;
}

bool chain_stands_on(const struct chain *chain, uint32_t link, uint32_t other)
{
	bool *reached = arena_alloc(chain->arena, chain->links.count + 1);

	if (link >= chain->links.count || other > link)
		return false;
	reached[link] = true;
	/* What a link stands on comes before it. */
	for (uint32_t i = link + 1; i-- > other;)
		for (size_t k = 0; reached[i] && k < chain->links.item[i].on.count; k++)
			reached[chain->links.item[i].on.item[k]] = true;
	return reached[other];
}

/* Whether only the boot can find out what a link stands on. Of a crypttab or array line with a
 * source that nobody knows it is that source which is not known. */
static bool is_open(const struct chain_link *link)
{
	return !link->known &&
	       (link->kind == LINK_UNKNOWN || link->kind == LINK_BCACHE || link->kind == LINK_LV ||
		link->kind == LINK_VG || link->kind == LINK_MAPPER);
}

bool chain_is_open(const struct chain *chain)
{
	for (size_t i = 0; i < chain->links.count; i++)
		if (is_open(&chain->links.item[i]))
			return true;
	return chain->root == NO_LINK;
}

static bool carries_crypt(const struct chain *chain, uint32_t link)
{
	for (uint32_t i = 0; i < chain->links.count; i++)
		if (chain->links.item[i].kind == LINK_CRYPT && chain_stands_on(chain, i, link))
			return true;
	return false;
}

/* Nobody is asked for a passphrase just because a hibernation image might lie behind it. */
static bool carries_system(const struct chain *chain, uint32_t link)
{
	return (chain->root != NO_LINK && chain_stands_on(chain, chain->root, link)) ||
	       (chain->usr != NO_LINK && chain_stands_on(chain, chain->usr, link));
}

bool chain_is_open_to_crypt(const struct chain *chain)
{
	for (uint32_t i = 0; i < chain->links.count; i++)
		if (is_open(&chain->links.item[i]) && !carries_crypt(chain, i) &&
		    carries_system(chain, i))
			return true;
	return chain->root == NO_LINK;
}
