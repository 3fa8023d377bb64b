/* Who waits for all of a set (COMPLETE=set) also wants to know when there is enough of it, and
 * whether an adapter is there that finds disks late: then quiet means nothing (core/machine.h). */
#include "graph.h"

#include "../runtime/core/device_ref.h"

static void connect(struct graph *graph, uint32_t complete, const char *reference,
		    enum edge_kind kind)
{
	struct span span = graph->nodes.item[complete].span;
	struct program_value value = {reference, PARAMETER_COUNT};
	uint32_t other = graph_device(graph, &value, span);

	graph_add_edge(graph, (struct graph_edge){other, complete, kind, REASON_OPERAND, span});
}

void graph_connect_sets(struct graph *graph)
{
	size_t i, count = graph->nodes.count;

	for (i = 0; i < count; i++) {
		const struct graph_node *node = &graph->nodes.item[i];
		struct device_ref ref;

		if (node->unit != NULL || node->reference.parameter != PARAMETER_COUNT)
			continue;
		device_ref_parse(node->reference.text, &ref);
		if (ref.kind != REF_COMPLETE)
			continue;
		connect(graph, (uint32_t)i,
			arena_printf(graph->arena, "ENOUGH=%.*s", (int)ref.length, ref.text),
			EDGE_ENOUGH);
		connect(graph, (uint32_t)i, "HOST=late", EDGE_LATE);
	}
}
