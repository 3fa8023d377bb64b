/* What has to hold, worked out from the blob's edges and the world alone, not by asking the machine
 * why it does what it does. */
#include "run.h"

#include <string.h>

#include "../../runtime/core/guard.h"
#include "../../runtime/core/sets.h"

static const struct explore_node *node_of(const struct runner *r, uint32_t index)
{
	return &r->world->node[index];
}

static struct node_memory *now(const struct runner *r, uint32_t index)
{
	return &r->machine.state->node[index];
}

static const struct node_memory *before(const struct runner *r, uint32_t index)
{
	return &state_machine(r->before)->node[index];
}

void runner_violate(struct runner *r, enum property_id property, uint32_t node, uint32_t other)
{
	if (r->violation.property == PROPERTY_COUNT)
		r->violation = (struct violation){property, node, other};
}

static bool is_task(const struct runner *r, uint32_t index)
{
	return node_of(r, index)->node.kind == NODE_TASK;
}

/* --- who can bring a device ----------------------------------------------- */

static bool has_bit(const uint64_t *bits, uint32_t i)
{
	return bits[i / 64] >> (i % 64) & 1;
}

static void set_bit(uint64_t *bits, uint32_t i)
{
	bits[i / 64] |= (uint64_t)1 << (i % 64);
}

static void add_upstream(struct runner *r, uint64_t *bits, uint32_t index)
{
	for (uint32_t i = 0; i < node_of(r, index)->node.edge_count; i++) {
		const struct edge *edge = &node_of(r, index)->edge[i];

		if ((edge->kind != EDGE_PROVIDES && edge->kind != EDGE_REQUIRES) ||
		    has_bit(bits, edge->from))
			continue;
		set_bit(bits, edge->from);
		add_upstream(r, bits, edge->from);
	}
}

void runner_find_upstream(struct runner *r, struct arena *arena)
{
	size_t words = (r->world->node_count + 63) / 64;

	r->upstream = arena_alloc(arena, r->world->node_count * sizeof *r->upstream);
	for (uint32_t i = 0; i < r->world->node_count; i++) {
		const struct node *node = &node_of(r, i)->node;

		if (node->kind != NODE_DEVICE)
			continue;
		r->upstream[i] = arena_alloc(arena, words * sizeof **r->upstream);
		for (uint32_t k = 0; k < node->path_count; k++)
			set_bit(r->upstream[i],
				blob_word(r->world->blob, SECTION_paths, node->first_path + k));
		add_upstream(r, r->upstream[i], i);
	}
}

/* --- when an effect begins ------------------------------------------------ */

/* Whether anybody began to work with what a device node stands for, besides one who does now. */
static bool was_used(const struct runner *r, uint32_t device, uint32_t besides)
{
	const uint8_t *begun = state_begun(r->world, r->block);

	for (uint32_t i = 0; i < r->world->node_count; i++)
		for (uint32_t k = 0; k < node_of(r, i)->node.edge_count; k++) {
			if (node_of(r, i)->edge[k].from != device)
				continue;
			if (begun[i] > (i == besides))
				return true;
			if (node_of(r, i)->node.kind == NODE_EVENT &&
			    now(r, i)->state == STATE_DONE && was_used(r, i, besides))
				return true;
		}
	return false;
}

static void check_device(struct runner *r, const struct effect *effect)
{
	const struct explore_state *state = state_world(r->world, r->block);
	uint32_t number = effect->device_number;
	bool there = number >> 20 >= SETS_MAJOR_ENOUGH;

	if (now(r, effect->device_node)->state != STATE_DONE)
		runner_violate(r, PROPERTY_ORDER, effect->node, effect->device_node);
	for (uint32_t i = 0; i < r->world->device_count; i++)
		there |= r->world->device[i].number == number && state->present >> i & 1;
	if (!there && !was_used(r, effect->device_node, effect->node))
		runner_violate(r, PROPERTY_DEVICE, effect->node, effect->device_node);
}

/* Why the wait for all of a set has ended without it: STATUS_QUIET, STATUS_TIMED_OUT; 0 if it has
 * not, or nobody waits for all of it. */
static int32_t reason_of(const struct runner *r, uint32_t set)
{
	for (uint32_t i = 0; i < r->world->node_count; i++)
		if (node_of(r, i)->level == set && node_of(r, i)->complete &&
		    now(r, i)->state == STATE_FAILED && now(r, i)->cause == i)
			return now(r, i)->status;
	return 0;
}

static void note_lacking(struct runner *r, uint32_t set)
{
	struct explore_state *state = state_world(r->world, r->block);
	int32_t reason = reason_of(r, set);

	if (!levels_reached(state->told, set, 0) && reason != 0)
		state->lacking |= (uint64_t)1 << (2 * set + (reason != STATUS_QUIET));
}

/* Whether all of a set was there once, and somebody began to work with it. */
static bool was_whole(const struct runner *r, uint32_t set, uint32_t besides)
{
	for (uint32_t i = 0; i < r->world->node_count; i++)
		if (node_of(r, i)->level == set && node_of(r, i)->complete &&
		    now(r, i)->state == STATE_DONE && was_used(r, i, besides))
			return true;
	return false;
}

/* What is put together is whole, or its wait has recorded a reason. */
static void check_degraded(struct runner *r, const struct effect *effect)
{
	const struct explore_state *state = state_world(r->world, r->block);
	uint32_t set;

	for (set = 0; effect->op == OP_MOUNT_DEVICE && set < r->world->set_count; set++)
		if (strncmp(r->world->set[set], "btrfs:", 6) == 0)
			note_lacking(r, set);
	set = node_of(r, effect->device_node)->level;
	if (effect->op != OP_ASSEMBLE || set == EXPLORE_SETS_MAX)
		return;
	if (levels_reached(state->told, set, 0))
		return;
	if (!levels_reached(state->told, set, 1) && !was_used(r, effect->device_node, effect->node))
		runner_violate(r, PROPERTY_DEVICE, effect->node, effect->device_node);
	note_lacking(r, set);
	if (reason_of(r, set) == 0 && !was_whole(r, set, effect->node))
		runner_violate(r, PROPERTY_DEGRADED, effect->node, effect->device_node);
}

/* The next instruction of a program, from NONE on none. */
static uint32_t next_instruction(const struct runner *r, uint32_t at)
{
	uint32_t op = blob_word(r->world->blob, SECTION_code, at);

	return op == OP_END ? NONE : at + 1 + opcode_describe((enum opcode)op)->operand_count;
}

/* Whether a node's action mounts something there. */
static bool mounts_at(const struct runner *r, uint32_t index, const char *where, size_t length)
{
	for (uint32_t at = node_of(r, index)->node.action; at != NONE;
	     at = next_instruction(r, at)) {
		uint32_t op = blob_word(r->world->blob, SECTION_code, at);
		const char *there;

		if (op != OP_MOUNT && op != OP_MOUNT_DEVICE)
			continue;
		there = machine_value(&r->machine, blob_word(r->world->blob, SECTION_code, at + 2));
		if (strlen(there) == length && strncmp(there, where, length) == 0)
			return true;
	}
	return false;
}

/* Whether a node mounts something at a directory above a path, or, if that counts, at the path. */
static bool mounts_above(const struct runner *r, uint32_t index, const char *where, bool itself)
{
	for (size_t length = 2; length <= strlen(where); length++)
		if ((where[length] == '/' || (itself && where[length] == '\0')) &&
		    mounts_at(r, index, where, length))
			return true;
	return false;
}

/* Whether an action, for what it is, comes after what another node does. */
static bool comes_after(const struct runner *r, uint32_t at, uint32_t other)
{
	const struct blob *blob = r->world->blob;
	enum opcode op = (enum opcode)blob_word(blob, SECTION_code, at);
	enum opcode does = explore_world_opcode(r->world, other);
	uint32_t pc = node_of(r, other)->node.action;

	switch (op) {
	case OP_COLDPLUG:
		return does == OP_OPEN_UEVENTS;
	case OP_FSCK:
		return does == OP_RESUME;
	case OP_MOUNT_DEVICE:
		if (does == OP_RESUME ||
		    (does == OP_FSCK && blob_word(blob, SECTION_code, pc + 1) ==
						blob_word(blob, SECTION_code, at + 1)))
			return true;
		/* fall through */
	case OP_MOUNT:
		return mounts_above(
			r, other, machine_value(&r->machine, blob_word(blob, SECTION_code, at + 2)),
			false);
	case OP_FIND_INIT:
	case OP_HANDOFF:
		return mounts_above(
			r, other, machine_value(&r->machine, blob_word(blob, SECTION_code, at + 1)),
			true);
	default:
		return false;
	}
}

void runner_find_needs(struct runner *r, struct arena *arena)
{
	size_t words = (r->world->node_count + 63) / 64;

	r->machine = (struct machine){.blob = r->world->blob, .boot = r->world->boot};
	r->needs = arena_alloc(arena, r->world->node_count * sizeof *r->needs);
	for (uint32_t i = 0; i < r->world->node_count; i++) {
		r->needs[i] = arena_alloc(arena, words * sizeof **r->needs);
		for (uint32_t at = node_of(r, i)->node.action; at != NONE;
		     at = next_instruction(r, at))
			for (uint32_t k = 0; k < r->world->node_count; k++)
				if (k != i && comes_after(r, at, k))
					set_bit(r->needs[i], k);
	}
}

static void check_meaning(struct runner *r, uint32_t index)
{
	for (uint32_t i = 0; i < r->world->node_count; i++)
		if (has_bit(r->needs[index], i) && now(r, i)->state < STATE_DONE)
			runner_violate(r, PROPERTY_ORDER, index, i);
}

static void check_required(struct runner *r, uint32_t index)
{
	const struct explore_node *node = node_of(r, index);

	for (uint32_t i = 0; i < node->node.edge_count; i++)
		if (node->edge[i].kind == EDGE_REQUIRES &&
		    now(r, node->edge[i].from)->state != STATE_DONE)
			runner_violate(r, PROPERTY_ORDER, index, node->edge[i].from);
}

void runner_check_effect(struct runner *r, const struct effect *effect, bool first)
{
	const struct explore_state *state = state_world(r->world, r->block);
	uint32_t index = effect->node;

	for (unsigned i = 0; is_task(r, index) && i < state->child_count; i++)
		if (state->child[i].node == index)
			runner_violate(r, PROPERTY_TWICE, index, NONE);
	if (effect->device_node != NONE) {
		check_device(r, effect);
		check_degraded(r, effect);
	}
	if (!first)
		return;
	check_meaning(r, index);
	check_required(r, index);
	if (state_begun(r->world, r->block)[index] > node_of(r, index)->node.attempts)
		runner_violate(r, PROPERTY_ATTEMPTS, index, NONE);
}

/* --- after a move: nothing waits without a reason ------------------------- */

static bool is_active(const struct runner *r, const struct node_memory *memory, uint32_t index)
{
	if (node_of(r, index)->node.kind == NODE_REACTION)
		return memory->pc > 0 || memory->device > 0;
	if (node_of(r, index)->node.flags & NODE_AGAIN)
		return false; /* it waits for others to rest */
	if ((memory->flags & (MEMORY_STOPPING | MEMORY_GONE)) == MEMORY_STOPPING)
		return true;
	return memory->state == STATE_STARTING || memory->state == STATE_READY ||
	       memory->state == STATE_RUNNING;
}

/* Whether an edge, as the unit language has it, lets its node begin. */
static bool lets_begin(const struct runner *r, const struct edge *edge)
{
	const struct node_memory *from = now(r, edge->from);

	switch (edge->kind) {
	case EDGE_REQUIRES:
		return from->state == STATE_DONE;
	case EDGE_WANTS:
	case EDGE_AFTER:
		/* What may become runnable, for what is at work, is waited for as well; here it
		 * is enough to see that nobody waits for what is not. */
		return !is_active(r, from, edge->from) && !(from->flags & MEMORY_LIVE);
	default:
		return true;
	}
}

static bool may_begin(struct runner *r, uint32_t index)
{
	const struct explore_node *node = node_of(r, index);

	for (uint32_t i = 0; i < node->node.edge_count; i++)
		if (!lets_begin(r, &node->edge[i]))
			return false;
	return guard_evaluate(&r->machine, node->node.start, NULL) == ANSWER_YES;
}

/* Whether something else holds what a node needs for itself. */
static bool is_excluded(const struct runner *r, uint32_t index)
{
	uint32_t what = node_of(r, index)->node.exclusive;

	for (uint32_t i = 0; what != 0 && i < r->world->node_count; i++)
		if (i != index && node_of(r, i)->node.exclusive == what &&
		    now(r, i)->state == STATE_RUNNING)
			return true;
	return false;
}

static bool is_held(const struct runner *r, uint32_t index)
{
	const struct explore_node *node = node_of(r, index);

	for (uint32_t i = 0; i < node->node.edge_count; i++) {
		const struct node_memory *from = now(r, node->edge[i].from);

		if (node->edge[i].kind == EDGE_HOLD &&
		    (is_active(r, from, node->edge[i].from) || from->flags & MEMORY_LIVE))
			return true;
	}
	return false;
}

static void check_waiting(struct runner *r, uint32_t index)
{
	const struct node_memory *memory = now(r, index);
	bool waits = false;

	if (memory->state == STATE_PENDING)
		waits = may_begin(r, index);
	else if (memory->state == STATE_STARTING)
		waits = !is_held(r, index);
	else if (memory->state == STATE_READY && is_task(r, index))
		waits = !is_excluded(r, index) &&
			(memory->time == NEVER || memory->time <= r->machine.state->now);
	if (waits)
		runner_violate(r, PROPERTY_WAITS, index, NONE);
}

/* --- after a move: clocks ------------------------------------------------- */

/* Whether a node on a device's path came true for the first time in this move. */
static bool has_news(const struct runner *r, uint32_t index)
{
	for (uint32_t i = 0; i < r->world->node_count; i++)
		if (i != index && has_bit(r->upstream[index], i) &&
		    !(before(r, i)->flags & MEMORY_EVER) && now(r, i)->flags & MEMORY_EVER)
			return true;
	return false;
}

static void check_given_up(struct runner *r, uint32_t index)
{
	const struct node_memory *memory = now(r, index);

	if (memory->state != STATE_FAILED || memory->cause != index ||
	    before(r, index)->state == STATE_FAILED)
		return;
	if (memory->status == STATUS_QUIET && state_world(r->world, r->block)->quiet < QUIET_TIME)
		runner_violate(r, PROPERTY_QUIET, index, NONE);
	for (uint32_t i = 0; i < r->world->node_count; i++)
		if (i != index && has_bit(r->upstream[index], i) && is_active(r, before(r, i), i) &&
		    is_active(r, now(r, i), i))
			runner_violate(r, PROPERTY_CLOCK, index, i);
}

static void check_device_clock(struct runner *r, uint32_t index, struct move move)
{
	/* One that failed with who provides it has no budget any more. */
	bool waited = now(r, index)->state != STATE_FAILED || now(r, index)->cause == index;

	if (move.kind != MOVE_BEGIN && waited && now(r, index)->time > before(r, index)->time &&
	    !has_news(r, index))
		runner_violate(r, PROPERTY_BUDGET, index, NONE);
	if (move.kind == MOVE_TIME)
		check_given_up(r, index);
}

/* A prompt that nobody has answered goes on, whatever the time. */
static void check_prompts(struct runner *r)
{
	const struct explore_state *state = state_world(r->world, r->before);

	for (unsigned i = 0; i < state->child_count; i++) {
		uint32_t node = state->child[i].node;

		if (state->child[i].flags & CHILD_PROMPT && now(r, node)->state != STATE_RUNNING &&
		    now(r, node)->status == STATUS_TIMED_OUT)
			runner_violate(r, PROPERTY_PROMPT, node, NONE);
	}
}

void runner_check_state(struct runner *r, struct move move)
{
	if (move.kind == MOVE_TIME)
		check_prompts(r);
	for (uint32_t i = 0; i < r->world->node_count; i++)
		if (node_of(r, i)->node.kind == NODE_DEVICE)
			check_device_clock(r, i, move);
	if (r->machine.state->verdict != VERDICT_NONE)
		return;
	for (uint32_t i = 0; i < r->world->node_count; i++)
		if (node_of(r, i)->node.kind != NODE_DEVICE)
			check_waiting(r, i);
}

/* --- ends ----------------------------------------------------------------- */

/* Endless waits are declared: by rootwait, or a timeout of none. */
void runner_check_end(struct runner *r)
{
	const struct explore_state *state = state_world(r->world, r->block);
	uint32_t goal = r->world->blob->header.goal;

	if (r->machine.state->verdict != VERDICT_NONE)
		return;
	for (unsigned i = 0; i < state->child_count; i++)
		if (state->child[i].flags & CHILD_HANGS &&
		    node_of(r, state->child[i].node)->node.limit >= DEFAULT_LIMIT)
			return;
	for (uint32_t i = 0; i < r->world->node_count; i++)
		if (node_of(r, i)->node.kind == NODE_DEVICE && now(r, i)->state == STATE_PENDING &&
		    now(r, i)->time == NO_LIMIT)
			return;
	runner_violate(r, PROPERTY_ENDLESS, goal, NONE);
}
