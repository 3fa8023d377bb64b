#include "state.h"

#include <stdlib.h>
#include <string.h>

#include "../command.h"

static size_t aligned(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

size_t explore_state_size(const struct explore_world *world)
{
	return aligned(world->blob->header.state_size) + aligned(sizeof(struct explore_state)) +
	       aligned(world->node_count);
}

struct explore_state *state_world(const struct explore_world *world, void *block)
{
	return (struct explore_state *)((unsigned char *)block +
					aligned(world->blob->header.state_size));
}

uint8_t *state_begun(const struct explore_world *world, void *block)
{
	return (unsigned char *)state_world(world, block) + aligned(sizeof(struct explore_state));
}

static bool comes_before(const struct explore_child *a, const struct explore_child *b)
{
	if (a->node != b->node)
		return a->node < b->node;
	return a->device != b->device ? a->device < b->device : a->flags < b->flags;
}

static void sort_children(struct explore_state *state)
{
	for (unsigned i = 1; i < state->child_count; i++)
		for (unsigned k = i; k > 0 && comes_before(&state->child[k], &state->child[k - 1]);
		     k--) {
			struct explore_child other = state->child[k];

			state->child[k] = state->child[k - 1];
			state->child[k - 1] = other;
		}
	memset(&state->child[state->child_count], 0,
	       (EXPLORE_CHILDREN_MAX - state->child_count) * sizeof state->child[0]);
}

/* A reaction's running effects are its old ones (effect.c), all under the limit that runs. */
static void normalise_reaction(struct node_memory *memory, unsigned running)
{
	memory->pc = 0;
	memory->cause = 0;
	memory->attempts = (uint16_t)running;
	memory->serial = (uint16_t)running;
	memory->device = running;
}

void explore_state_normalise(const struct explore_world *world, void *block)
{
	struct machine_state *machine = state_machine(block);
	struct explore_state *state = state_world(world, block);
	unsigned next = 0;

	sort_children(state);
	for (uint32_t i = 0; i < world->node_count; i++) {
		const struct node *node = &world->node[i].node;
		struct node_memory *memory = &machine->node[i];
		unsigned running = 0;

		while (next < state->child_count && state->child[next].node == i) {
			next++;
			running++;
		}
		if (node->kind == NODE_REACTION)
			normalise_reaction(memory, running);
		else if (node->kind == NODE_TASK)
			memory->serial = memory->serial > 0;
		if (node->kind != NODE_DEVICE && !(node->flags & NODE_AGAIN) &&
		    memory->time != NEVER && !(memory->flags & MEMORY_HELD))
			memory->time -= memory->time < machine->now ? memory->time : machine->now;
	}
	machine->now = 0;
}

/* --- fingerprints --------------------------------------------------------- */

static uint64_t mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93u;
	x ^= x >> 29;
	return x;
}

struct fingerprint explore_state_fingerprint(const void *block, size_t size)
{
	struct fingerprint f = {0x9e3779b97f4a7c15u, 0xc2b2ae3d27d4eb4fu};
	const unsigned char *bytes = block;

	for (size_t i = 0; i < size; i += 8) {
		uint64_t word;

		memcpy(&word, bytes + i, sizeof word);
		f.a = (f.a ^ word) * 0x9fb21c651e98df25u;
		f.a = f.a << 29 | f.a >> 35;
		f.b = (f.b + (word ^ f.a)) * 0xff51afd7ed558ccdu;
		f.b = f.b << 31 | f.b >> 33;
	}
	f.a = mix(f.a ^ f.b >> 7);
	f.b = mix(f.b);
	f.a |= 1; /* none is free */
	return f;
}

/* --- fingerprints that were seen ------------------------------------------ */

static bool put(struct fingerprint *slot, size_t room, struct fingerprint f)
{
	size_t i = f.b & (room - 1);

	while (slot[i].a != 0) {
		if (slot[i].a == f.a && slot[i].b == f.b)
			return false;
		i = (i + 1) & (room - 1);
	}
	slot[i] = f;
	return true;
}

static void grow(struct seen *seen)
{
	size_t room = seen->room > 0 ? 2 * seen->room : 1024;
	struct fingerprint *slot = calloc(room, sizeof *slot);

	if (slot == NULL) {
		fputs("bootgraph: out of memory\n", stderr);
		exit(EXIT_SYSTEM);
	}
	for (size_t i = 0; i < seen->room; i++)
		if (seen->slot[i].a != 0)
			put(slot, room, seen->slot[i]);
	free(seen->slot);
	seen->slot = slot;
	seen->room = room;
}

bool seen_add(struct seen *seen, struct fingerprint fingerprint)
{
	if (4 * (seen->count + 1) > 3 * seen->room)
		grow(seen);
	if (!put(seen->slot, seen->room, fingerprint))
		return false;
	seen->count++;
	return true;
}

void seen_clear(struct seen *seen)
{
	if (seen->count > 0)
		memset(seen->slot, 0, seen->room * sizeof *seen->slot);
	seen->count = 0;
}

void seen_free(struct seen *seen)
{
	free(seen->slot);
	*seen = (struct seen){0};
}
