#include "machine_parts.h"
#include "guard.h"

/* An event does nothing with a device: what counts is whether those that wait for it began. */
static bool is_mere_event(const struct machine *machine, uint32_t index)
{
	struct node node;

	blob_node(machine->blob, index, &node);
	return node.kind == NODE_EVENT;
}

bool device_was_used(const struct machine *machine, const struct node *node)
{
	uint32_t i, k;

	for (i = 0; i < node->wake_count; i++) {
		uint32_t other = blob_word(machine->blob, SECTION_wakes, node->first_wake + i);
		struct node event;

		if (memory_of(machine, other)->attempts == 0)
			continue;
		if (!is_mere_event(machine, other))
			return true;
		blob_node(machine->blob, other, &event);
		for (k = 0; k < event.wake_count; k++)
			if (memory_of(machine,
				      blob_word(machine->blob, SECTION_wakes, event.first_wake + k))
				    ->attempts > 0)
				return true;
	}
	return false;
}

/* Who was about to begin waits again. */
static void hold_back(struct machine *machine, uint32_t index)
{
	if (!node_is_active(machine, index) || memory_of(machine, index)->attempts > 0)
		return;
	node_change_state(machine, index, STATE_PENDING);
	node_mark(machine, index);
}

static void forget_event(struct machine *machine, uint32_t index)
{
	struct node node;
	uint32_t i;

	blob_node(machine->blob, index, &node);
	for (i = 0; node.kind == NODE_EVENT && i < node.wake_count; i++)
		hold_back(machine, blob_word(machine->blob, SECTION_wakes, node.first_wake + i));
	node_forget(machine, index);
	node_mark(machine, index);
}

void node_unsettle(struct machine *machine, uint32_t index, const struct node *node)
{
	uint32_t i;

	for (i = 0; i < node->wake_count; i++) {
		uint32_t other = blob_word(machine->blob, SECTION_wakes, node->first_wake + i);

		if (node_is_active(machine, other)) {
			hold_back(machine, other);
		} else if ((memory_of(machine, other)->state == STATE_SKIPPED &&
			    memory_of(machine, other)->cause == index) ||
			   (memory_of(machine, other)->state == STATE_DONE &&
			    is_mere_event(machine, other))) {
			forget_event(machine, other);
		}
	}
}

void device_lose(struct machine *machine, uint32_t index, const struct node *node)
{
	memory_of(machine, index)->device = 0;
	node_unsettle(machine, index, node);
	/* Its budget is what was left of it: a device that comes and goes buys no time. */
	node_change_state(machine, index, STATE_PENDING);
	machine->port->rescan(machine->context);
}

/* Whether a device would still make a difference: it is waited for, or was and may come after all.
 * One that failed with those who provide it stays so. */
static bool is_open(const struct machine *machine, uint32_t index)
{
	const struct node_memory *memory = memory_of(machine, index);

	return memory->state == STATE_PENDING ||
	       (memory->state == STATE_FAILED && memory->cause == index);
}

static void tell_device(struct machine *machine, uint32_t index, const struct node *node,
			const struct event *event, bool removed)
{
	struct node_memory *memory = memory_of(machine, index);
	uint32_t number = event_device_number(event);

	memory->pc = QUIET_TIME;
	if (removed && memory->state == STATE_DONE && memory->device == number) {
		if (!device_was_used(machine, node))
			device_lose(machine, index, node);
	} else if (!removed && is_open(machine, index) &&
		   guard_evaluate(machine, node->match, event) == ANSWER_YES) {
		memory->device = number;
		memory->status = 0;
		node_change_state(machine, index, STATE_DONE);
	}
}

static void tell_reaction(struct machine *machine, uint32_t index, const struct node *node,
			  const struct event *event)
{
	struct node_memory *memory = memory_of(machine, index);

	if (memory->state != STATE_READY || memory->pc == UINT16_MAX || node->action == NONE ||
	    machine->state->verdict == VERDICT_HANDOFF ||
	    guard_evaluate(machine, node->match, event) != ANSWER_YES)
		return;
	if (memory->pc == 0 && memory->device == 0) {
		memory->cause = memory->serial;
		memory->attempts =
			(uint16_t)(memory->serial + 1); /* the first is as old as the limit */
		memory->device = 1;
		effect_arm_limit(machine, index);
		node_wake_others(machine, index);
	} else {
		memory->pc++;
	}
	effect_start(machine, index, node->action, event);
}

void device_event_tell(struct machine *machine, const struct event *event)
{
	const char *action = event_property(event, "ACTION");
	bool removed = action != NULL && guard_pattern_fits("remove", action);
	struct node node;
	uint32_t i;

	machine->state->told = 1;
	for (i = 0; i < machine->node_count; i++) {
		blob_node(machine->blob, i, &node);
		machine->steps++;
		if (node.kind == NODE_DEVICE)
			tell_device(machine, i, &node, event, removed);
		else if (node.kind == NODE_REACTION)
			tell_reaction(machine, i, &node, event);
	}
}
