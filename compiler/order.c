#include "graph.h"

#include <stdlib.h>

/* --- cycles
 * ---------------------------------------------------------------------------------------- */

/* An edge to a node from another one that is on a cycle or behind one, or NULL. */
static const struct graph_edge *edge_from_rest(const struct graph *graph, const uint32_t *rank,
					       uint32_t to)
{
	size_t i;

	for (i = 0; i < graph->edges.count; i++) {
		const struct graph_edge *edge = &graph->edges.item[i];

		if (edge_gives_order(edge->kind) && edge->to == to && rank[edge->from] == NONE)
			return edge;
	}
	return NULL;
}

/* How much would be lost without an edge. What is declared can be taken back where it stands. */
static unsigned edge_weight(const struct graph_edge *edge)
{
	static const unsigned weights[EDGE_KIND_COUNT] = {
		[EDGE_AFTER] = 0,    [EDGE_WANTS] = 1,	  [EDGE_HOLD] = 2,   [EDGE_START] = 3,
		[EDGE_REQUIRES] = 4, [EDGE_PROVIDES] = 5, [EDGE_ENOUGH] = 6, [EDGE_LATE] = 1,
	};

	return weights[edge->kind] + (edge->reason != REASON_DECLARED ? EDGE_KIND_COUNT : 0);
}

/* Which edge of a cycle is most easily given up, in words; and where it stands. */
static const char *cycle_hint(const struct graph *graph, const struct graph_edge *const *edges,
			      size_t count)
{
	const struct graph_edge *least = edges[0];
	size_t i;

	for (i = 1; i < count; i++)
		if (edge_weight(edges[i]) < edge_weight(least))
			least = edges[i];
	return arena_printf(graph->arena, "the least is lost if %s no longer waits for %s (%s, %s)",
			    graph->nodes.item[least->to].name, graph->nodes.item[least->from].name,
			    edge_kind_name(least->kind), span_string(graph->arena, least->span));
}

/* The path goes from who waits to who is waited for; "~>" is an edge that nobody wrote down. */
static const char *cycle_path(const struct graph *graph, const struct graph_edge *const *edges,
			      size_t count)
{
	const char *path = graph->nodes.item[edges[0]->to].name;
	bool implied = false;
	size_t i;

	for (i = 0; i < count; i++) {
		bool declared = edges[i]->reason == REASON_DECLARED;

		path = arena_printf(graph->arena, "%s %s %s", path, declared ? "->" : "~>",
				    graph->nodes.item[edges[i]->from].name);
		implied = implied || !declared;
	}
	return implied ? arena_printf(graph->arena, "%s (~> is implied)", path) : path;
}

static void report_cycle(const struct graph *graph, struct diag *diag,
			 const struct graph_edge *const *edges, size_t count)
{
	size_t i;

	diag_report(diag, DIAG_CYCLE, edges[0]->span, cycle_hint(graph, edges, count),
		    "these wait for each other: %s", cycle_path(graph, edges, count));
	for (i = 0; i < count; i++)
		diag_note(diag, edges[i]->span, "%s waits for %s (%s%s%s)",
			  graph->nodes.item[edges[i]->to].name,
			  graph->nodes.item[edges[i]->from].name, edge_kind_name(edges[i]->kind),
			  edges[i]->reason != REASON_DECLARED ? ", implied: " : "",
			  edges[i]->reason != REASON_DECLARED ? edge_reason_name(edges[i]->reason)
							      : "");
}

/* Walks backwards from a node that could not be ranked until it meets a node twice: what lies
 * between is a cycle. visited has the number of the walk that met a node. */
static void find_cycle(const struct graph *graph, struct diag *diag, const uint32_t *rank,
		       uint32_t *visited, uint32_t start)
{
	const struct graph_edge **walk =
		arena_alloc(graph->arena, graph->nodes.count * sizeof *walk);
	uint32_t node = start;
	size_t length = 0, i;

	while (visited[node] == NONE) {
		visited[node] = start;
		walk[length] = edge_from_rest(graph, rank, node);
		node = walk[length++]->from;
	}
	if (visited[node] != start)
		return; /* it leads into a cycle that was reported already */
	for (i = 0; walk[i]->to != node; i++)
		;
	report_cycle(graph, diag, walk + i, length - i);
}

/* --- ranks
 * ----------------------------------------------------------------------------------------- */

static bool is_ready(const struct graph *graph, const uint32_t *rank, uint32_t node)
{
	return edge_from_rest(graph, rank, node) == NULL;
}

/* Gives each node its new number: always the first declared one of those that are ready. */
static uint32_t rank_nodes(const struct graph *graph, uint32_t *rank)
{
	uint32_t next = 0, i;

	for (i = 0; i < graph->nodes.count; i++)
		rank[i] = NONE;
	for (i = 0; i < graph->nodes.count;) {
		if (rank[i] != NONE || !is_ready(graph, rank, i)) {
			i++;
			continue;
		}
		rank[i] = next++;
		i = 0;
	}
	return next;
}

static int compare_edges(const void *a, const void *b)
{
	const struct graph_edge *x = a, *y = b;

	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->kind > y->kind) - (x->kind < y->kind);
}

static void renumber(struct graph *graph, const uint32_t *rank)
{
	struct graph_node *nodes = arena_alloc(graph->arena, graph->nodes.count * sizeof *nodes);
	uint32_t i;

	for (i = 0; i < graph->nodes.count; i++)
		nodes[rank[i]] = graph->nodes.item[i];
	graph->nodes.item = nodes;
	graph->nodes.capacity = graph->nodes.count;
	for (i = 0; i < graph->edges.count; i++) {
		graph->edges.item[i].from = rank[graph->edges.item[i].from];
		graph->edges.item[i].to = rank[graph->edges.item[i].to];
	}
	if (graph->edges.count > 0)
		qsort(graph->edges.item, graph->edges.count, sizeof *graph->edges.item,
		      compare_edges);
	if (graph->goal != NONE)
		graph->goal = rank[graph->goal];
}

bool graph_order(struct graph *graph, struct diag *diag)
{
	uint32_t *rank = arena_alloc(graph->arena, (graph->nodes.count + 1) * sizeof *rank);
	uint32_t *visited = arena_alloc(graph->arena, (graph->nodes.count + 1) * sizeof *visited);
	uint32_t i;

	if (rank_nodes(graph, rank) == graph->nodes.count) {
		renumber(graph, rank);
		return true;
	}
	for (i = 0; i < graph->nodes.count; i++)
		visited[i] = NONE;
	for (i = 0; i < graph->nodes.count; i++)
		if (rank[i] == NONE && visited[i] == NONE)
			find_cycle(graph, diag, rank, visited, i);
	return false;
}

bool graph_precedes(const struct graph *graph, uint32_t from, uint32_t to)
{
	bool *reached = arena_alloc(graph->arena, graph->nodes.count * sizeof *reached);
	bool grown = true;
	size_t i;

	reached[from] = true;
	while (grown && !reached[to]) {
		grown = false;
		for (i = 0; i < graph->edges.count; i++) {
			const struct graph_edge *edge = &graph->edges.item[i];

			if (edge_gives_order(edge->kind) && reached[edge->from] &&
			    !reached[edge->to])
				grown = reached[edge->to] = true;
		}
	}
	return from != to && reached[to];
}
