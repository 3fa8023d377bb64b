#include "symmetry.h"

#include <string.h>

enum { MEMBERS_MAX = 8 }; /* of one set whose members are compared: 2^8 combinations */

/* --- which devices are alike ---------------------------------------------- */

/* Whether no node tells two devices apart by their events. */
static bool match_alike(const struct explore_world *w, uint32_t a, uint32_t b)
{
	for (uint32_t i = 0; i < w->node_count; i++) {
		const struct explore_node *node = &w->node[i];

		if ((node->by_add >> a & 1) != (node->by_add >> b & 1) ||
		    (node->by_probe >> a & 1) != (node->by_probe >> b & 1) ||
		    (node->node.kind == NODE_DEVICE && (node->by_add | node->by_probe) >> a & 1))
			return false;
	}
	return true;
}

static uint64_t exchanged(uint64_t bits, uint32_t a, uint32_t b)
{
	uint64_t differ = (bits >> a ^ bits >> b) & 1;

	return bits ^ (differ << a | differ << b);
}

/* Whether sets reach the same with one device in the place of the other, whoever else is there. */
static bool levels_alike(struct levels *levels, uint32_t a, uint32_t b)
{
	const struct explore_world *w = levels->world;
	uint32_t member[EXPLORE_DEVICES_MAX];
	unsigned count = 0;

	if (w->device[a].member_count == 0 && w->device[b].member_count == 0)
		return true;
	if (w->device[a].member_count != 1 || w->device[b].member_count != 1 ||
	    strcmp(w->device[a].member->set, w->device[b].member->set) != 0)
		return false;
	for (uint32_t i = 0; i < w->device_count; i++)
		for (size_t k = 0; k < w->device[i].member_count; k++)
			if (strcmp(w->device[i].member[k].set, w->device[a].member->set) == 0 ||
			    w->device[i].member[k].expects[0] == '\0')
				member[count++] = i;
	for (uint64_t mask = 0; count <= MEMBERS_MAX && mask < (uint64_t)1 << count; mask++) {
		uint64_t known = 0;

		for (unsigned i = 0; i < count; i++)
			known |= (mask >> i & 1) << member[i];
		if (levels_change(levels, known, 0)->told_then !=
		    levels_change(levels, exchanged(known, a, b), 0)->told_then)
			return false;
	}
	return count <= MEMBERS_MAX;
}

static bool is_made(const struct explore_world *w, uint32_t device)
{
	for (uint32_t i = 0; i < w->node_count; i++)
		for (size_t k = 0; k < w->node[i].consequences.count; k++)
			if (w->node[i].consequences.item[k].device == device)
				return true;
	return false;
}

static bool is_named(const struct scenario *scenario, uint32_t device)
{
	for (unsigned i = 0; i < scenario->count; i++)
		if (scenario->fault[i].device == device)
			return true;
	return false;
}

static bool are_alike(struct levels *levels, const struct scenario *scenario, uint32_t a,
		      uint32_t b)
{
	const struct explore_world *w = levels->world;

	return !is_named(scenario, a) && !is_named(scenario, b) && w->device[a].outside &&
	       w->device[b].outside && !is_made(w, a) && !is_made(w, b) &&
	       w->device[a].probes == w->device[b].probes && match_alike(w, a, b) &&
	       levels_alike(levels, a, b);
}

void symmetry_find(struct symmetry *symmetry, struct levels *levels,
		   const struct scenario *scenario)
{
	symmetry->any = false;
	for (uint32_t i = 0; i < levels->world->device_count; i++) {
		symmetry->class_of[i] = (uint8_t)i;
		for (uint32_t k = 0; k < i; k++)
			if (symmetry->class_of[k] == k && are_alike(levels, scenario, k, i)) {
				symmetry->class_of[i] = (uint8_t)k;
				symmetry->any = true;
				break;
			}
	}
}

/* --- one state for all that are alike ------------------------------------- */

/* All that a state says of one device. */
static uint64_t summary(const struct explore_state *state, uint32_t device)
{
	uint64_t sum = (state->present >> device & 1) | (state->came >> device & 1) << 1 |
		       (state->known >> device & 1) << 2;

	for (unsigned i = 0; i < state->child_count; i++)
		if (state->child[i].device == device)
			sum += ((uint64_t)state->child[i].node << 8 | state->child[i].flags) *
				       0x9fb21c651e98df25u
			       << 3;
	return sum;
}

static void exchange(struct explore_state *state, uint32_t a, uint32_t b)
{
	state->present = exchanged(state->present, a, b);
	state->came = exchanged(state->came, a, b);
	state->known = exchanged(state->known, a, b);
	for (unsigned i = 0; i < state->child_count; i++)
		if (state->child[i].device == a)
			state->child[i].device = (uint8_t)b;
		else if (state->child[i].device == b)
			state->child[i].device = (uint8_t)a;
}

void symmetry_apply(const struct symmetry *symmetry, const struct explore_world *world, void *block)
{
	struct explore_state *state = state_world(world, block);

	for (uint32_t a = 0; a < world->device_count; a++)
		for (uint32_t b = a + 1; b < world->device_count; b++)
			if (symmetry->class_of[a] == symmetry->class_of[b] &&
			    summary(state, a) > summary(state, b))
				exchange(state, a, b);
	explore_state_normalise(world, block);
}
