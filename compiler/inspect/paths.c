#include "dot.h"

#include <string.h>

/* How much an edge says: one that follows from others which say as much says nothing new. */
static unsigned strength(enum edge_kind kind)
{
	static const unsigned strengths[EDGE_KIND_COUNT] = {
		[EDGE_REQUIRES] = 2, [EDGE_PROVIDES] = 2, [EDGE_ENOUGH] = 2, [EDGE_START] = 2,
		[EDGE_HOLD] = 2,     [EDGE_WANTS] = 1,	  [EDGE_AFTER] = 1,  [EDGE_STARTING] = 0,
	};

	return strengths[kind];
}

/* The edges of each target are a range of the table, sorted by target. */
struct index {
	const struct program *program;
	size_t *first; /* per node, and one more for the end */
	bool *seen;
	uint32_t *stack;
};

static struct index make_index(const struct program *program)
{
	size_t count = program->nodes.count, e = 0;
	struct index index = {
		program,
		arena_alloc(program->arena, (count + 1) * sizeof(size_t)),
		arena_alloc(program->arena, count + 1),
		arena_alloc(program->arena, (count + 1) * sizeof(uint32_t)),
	};

	for (size_t i = 0; i <= count; i++) {
		while (e < program->edges.count && program->edges.item[e].to < i)
			e++;
		index.first[i] = e;
	}
	return index;
}

/* Whether `goal` is reached backwards from `start` by edges of at least this strength, other than
 * the direct ones. Nodes are in topological order: what is before the goal cannot lead to it. */
static bool has_detour(const struct index *index, uint32_t start, uint32_t goal, unsigned least)
{
	const struct program_edge *edge = index->program->edges.item;
	size_t depth = 0;

	memset(index->seen, 0, index->program->nodes.count * sizeof *index->seen);
	index->stack[depth++] = start;
	while (depth > 0) {
		uint32_t node = index->stack[--depth];

		for (size_t e = index->first[node]; e < index->first[node + 1]; e++) {
			uint32_t from = edge[e].from;

			if (strength(edge[e].kind) < least || (node == start && from == goal))
				continue;
			if (from == goal)
				return true;
			if (from > goal && !index->seen[from]) {
				index->seen[from] = true;
				index->stack[depth++] = from;
			}
		}
	}
	return false;
}

/* Of several edges between the same two nodes, the first of the strongest ones is drawn. */
static bool has_better_twin(const struct index *index, size_t e)
{
	const struct program_edge *edge = index->program->edges.item;

	for (size_t i = index->first[edge[e].to]; i < index->first[edge[e].to + 1]; i++)
		if (i != e && edge[i].from == edge[e].from &&
		    (strength(edge[i].kind) > strength(edge[e].kind) ||
		     (strength(edge[i].kind) == strength(edge[e].kind) && i < e)))
			return true;
	return false;
}

bool *edges_reduce(const struct program *program)
{
	struct index index = make_index(program);
	bool *drawn = arena_alloc(program->arena, (program->edges.count + 1) * sizeof *drawn);

	for (size_t e = 0; e < program->edges.count; e++) {
		const struct program_edge *edge = &program->edges.item[e];

		drawn[e] = edge->kind != EDGE_STARTING && !has_better_twin(&index, e) &&
			   !has_detour(&index, edge->to, edge->from, strength(edge->kind));
		/* What a daemon ends on follows from nothing else. */
		drawn[e] |= edge->kind == EDGE_STOP;
	}
	return drawn;
}

#define NO_EDGE SIZE_MAX

/* --- the critical path ---------------------------------------------------- */

/* Whether a boot is as long as this edge makes it: needs, and scripts that run one after the other.
 * A node with a condition is in most boots skipped. */
static bool is_waited_out(const struct program *program, const struct program_edge *edge)
{
	return (strength(edge->kind) >= 2 || edge->reason == REASON_SERIAL ||
		edge->reason == REASON_PREREQ) &&
	       !program->nodes.item[edge->from].when.present;
}

/* How long the chain to each node is, and by which edge; by whole nodes, since nothing says how
 * long they will take. A device comes after what finds it. */
static void longest_chain(const struct program *program, const bool *drawn,
			  struct critical_path *path)
{
	size_t *length = arena_alloc(program->arena, (program->nodes.count + 1) * sizeof *length);
	size_t *by = arena_alloc(program->arena, (program->nodes.count + 1) * sizeof *by);
	uint32_t node = program->goal;

	for (uint32_t i = 0; i < program->nodes.count; i++) {
		by[i] = NO_EDGE;
		length[i] = 1;
	}
	for (size_t e = 0; e < program->edges.count; e++) {
		const struct program_edge *edge = &program->edges.item[e];
		const struct program_node *from = &program->nodes.item[edge->from];
		size_t found = by[edge->from] == NO_EDGE ? from->path.count : 0;

		if (drawn[e] && is_waited_out(program, edge) &&
		    length[edge->from] + found + 1 > length[edge->to]) {
			length[edge->to] = length[edge->from] + found + 1;
			by[edge->to] = e;
		}
	}
	path->node[node] = true;
	while (by[node] != NO_EDGE) {
		path->edge[by[node]] = true;
		node = program->edges.item[by[node]].from;
		path->node[node] = true;
	}
}

/* Of the critical nodes that each critical one waited for, the one that ended last let it go. */
static void mark_last(const struct program *program, const bool *drawn, const uint32_t *end,
		      struct critical_path *path)
{
	const struct program_edge *edge = program->edges.item;
	size_t e = 0, last;

	for (uint32_t i = 0; i < program->nodes.count; i++) {
		for (last = NO_EDGE; e < program->edges.count && edge[e].to == i; e++)
			if (drawn[e] && path->node[i] && path->node[edge[e].from] &&
			    (last == NO_EDGE || end[edge[e].from] > end[edge[last].from]))
				last = e;
		if (last != NO_EDGE)
			path->edge[last] = true;
	}
}

static void measured_path(const struct program *program, const bool *drawn,
			  const struct timeline *measured, struct critical_path *path)
{
	uint32_t *end = arena_alloc(program->arena, (program->nodes.count + 1) * sizeof *end);

	for (uint32_t i = 0; i < program->nodes.count; i++) {
		for (size_t k = 0; k < measured->stretches.count; k++) {
			const struct stretch *stretch = &measured->stretches.item[k];
			uint32_t from = stretch->instant ? 0 : stretch->begin;

			if (strcmp(stretch->name, program->nodes.item[i].name) != 0)
				continue;
			end[i] = stretch->end;
			path->node[i] = path->node[i] || stretch->critical;
			path->time[i] = arena_printf(program->arena,
						     stretch->instant ? "at %.3f s" : "%.3f s",
						     (stretch->end - from) / 1000.0);
		}
	}
	mark_last(program, drawn, end, path);
}

struct critical_path critical_find(const struct program *program, const bool *drawn,
				   const struct timeline *measured)
{
	struct critical_path path = {
		arena_alloc(program->arena, program->nodes.count + 1),
		arena_alloc(program->arena, program->edges.count + 1),
		arena_alloc(program->arena, (program->nodes.count + 1) * sizeof(const char *)),
	};

	if (measured != NULL)
		measured_path(program, drawn, measured, &path);
	else
		longest_chain(program, drawn, &path);
	return path;
}
