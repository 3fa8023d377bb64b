#include "possible.h"

#include <string.h>

struct possible {
	struct runner *r;
	const struct explore_state *state;
	struct move without;
	uint64_t coming;  /* devices that are there or can come */
	uint64_t probed;  /* and be probed */
	uint64_t reached; /* levels of sets that these reach, as explore_state.told */
	uint8_t *can;
	bool at; /* now the move is made */
	bool changed;
};

static const struct explore_node *node_of(const struct possible *p, uint32_t index)
{
	return &p->r->world->node[index];
}

static void add(struct possible *p, uint32_t index, uint8_t what)
{
	p->changed |= (p->can[index] & what) != what;
	p->can[index] |= what;
}

/* --- conditions ----------------------------------------------------------- */

static bool test(const struct runner *r, const uint8_t *can, enum opcode op, uint32_t node)
{
	switch (op) {
	case OP_STARTED:
		return can[node] & CAN_BE_DONE;
	case OP_STARTING:
		return can[node] & CAN_BEGIN;
	case OP_FAILED:
		return can[node] & CAN_FAIL;
	case OP_STOPPED:
		return can[node] & (CAN_BE_DONE | CAN_FAIL);
	default:
		(void)r;
		return op != OP_NEVER;
	}
}

bool explore_is_possible(const struct runner *r, const uint8_t *can, uint32_t code)
{
	const struct blob *blob = r->world->blob;
	bool stack[32] = {true};
	unsigned depth = 0;

	while (code != NONE && depth < 31) {
		enum opcode op = (enum opcode)blob_word(blob, SECTION_code, code);

		if (op == OP_END)
			break;
		if (op == OP_NOT) {
			stack[depth - 1] = true;
		} else if (op == OP_AND || op == OP_OR) {
			depth--;
			stack[depth - 1] = op == OP_AND ? stack[depth - 1] && stack[depth]
							: stack[depth - 1] || stack[depth];
		} else {
			stack[depth++] = test(r, can, op, blob_word(blob, SECTION_code, code + 1));
		}
		code += 1 + opcode_describe(op)->operand_count;
	}
	return stack[0];
}

/* --- devices -------------------------------------------------------------- */

static bool is_known(const struct possible *p, uint32_t device)
{
	return p->state->known >> device & 1;
}

static void find_devices(struct possible *p)
{
	const struct explore_world *w = p->r->world;

	for (uint32_t i = 0; i < w->device_count; i++)
		if (p->state->present >> i & 1 ||
		    (w->device[i].outside &&
		     !(p->without.kind == MOVE_ARRIVE && p->without.device == i) &&
		     scenario_find(p->r->scenario, FAULT_MISSING, NONE, i) == NULL))
			p->coming |= (uint64_t)1 << i;
}

static void make_devices(struct possible *p, uint32_t maker)
{
	const struct explore_node *node = node_of(p, maker);

	for (size_t i = 0; i < node->consequences.count; i++) {
		uint64_t bit = (uint64_t)1 << node->consequences.item[i].device;

		p->changed |= !(p->coming & bit);
		p->coming |= bit;
	}
}

static void probe_devices(struct possible *p)
{
	bool is_probe = p->without.kind == MOVE_FINISH && p->without.device != NO_DEVICE &&
			explore_world_opcode(p->r->world, p->without.node) == OP_PROBE;

	for (uint32_t i = 0; i < p->r->world->device_count; i++) {
		uint64_t bit = (uint64_t)1 << i;

		if (!(p->coming & bit) || p->probed & bit ||
		    (is_probe && p->without.device == i && !is_known(p, i)))
			continue;
		p->probed |= bit;
		p->changed = true;
	}
	p->reached = levels_change(&p->r->levels, p->probed, 0)->told_then;
}

/* Whether a node can be done, as far as is looked now. */
static bool can_be_done(const struct possible *p, uint32_t index)
{
	return p->can[index] & (CAN_BE_DONE | (p->at ? CAN_BE_DONE_AT : 0));
}

static bool may_come(const struct possible *p, uint32_t index)
{
	const struct explore_node *node = node_of(p, index);

	if (node->by_add & p->coming || node->by_probe & p->probed)
		return true;
	if (node->level == EXPLORE_SETS_MAX)
		return false;
	if (p->r->world->agreed >> node->level & 1)
		return p->reached >> (2 * node->level + !node->complete) & 1;
	for (uint32_t i = 0; i < p->r->world->device_count; i++)
		if (p->probed >> i & 1 && explore_world_concerns(p->r->world, index, i))
			return true;
	return false;
}

/* --- nodes ---------------------------------------------------------------- */

/* Whether a step works on a device, and fails where it has left. */
static bool uses_device(const struct possible *p, uint32_t index, uint32_t device)
{
	const struct explore_node *node = node_of(p, index);

	for (uint32_t i = 0; i < node->node.edge_count; i++)
		if (node_of(p, node->edge[i].from)->level == EXPLORE_SETS_MAX &&
		    explore_world_concerns(p->r->world, node->edge[i].from, device))
			return true;
	return false;
}

static void start_from(struct possible *p, uint32_t index)
{
	const struct node_memory *memory = &p->r->machine.state->node[index];
	uint8_t can = 0;

	if (memory->state == STATE_DONE)
		can = CAN_BE_DONE | CAN_BEGIN | CAN_BE_LIVE;
	else if (memory->state == STATE_FAILED || memory->state == STATE_SKIPPED)
		can = CAN_FAIL;
	else if (memory->state != STATE_PENDING)
		can = CAN_BEGIN | CAN_BE_LIVE;
	if (memory->state == STATE_RUNNING && p->without.node != index)
		can |= CAN_BE_DONE;
	if (memory->flags & MEMORY_LIVE)
		can |= CAN_BE_LIVE;
	if (p->without.node != index &&
	    (scenario_find(p->r->scenario, FAULT_FAILS, index, NO_DEVICE) != NULL ||
	     scenario_find(p->r->scenario, FAULT_ONCE, index, NO_DEVICE) != NULL ||
	     explore_world_opcode(p->r->world, index) == OP_FAIL))
		can |= CAN_FAIL;
	for (unsigned i = 0; i < p->r->scenario->count; i++)
		if (p->r->scenario->fault[i].kind == FAULT_REMOVED &&
		    uses_device(p, index, p->r->scenario->fault[i].device))
			can |= CAN_FAIL;
	p->can[index] = can;
}

static void look_at_device(struct possible *p, uint32_t index)
{
	const struct explore_node *node = node_of(p, index);

	if (may_come(p, index))
		add(p, index, p->at ? CAN_BE_DONE_AT : CAN_BE_DONE | CAN_BE_LIVE);
	for (uint32_t i = 0; i < node->node.edge_count; i++) {
		if (node->edge[i].kind != EDGE_PROVIDES)
			continue;
		if (p->can[node->edge[i].from] & CAN_FAIL)
			add(p, index, CAN_FAIL);
		if (p->can[node->edge[i].from] & CAN_BE_LIVE)
			add(p, index, CAN_BE_LIVE);
	}
}

/* Whether somebody who waits for a node while it is live waits until the move: it is live, and
 * cannot end. */
static bool is_waited_for(const struct possible *p, const struct edge *edge)
{
	const struct node_memory *memory = &p->r->machine.state->node[edge->from];

	return (edge->kind == EDGE_WANTS || edge->kind == EDGE_AFTER) &&
	       node_of(p, edge->from)->node.kind != NODE_REACTION &&
	       !(p->can[edge->from] & CAN_FAIL) && !can_be_done(p, edge->from) &&
	       (memory->state != STATE_PENDING || memory->flags & MEMORY_LIVE);
}

static void look_at_pending(struct possible *p, uint32_t index)
{
	const struct explore_node *node = node_of(p, index);
	bool begins = p->at || explore_is_possible(p->r, p->can, node->node.start), live = true;

	for (uint32_t i = 0; i < node->node.edge_count; i++) {
		uint8_t from = p->can[node->edge[i].from];

		begins &= !is_waited_for(p, &node->edge[i]);
		if (node->edge[i].kind == EDGE_REQUIRES) {
			begins &= can_be_done(p, node->edge[i].from);
			live &= (from & (CAN_BE_DONE | CAN_BE_LIVE)) != 0;
		} else if (node->edge[i].kind == EDGE_START) {
			live &= from != 0;
		}
		if ((node->edge[i].kind == EDGE_REQUIRES || node->edge[i].kind == EDGE_START ||
		     node->edge[i].kind == EDGE_STARTING) &&
		    from & CAN_FAIL)
			add(p, index, CAN_FAIL);
	}
	if (begins && p->at)
		add(p, index,
		    node->node.kind == NODE_EVENT ? CAN_BEGIN_AT | CAN_BE_DONE_AT : CAN_BEGIN_AT);
	else if (begins)
		add(p, index, CAN_BEGIN | CAN_BE_DONE | CAN_BE_LIVE);
	if (p->at)
		return;
	if (live)
		add(p, index, CAN_BE_LIVE);
	if (node->node.stop != NONE && explore_is_possible(p->r, p->can, node->node.stop))
		add(p, index, CAN_FAIL);
}

/* What the move itself does at once. */
static void make_move(struct possible *p)
{
	struct move move = p->without;

	p->at = true;
	if (move.kind == MOVE_ARRIVE)
		p->coming |= (uint64_t)1 << move.device;
	if (move.kind != MOVE_FINISH)
		return;
	if (move.device != NO_DEVICE) {
		p->probed |= p->coming & (uint64_t)1 << move.device;
		p->reached = levels_change(&p->r->levels, p->probed, 0)->told_then;
	} else {
		p->can[move.node] |= CAN_BE_DONE_AT;
		make_devices(p, move.node);
	}
}

static void look_at_all(struct possible *p)
{
	for (uint32_t i = 0; i < p->r->world->node_count; i++) {
		if (node_of(p, i)->node.kind == NODE_DEVICE)
			look_at_device(p, i);
		else if (p->r->machine.state->node[i].state < STATE_RUNNING)
			look_at_pending(p, i);
		if (!p->at && p->can[i] & CAN_BE_DONE && node_of(p, i)->consequences.count > 0)
			make_devices(p, i);
	}
}

void explore_possible(struct runner *runner, void *block, struct move without, uint8_t *can)
{
	struct possible p = {.r = runner,
			     .state = state_world(runner->world, block),
			     .without = without,
			     .can = can};

	find_devices(&p);
	for (uint32_t i = 0; i < runner->world->node_count; i++)
		start_from(&p, i);
	do {
		p.changed = false;
		probe_devices(&p);
		look_at_all(&p);
	} while (p.changed);
	make_move(&p);
	do {
		p.changed = false;
		look_at_all(&p);
	} while (p.changed);
}
