#include "machine_parts.h"

uint32_t again_interval(const struct node *node)
{
	return 10 * node->retry_delay;
}

/* The device whose wait it is about, or NONE. */
static uint32_t awaited_device(const struct machine *machine, const struct node *node)
{
	struct node from;
	struct edge edge;
	uint32_t i;

	for (i = 0; i < node->edge_count; i++) {
		blob_edge(machine->blob, node->first_edge + i, &edge);
		blob_node(machine->blob, edge.from, &from);
		if (edge.kind == EDGE_STOP && from.kind == NODE_DEVICE)
			return edge.from;
	}
	return NONE;
}

static bool starts_on(const struct machine *machine, uint32_t index, uint32_t event)
{
	struct node node;
	struct edge edge;
	uint32_t i;

	blob_node(machine->blob, index, &node);
	for (i = 0; i < node.edge_count; i++) {
		blob_edge(machine->blob, node.first_edge + i, &edge);
		if (edge.kind == EDGE_START && edge.from == event)
			return true;
	}
	return false;
}

static bool has_live_ones(const struct machine *machine, const struct node *node)
{
	uint32_t i;

	for (i = 0; i < node->wake_count; i++)
		if (node_is_live(machine,
				 blob_word(machine->blob, SECTION_wakes, node->first_wake + i)))
			return true;
	return false;
}

bool again_rests(const struct machine *machine, uint32_t index, const struct node *node)
{
	enum node_state state = (enum node_state)memory_of(machine, index)->state;
	uint32_t device;
	struct node wait;

	if ((state != STATE_READY && state != STATE_DONE) || has_live_ones(machine, node))
		return false;
	device = awaited_device(machine, node);
	if (device == NONE)
		return false;
	blob_node(machine->blob, device, &wait);
	return node_is_awaited(machine, device, &wait) && clock_runs(machine, &wait);
}

void again_begin(struct machine *machine, uint32_t index, const struct node *node)
{
	uint32_t i;

	for (i = 0; i < node->wake_count; i++) {
		uint32_t other = blob_word(machine->blob, SECTION_wakes, node->first_wake + i);

		machine->steps++;
		if (!node_has_ended(machine, other) || !starts_on(machine, other, index))
			continue;
		node_forget(machine, other);
		node_mark(machine, other);
	}
	if (memory_of(machine, index)->state == STATE_READY)
		node_end(machine, index, STATE_DONE, index);
	memory_of(machine, index)->time = again_interval(node);
}
