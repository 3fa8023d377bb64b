#include "machine_parts.h"

void node_mark(struct machine *machine, uint32_t node)
{
	memory_of(machine, node)->flags |= MEMORY_DIRTY;
	if (node < machine->first_dirty)
		machine->first_dirty = node;
}

void node_wake_others(struct machine *machine, uint32_t index)
{
	struct node node;
	uint32_t i;

	blob_node(machine->blob, index, &node);
	for (i = 0; i < node.wake_count; i++) {
		machine->steps++;
		node_mark(machine, blob_word(machine->blob, SECTION_wakes, node.first_wake + i));
	}
}

void node_change_state(struct machine *machine, uint32_t index, enum node_state state)
{
	struct node_memory *memory = memory_of(machine, index);

	memory->state = (uint8_t)state;
	memory->flags &= (uint8_t)~MEMORY_LIVE;
	if (state == STATE_DONE && !(memory->flags & MEMORY_EVER)) {
		memory->flags |= MEMORY_EVER;
		clock_refresh(machine, index);
	}
	machine->port->note(machine->context, index, state);
	node_wake_others(machine, index);
}

bool node_is_stopping(const struct node_memory *memory)
{
	return (memory->flags & (MEMORY_STOPPING | MEMORY_GONE)) == MEMORY_STOPPING;
}

bool node_is_active(const struct machine *machine, uint32_t index)
{
	const struct node_memory *memory = memory_of(machine, index);
	struct node node;

	blob_node(machine->blob, index, &node);
	if (node.kind == NODE_REACTION)
		return memory->pc > 0 || memory->device > 0;
	if (node.flags & NODE_AGAIN)
		return false; /* it waits for others to rest */
	if (node_is_stopping(memory))
		return true;
	return memory->state == STATE_STARTING || memory->state == STATE_READY ||
	       memory->state == STATE_RUNNING;
}

bool node_is_live(const struct machine *machine, uint32_t index)
{
	return node_is_active(machine, index) || memory_of(machine, index)->flags & MEMORY_LIVE;
}

bool node_has_ended(const struct machine *machine, uint32_t index)
{
	return memory_of(machine, index)->state >= STATE_DONE;
}

static bool is_device(const struct machine *machine, uint32_t index)
{
	struct node node;

	blob_node(machine->blob, index, &node);
	return node.kind == NODE_DEVICE;
}

bool machine_is_busy(const struct machine *machine)
{
	uint32_t i;

	for (i = 0; i < machine->node_count; i++)
		if (node_is_active(machine, i))
			return true;
	return false;
}

bool machine_is_quiet(const struct machine *machine, uint32_t index)
{
	const struct node_memory *memory = memory_of(machine, index);

	return memory->state == STATE_FAILED && memory->cause == index &&
	       memory->status == STATUS_QUIET;
}

bool node_is_awaited(const struct machine *machine, uint32_t index, const struct node *node)
{
	uint32_t i;

	if (node->kind != NODE_DEVICE || (memory_of(machine, index)->state != STATE_PENDING &&
					  !machine_is_quiet(machine, index)))
		return false;
	for (i = 0; i < node->wake_count; i++) {
		uint32_t other = blob_word(machine->blob, SECTION_wakes, node->first_wake + i);

		if (!node_has_ended(machine, other) && !is_device(machine, other))
			return true;
	}
	return false;
}

/* A node that needed something for itself alone has ended: those that wait for it may go. */
static void release_exclusive(struct machine *machine, uint32_t index)
{
	struct node node;
	uint32_t i;

	blob_node(machine->blob, index, &node);
	if (node.exclusive == 0)
		return;
	for (i = 0; i < machine->node_count; i++)
		if (memory_of(machine, i)->state == STATE_READY)
			node_mark(machine, i);
}

void node_end(struct machine *machine, uint32_t index, enum node_state state, uint32_t cause)
{
	struct node_memory *memory = memory_of(machine, index);

	memory->cause = (uint16_t)cause;
	if (state != STATE_FAILED || cause != index)
		memory->status = 0;
	memory->time = NEVER;
	memory->flags &= (uint8_t)~MEMORY_HELD;
	node_change_state(machine, index, state);
	release_exclusive(machine, index);
}

void node_fail_attempt(struct machine *machine, uint32_t index, int32_t status)
{
	struct node_memory *memory = memory_of(machine, index);
	struct node node;

	blob_node(machine->blob, index, &node);
	memory->status = (int16_t)(status > INT16_MAX	? INT16_MAX
				   : status < INT16_MIN ? INT16_MIN
							: status);
	memory->time = NEVER;
	memory->flags &= (uint8_t)~MEMORY_HELD;
	if (memory->attempts < node.attempts) {
		if (node.retry_delay > 0)
			memory->time = machine->state->now + 10 * node.retry_delay;
		node_change_state(machine, index, STATE_READY);
		release_exclusive(machine, index);
		node_mark(machine, index);
		return;
	}
	node_end(machine, index, STATE_FAILED, index);
	if (node.flags & NODE_RESCUE)
		machine_set_verdict(machine, VERDICT_RESCUE);
}

uint32_t node_first_time(const struct machine *machine, const struct node *node)
{
	if (node->kind == NODE_DEVICE)
		return clock_fresh_budget(machine, node->limit);
	return node->flags & NODE_AGAIN ? again_interval(node) : NEVER;
}

void node_forget(struct machine *machine, uint32_t index)
{
	struct node_memory *memory = memory_of(machine, index);
	struct node node;

	blob_node(machine->blob, index, &node);
	memory->flags &= (uint8_t) ~(MEMORY_LOOKED | MEMORY_STARTED | MEMORY_LIVE |
				     MEMORY_STOPPING | MEMORY_GONE);
	memory->attempts = 0;
	memory->cause = (uint16_t)index;
	memory->status = 0;
	memory->time = node_first_time(machine, &node);
	if (node.kind == NODE_DEVICE)
		memory->pc = QUIET_TIME;
	if (memory->state != STATE_PENDING)
		node_change_state(machine, index, STATE_PENDING);
}
