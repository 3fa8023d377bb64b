#include "diff.h"

#include <string.h>

static void pair(struct pairing *pairing, uint32_t old, uint32_t new)
{
	pairing->in_new[old] = new;
	pairing->in_old[new] = old;
}

static bool has_same_name(const struct program_node *a, const struct program_node *b)
{
	/* A unit may have the name of a device. */
	return (a->kind == NODE_DEVICE) == (b->kind == NODE_DEVICE) &&
	       strcmp(a->name, b->name) == 0;
}

static void pair_names(const struct program *old, const struct program *new,
		       struct pairing *pairing)
{
	for (uint32_t i = 0; i < old->nodes.count; i++)
		for (uint32_t k = 0; k < new->nodes.count && pairing->in_new[i] == NONE; k++)
			if (pairing->in_old[k] == NONE &&
			    has_same_name(&old->nodes.item[i], &new->nodes.item[k]))
				pair(pairing, i, k);
}

static size_t count_waiting(const struct program *program, uint32_t node)
{
	size_t count = 0;

	for (size_t i = 0; i < program->edges.count; i++)
		count += program->edges.item[i].from == node;
	return count;
}

static bool has_edge(const struct program *program, uint32_t from, uint32_t to, enum edge_kind kind)
{
	for (size_t i = 0; i < program->edges.count; i++) {
		const struct program_edge *edge = &program->edges.item[i];

		if (edge->from == from && edge->to == to && edge->kind == kind)
			return true;
	}
	return false;
}

/* Whether exactly the same nodes, by the pairs so far, wait for both in the same way. */
static bool same_nodes_wait(const struct program *old, const struct program *new,
			    const struct pairing *pairing, uint32_t i, uint32_t k)
{
	size_t count = count_waiting(old, i);

	if (count == 0 || count != count_waiting(new, k))
		return false;
	for (size_t e = 0; e < old->edges.count; e++) {
		const struct program_edge *edge = &old->edges.item[e];

		if (edge->from != i)
			continue;
		if (pairing->in_new[edge->to] == NONE ||
		    !has_edge(new, k, pairing->in_new[edge->to], edge->kind))
			return false;
	}
	return true;
}

static bool is_lonely_device(const struct program *program, const uint32_t *paired, uint32_t node)
{
	return program->nodes.item[node].kind == NODE_DEVICE && paired[node] == NONE;
}

static void pair_devices(const struct program *old, const struct program *new,
			 struct pairing *pairing)
{
	for (uint32_t i = 0; i < old->nodes.count; i++) {
		uint32_t match = NONE;
		unsigned matches = 0;

		if (!is_lonely_device(old, pairing->in_new, i))
			continue;
		for (uint32_t k = 0; k < new->nodes.count; k++) {
			if (is_lonely_device(new, pairing->in_old, k) &&
			    same_nodes_wait(old, new, pairing, i, k)) {
				match = k;
				matches++;
			}
		}
		if (matches == 1)
			pair(pairing, i, match);
	}
}

struct pairing diff_pair(const struct program *old, const struct program *new)
{
	struct pairing pairing = {
		arena_alloc(old->arena, (old->nodes.count + 1) * sizeof(uint32_t)),
		arena_alloc(old->arena, (new->nodes.count + 1) * sizeof(uint32_t)),
	};

	for (size_t i = 0; i < old->nodes.count; i++)
		pairing.in_new[i] = NONE;
	for (size_t i = 0; i < new->nodes.count; i++)
		pairing.in_old[i] = NONE;
	pair_names(old, new, &pairing);
	pair_devices(old, new, &pairing);
	return pairing;
}
