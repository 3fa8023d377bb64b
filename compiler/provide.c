/* One device has many names: what a unit makes appear as /dev/mapper/vg-root is awaited as UUID=...
 * by another. The chain knows both, as far as the declarations and the facts tell. */
#include "graph.h"

#include <string.h>

#include "chain.h"
#include "../runtime/core/device_ref.h"

/* --- links ---------------------------------------------------------------- */

static uint32_t find_array(const struct chain *chain, const char *uuid)
{
	char wanted[MD_UUID_SIZE], digits[MD_UUID_SIZE];

	if (!md_uuid(uuid, wanted))
		return NO_LINK;
	for (size_t i = 0; i < chain->links.count; i++) {
		const struct chain_link *link = &chain->links.item[i];
		const char *text = NULL;

		if (link->kind != LINK_MD)
			continue;
		if (link->array != NULL)
			text = link->array->uuid.text;
		if (text == NULL && link->device != NULL && link->device->md != NULL)
			text = link->device->md->uuid;
		if (text != NULL && md_uuid(text, digits) && strcmp(digits, wanted) == 0)
			return (uint32_t)i;
	}
	return NO_LINK;
}

/* What a set (core/membership.h) becomes when it is complete. */
static uint32_t find_set(const struct graph *graph, const char *set)
{
	const struct chain *chain = graph->model->chain;

	if (strncmp(set, "md:", 3) == 0)
		return find_array(chain, set + 3);
	if (strncmp(set, "lvm:", 4) == 0)
		return chain_find(chain, arena_printf(graph->arena, "/dev/%s", set + 4));
	if (strncmp(set, "btrfs:", 6) == 0)
		return chain_find(chain, arena_printf(graph->arena, "UUID=%s", set + 6));
	return NO_LINK;
}

/* The link that a device node means, unless the command line says otherwise. */
static uint32_t link_of(const struct graph *graph, uint32_t node)
{
	const char *reference = graph->nodes.item[node].reference.text;
	struct device_ref ref;

	if (graph->model->chain == NULL || reference[0] == '\0')
		return NO_LINK;
	device_ref_parse(reference, &ref);
	if (ref.kind == REF_COMPLETE || ref.kind == REF_ENOUGH)
		return find_set(graph, ref.text);
	return chain_find(graph->model->chain, reference);
}

/* --- other names ---------------------------------------------------------- */

/* Whether two nodes are one device: by their texts, which may differ by what can take their place,
 * or by the chain. */
static bool same_device(const struct graph *graph, uint32_t a, uint32_t b)
{
	const char *one = graph->nodes.item[a].reference.text;
	const char *other = graph->nodes.item[b].reference.text;
	uint32_t link = link_of(graph, a);

	return (one[0] != '\0' && strcmp(one, other) == 0) ||
	       (link != NO_LINK && link == link_of(graph, b));
}

static bool is_set(const struct graph *graph, uint32_t node)
{
	struct device_ref ref;

	device_ref_parse(graph->nodes.item[node].reference.text, &ref);
	return ref.kind == REF_COMPLETE || ref.kind == REF_ENOUGH;
}

void graph_connect_names(struct graph *graph)
{
	size_t i, count = graph->edges.count;
	uint32_t node;

	for (i = 0; i < count; i++) {
		struct graph_edge edge = graph->edges.item[i];

		if (edge.kind != EDGE_PROVIDES)
			continue;
		for (node = 0; node < graph->nodes.count; node++) {
			if (graph->nodes.item[node].unit != NULL || node == edge.to ||
			    is_set(graph, node) || !same_device(graph, edge.to, node))
				continue;
			graph_add_edge(graph, (struct graph_edge){edge.from, node, EDGE_PROVIDES,
								  REASON_SAME, edge.span});
		}
	}
}

/* --- who can bring a device ----------------------------------------------- */

/* Whether all that a link stands on is known, down to the disks. */
static bool is_known(const struct chain *chain, uint32_t link)
{
	const struct chain_link *l = &chain->links.item[link];

	for (size_t i = 0; i < l->on.count; i++)
		if (!is_known(chain, l->on.item[i]))
			return false;
	return l->known;
}

/* Whether fstab has a file system or swap on a link itself: then nothing else lies on it. */
static bool is_taken(const struct graph *graph, uint32_t link)
{
	const struct model *model = graph->model;

	for (size_t i = 0; i < model->fstab.count; i++)
		if (chain_link_has_name(&model->chain->links.item[link],
					model->fstab.item[i].source.text))
			return true;
	return false;
}

bool graph_can_bring(const struct graph *graph, uint32_t unit, uint32_t device)
{
	const struct chain *chain = graph->model->chain;
	uint32_t wanted = link_of(graph, device), made;
	bool makes_others = false;
	size_t i;

	for (i = 0; chain != NULL && i < graph->edges.count; i++) {
		const struct graph_edge *edge = &graph->edges.item[i];

		if (edge->kind != EDGE_PROVIDES || edge->from != unit)
			continue;
		made = link_of(graph, edge->to);
		if (made == NO_LINK)
			return true;
		if (wanted != NO_LINK && is_known(chain, wanted)
			    ? chain_stands_on(chain, wanted, made)
			    : made == wanted || !is_taken(graph, made))
			return true;
		makes_others = true;
	}
	return !makes_others;
}
