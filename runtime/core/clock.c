#include "machine_parts.h"

uint32_t clock_fresh_budget(const struct machine *machine, uint32_t limit)
{
	const char *c = machine_parameter(machine, PARAMETER_ROOTDELAY);
	uint32_t seconds = 0;

	if (limit != DEFAULT_LIMIT)
		return limit;
	if (machine_parameter(machine, PARAMETER_ROOTWAIT)[0] != '\0')
		return NO_LIMIT;
	for (; *c >= '0' && *c <= '9' && seconds < 1000000; c++)
		seconds = seconds * 10 + (uint32_t)(*c - '0');
	return (seconds > 30 ? seconds : 30) * 1000;
}

void clock_refresh(struct machine *machine, uint32_t fact)
{
	uint32_t i, k;
	struct node node;

	for (i = 0; i < machine->node_count; i++) {
		blob_node(machine->blob, i, &node);
		for (k = 0; k < node.path_count; k++)
			if (blob_word(machine->blob, SECTION_paths, node.first_path + k) == fact) {
				memory_of(machine, i)->time =
					clock_fresh_budget(machine, node.limit);
				break;
			}
		machine->steps += k + 1;
	}
}

bool clock_runs(const struct machine *machine, const struct node *node)
{
	uint32_t i;

	if (machine->state->holds > 0)
		return false;
	for (i = 0; i < node->path_count; i++)
		if (node_is_live(machine,
				 blob_word(machine->blob, SECTION_paths, node->first_path + i)))
			return false;
	return true;
}

/* Whether quiet would end the wait for a device: there is enough of it, and no adapter that might
 * still find the rest. */
static bool quiet_counts(const struct machine *machine, const struct node *node)
{
	bool enough = false;
	struct edge edge;
	uint32_t i;

	for (i = 0; i < node->edge_count; i++) {
		blob_edge(machine->blob, node->first_edge + i, &edge);
		if (edge.kind == EDGE_ENOUGH)
			enough = memory_of(machine, edge.from)->state == STATE_DONE;
		else if (edge.kind == EDGE_LATE &&
			 memory_of(machine, edge.from)->state == STATE_DONE)
			return false;
	}
	return enough;
}

/* Whether the time that passes is taken from what a node has left. */
static bool is_charged(const struct machine *machine, uint32_t index, const struct node *node)
{
	if (node->flags & NODE_AGAIN)
		return again_rests(machine, index, node);
	return node_is_awaited(machine, index, node) && clock_runs(machine, node);
}

void clock_charge(struct machine *machine, uint32_t now)
{
	uint32_t elapsed = now > machine->state->now ? now - machine->state->now : 0, i;
	struct node node;

	for (i = 0; elapsed > 0 && i < machine->node_count; i++) {
		struct node_memory *memory = memory_of(machine, i);

		blob_node(machine->blob, i, &node);
		machine->steps++;
		if (!is_charged(machine, i, &node))
			continue;
		if (memory->time != NO_LIMIT)
			memory->time -= elapsed < memory->time ? elapsed : memory->time;
		if (quiet_counts(machine, &node))
			memory->pc -= (uint16_t)(elapsed < memory->pc ? elapsed : memory->pc);
	}
	machine->state->now += elapsed;
}

static void expire_effect(struct machine *machine, uint32_t index, const struct node *node)
{
	struct node_memory *memory = memory_of(machine, index);

	if (node->kind == NODE_REACTION) {
		machine->port->stop(machine->context, index, memory->attempts);
		effect_turn_generation(machine, index);
	} else if (node_is_stopping(memory)) {
		effect_daemon_finished(machine, index); /* nobody waits for it any longer */
	} else {
		machine->port->stop(machine->context, index, memory->serial);
		node_fail_attempt(machine, index, STATUS_TIMED_OUT);
	}
}

static bool has_effect(const struct node *node, const struct node_memory *memory)
{
	if (node->kind == NODE_REACTION)
		return memory->pc > 0 || memory->device > 0;
	return node->kind == NODE_TASK &&
	       (memory->state == STATE_RUNNING || node_is_stopping(memory));
}

/* When something about a node is due: its effect's limit, its next attempt, the end of its wait. */
static uint32_t due_time(const struct machine *machine, uint32_t index, const struct node *node)
{
	const struct node_memory *memory = memory_of(machine, index);
	uint32_t left = NEVER;

	if (has_effect(node, memory) || (node->kind == NODE_TASK && memory->state == STATE_READY))
		return memory->flags & MEMORY_HELD ? NEVER : memory->time;
	if (!is_charged(machine, index, node))
		return NEVER;
	if (memory->time != NO_LIMIT)
		left = memory->time;
	if (memory->state == STATE_PENDING && memory->pc < left && quiet_counts(machine, node))
		left = memory->pc;
	return left < NEVER - machine->state->now ? machine->state->now + left : NEVER;
}

static void expire_node(struct machine *machine, uint32_t index, const struct node *node)
{
	struct node_memory *memory = memory_of(machine, index);

	if (has_effect(node, memory)) {
		expire_effect(machine, index, node);
	} else if (node->flags & NODE_AGAIN) {
		again_begin(machine, index, node);
	} else if (node->kind == NODE_DEVICE) {
		uint32_t left = memory->time;

		memory->status = left == 0 ? STATUS_TIMED_OUT : STATUS_QUIET;
		node_end(machine, index, STATE_FAILED, index);
		memory->time = left; /* should it come after all, and be lost again */
	} else {
		memory->time = NEVER;
		node_mark(machine, index);
	}
}

/* Whether something that could still bring the device is due as well. */
static bool has_due_on_path(const struct machine *machine, uint32_t index, const struct node *node)
{
	struct node other;
	uint32_t k;

	for (k = 0; k < node->path_count; k++) {
		uint32_t fact = blob_word(machine->blob, SECTION_paths, node->first_path + k);

		blob_node(machine->blob, fact, &other);
		if (fact != index && due_time(machine, fact, &other) <= machine->state->now)
			return true;
	}
	return false;
}

/* Whether giving up a device lets something go on without it: there is enough of the set. */
static bool has_enough(const struct machine *machine, const struct node *node)
{
	struct edge edge;
	uint32_t i;

	for (i = 0; i < node->edge_count; i++) {
		blob_edge(machine->blob, node->first_edge + i, &edge);
		if (edge.kind == EDGE_ENOUGH)
			return memory_of(machine, edge.from)->state == STATE_DONE;
	}
	return false;
}

/* One node after the other: what fails can make others go on, whose time is not up then. So those
 * that others stand on come first: that an array is not complete makes it start as it is, and the
 * root on it is not given up at the same moment. Where it is not known what stands on what, each
 * may stand on the other: then those that somebody may go on without. False when nothing is due. */
bool clock_expire(struct machine *machine)
{
	uint32_t i, chosen = NONE, enough = NONE;
	struct node node;

	for (i = 0; i < machine->node_count; i++) {
		blob_node(machine->blob, i, &node);
		machine->steps += 1 + node.path_count + node.wake_count + node.edge_count;
		if (due_time(machine, i, &node) > machine->state->now)
			continue;
		if (chosen == NONE)
			chosen = i;
		if (enough == NONE && has_enough(machine, &node))
			enough = i;
		if (has_due_on_path(machine, i, &node))
			continue;
		chosen = i;
		enough = NONE;
		break;
	}
	if (chosen == NONE)
		return false;
	if (enough != NONE)
		chosen = enough;
	blob_node(machine->blob, chosen, &node);
	machine->first_dirty = machine->node_count;
	expire_node(machine, chosen, &node);
	return true;
}

uint32_t machine_deadline(const struct machine *machine)
{
	uint32_t deadline = NEVER, i;
	struct node node;

	for (i = 0; i < machine->node_count; i++) {
		uint32_t at;

		blob_node(machine->blob, i, &node);
		at = due_time(machine, i, &node);
		if (at < deadline)
			deadline = at;
	}
	return deadline;
}

/* Somebody is asked, or is not any more: what is left of an effect's limit is kept meanwhile. */
static void hold_effect(struct machine *machine, uint32_t index, bool begins)
{
	struct node_memory *memory = memory_of(machine, index);
	uint32_t now = machine->state->now;

	if (begins == !!(memory->flags & MEMORY_HELD) || memory->state != STATE_RUNNING)
		return;
	memory->flags ^= MEMORY_HELD;
	if (memory->time == NEVER)
		return;
	if (begins)
		memory->time -= now < memory->time ? now : memory->time;
	else
		memory->time = memory->time < NEVER - now ? memory->time + now : NEVER;
}

void clock_hold(struct machine *machine, const struct event *event)
{
	bool begins = event->status != 0;

	if (event->node < machine->node_count)
		hold_effect(machine, event->node, begins);
	else if (event->node == NONE && begins)
		machine->state->holds += machine->state->holds < UINT16_MAX;
	else if (event->node == NONE)
		machine->state->holds -= machine->state->holds > 0;
}
