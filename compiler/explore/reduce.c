/* Which move may be followed alone. Two moves commute if they lead to the same state in either
 * order; a move that commutes with every other that can come before it, now or later, may as well
 * be made at once: the ends stay the same (ample sets: Peled 1993, "All from one, one for all";
 * Clarke, Grumberg, Peled: Model Checking, chapter 10). Moves are steps that end and devices that
 * come, and what they change spreads along edges until it meets what has begun or ended. On its way
 * there must be nothing that asks who came first:
 *
 *   - a unit that waits for another only while that is live (`wants`, `after`, a hold), which is
 *     neither live nor ended yet: it would be overtaken;
 *   - something needed exclusively; a unit that an event withdraws (stop-on); a `not`;
 *   - a device that two could be; a reaction that is not ready; a device that is to be removed;
 *   - time: without "late" it passes only when no such move is left; with it, only steps are
 *     followed alone while which no clock runs. */
#include "explore.h"

#include <string.h>

#include "possible.h"

struct spread {
	struct runner *r;
	const struct explore_state *state;
	uint64_t *touched;  /* one bit a node */
	const uint8_t *can; /* what can still happen before the move: CAN_... */
	bool fails;	    /* the step fails: so may what requires it */
	bool bad;
};

static const struct explore_node *node_of(const struct spread *s, uint32_t index)
{
	return &s->r->world->node[index];
}

static const struct node_memory *memory_of(const struct spread *s, uint32_t index)
{
	return &s->r->machine.state->node[index];
}

static bool is_touched(const struct spread *s, uint32_t index)
{
	return s->touched[index / 64] >> (index % 64) & 1;
}

/* Whether it is settled that others wait for a node, or do not: it has ended, or will, or cannot
 * become live before the move. */
static bool is_settled(const struct spread *s, uint32_t index)
{
	const struct node_memory *memory = memory_of(s, index);

	if (node_of(s, index)->node.kind == NODE_REACTION)
		return false;
	return memory->state != STATE_PENDING || memory->flags & MEMORY_LIVE ||
	       !(s->can[index] & CAN_BE_LIVE);
}

/* --- who is next ---------------------------------------------------------- */

static void examine(struct spread *s, uint32_t index, uint32_t cause);
static void told(struct spread *s, uint32_t device, bool probed);

/* Whatever a change of a node wakes. */
static void spread_from(struct spread *s, uint32_t index)
{
	const struct node *node = &node_of(s, index)->node;

	s->touched[index / 64] |= (uint64_t)1 << (index % 64);
	for (uint32_t i = 0; i < node->wake_count && !s->bad; i++)
		examine(s, blob_word(s->r->world->blob, SECTION_wakes, node->first_wake + i),
			index);
}

/* Tests whose answer, once yes, stays so, whatever else comes when. */
static bool is_monotone(const struct spread *s, uint32_t code)
{
	while (code != NONE) {
		enum opcode op = (enum opcode)blob_word(s->r->world->blob, SECTION_code, code);

		if (op == OP_END)
			return true;
		if (op == OP_NOT || op == OP_FILE)
			return false;
		code += 1 + opcode_describe(op)->operand_count;
	}
	return true;
}

/* Somebody else may want the same thing for itself. */
static bool has_rival(const struct spread *s, uint32_t index)
{
	uint32_t what = node_of(s, index)->node.exclusive;

	for (uint32_t i = 0; what != 0 && i < s->r->world->node_count; i++)
		if (i != index && node_of(s, i)->node.exclusive == what &&
		    memory_of(s, i)->state < STATE_DONE && s->can[i] & CAN_BEGIN)
			return true;
	return false;
}

/* Whether it matters to a node that has not begun when it is that its causes come. */
static bool races(const struct spread *s, uint32_t index, uint32_t cause)
{
	const struct explore_node *node = node_of(s, index);

	if (!is_monotone(s, node->node.start) || has_rival(s, index))
		return true;
	if (node->node.stop != NONE && !(node->node.flags & NODE_DAEMON) &&
	    s->can[index] & CAN_BEGIN)
		return true;
	for (uint32_t i = 0; i < node->node.edge_count; i++) {
		const struct edge *edge = &node->edge[i];

		if ((edge->kind == EDGE_WANTS || edge->kind == EDGE_AFTER ||
		     edge->kind == EDGE_HOLD) &&
		    edge->from != cause && !is_settled(s, edge->from))
			return true;
	}
	return false;
}

static bool has_bit(const uint64_t *bits, uint32_t i)
{
	return bits[i / 64] >> (i % 64) & 1;
}

/* Whether a start condition can come true without a device that may come. */
static bool starts_without(const struct spread *s, uint32_t index, uint32_t device)
{
	uint8_t *can = s->r->can, was = can[device];
	bool possible;

	can[device] = 0;
	possible = explore_is_possible(s->r, can, node_of(s, index)->node.start);
	can[device] = was;
	return possible;
}

/* Whether what a node puts together may be whole before the move: then it matters who is first, to
 * the property that nothing is started without all of it. */
static bool may_become_whole(const struct spread *s, uint32_t index)
{
	const struct explore_node *node = node_of(s, index);
	uint32_t set = EXPLORE_SETS_MAX;

	for (uint32_t i = 0; i < node->node.edge_count; i++)
		if (node_of(s, node->edge[i].from)->level < EXPLORE_SETS_MAX)
			set = node_of(s, node->edge[i].from)->level;
	for (uint32_t i = 0; set < EXPLORE_SETS_MAX && i < s->r->world->node_count; i++)
		if (node_of(s, i)->level == set && node_of(s, i)->complete &&
		    memory_of(s, i)->state != STATE_DONE && s->can[i] & CAN_BE_DONE)
			return starts_without(s, index, i);
	return false;
}

/* Whether a property is about who comes first, the beginning of a node or the end of another that
 * is at work, or may be. */
static bool is_watched(const struct spread *s, uint32_t index)
{
	for (uint32_t i = 0; i < s->r->world->node_count; i++)
		if (has_bit(s->r->needs[index], i) && memory_of(s, i)->state < STATE_DONE &&
		    s->can[i] & (CAN_BE_DONE | CAN_FAIL))
			return true;
	return explore_world_opcode(s->r->world, index) == OP_ASSEMBLE &&
	       may_become_whole(s, index);
}

/* The same of a node that ends: somebody could have begun before. */
static bool ends_watched(const struct spread *s, uint32_t index)
{
	for (uint32_t i = 0; i < s->r->world->node_count; i++)
		if (has_bit(s->r->needs[i], index) && memory_of(s, i)->state < STATE_RUNNING &&
		    s->can[i] & CAN_BEGIN)
			return true;
	return false;
}

/* And of a set that becomes whole. */
static bool completes_watched(const struct spread *s, uint32_t level)
{
	for (uint32_t i = 0; i < s->r->world->node_count; i++) {
		const struct explore_node *node = node_of(s, i);

		if (explore_world_opcode(s->r->world, i) != OP_ASSEMBLE ||
		    memory_of(s, i)->state >= STATE_RUNNING || !(s->can[i] & CAN_BEGIN))
			continue;
		for (uint32_t k = 0; k < node->node.edge_count; k++)
			if (node_of(s, node->edge[k].from)->level == level)
				return true;
	}
	return false;
}

/* Whether somebody who has not begun would wait for a node that becomes live now. */
static bool is_overtaken(const struct spread *s, uint32_t index)
{
	const struct node *node = &node_of(s, index)->node;

	for (uint32_t i = 0; i < node->wake_count; i++) {
		uint32_t other = blob_word(s->r->world->blob, SECTION_wakes, node->first_wake + i);
		const struct explore_node *o = node_of(s, other);

		if (memory_of(s, other)->state > STATE_READY || !(s->can[other] & CAN_BEGIN))
			continue;
		for (uint32_t k = 0; k < o->node.edge_count; k++)
			if (o->edge[k].from == index &&
			    (o->edge[k].kind == EDGE_WANTS || o->edge[k].kind == EDGE_AFTER ||
			     o->edge[k].kind == EDGE_HOLD))
				return true;
	}
	return false;
}

static bool has_starting(const struct spread *s, uint32_t index)
{
	const struct node *node = &node_of(s, index)->node;

	for (uint32_t i = 0; i < node->wake_count; i++) {
		const struct explore_node *other = node_of(
			s, blob_word(s->r->world->blob, SECTION_wakes, node->first_wake + i));

		for (uint32_t k = 0; k < other->node.edge_count; k++)
			if (other->edge[k].from == index && other->edge[k].kind == EDGE_STARTING)
				return true;
	}
	return false;
}

static void examine_pending(struct spread *s, uint32_t index, uint32_t cause)
{
	bool live = memory_of(s, index)->flags & MEMORY_LIVE;
	bool begins = s->can[index] & (CAN_BEGIN | CAN_BEGIN_AT);

	/* One that cannot begin even then is but live from now on. */
	if ((begins && (races(s, index, cause) || is_watched(s, index))) ||
	    (!live && is_overtaken(s, index))) {
		s->bad = true;
		return;
	}
	if (!live || s->fails || node_of(s, index)->node.kind == NODE_EVENT ||
	    node_of(s, index)->node.stop != NONE || has_starting(s, index))
		spread_from(s, index);
}

/* A reaction that becomes ready has all devices told again. That others are probed once more for it
 * is no difference. */
static void examine_reaction(struct spread *s, uint32_t index)
{
	s->bad |= is_overtaken(s, index);
	if (!(s->can[index] & (CAN_BEGIN | CAN_BEGIN_AT)))
		return;
	s->bad |= !s->state->listening || explore_world_opcode(s->r->world, index) == OP_PROBE;
	for (uint32_t i = 0; i < s->r->world->device_count && !s->bad; i++)
		if (s->state->present >> i & 1)
			told(s, i, false);
}

static void examine(struct spread *s, uint32_t index, uint32_t cause)
{
	const struct node *node = &node_of(s, index)->node;
	enum node_state state = (enum node_state)memory_of(s, index)->state;

	if (is_touched(s, index))
		return;
	s->touched[index / 64] |= (uint64_t)1 << (index % 64);
	if (node->kind == NODE_DEVICE) {
		if (state == STATE_PENDING)
			spread_from(s, index);
	} else if (node->kind == NODE_REACTION) {
		if (state < STATE_READY)
			examine_reaction(s, index);
	} else if (state == STATE_PENDING) {
		examine_pending(s, index, cause);
	} else if (state < STATE_RUNNING) {
		s->bad |= has_rival(s, index) || node->stop != NONE;
		for (uint32_t i = 0; i < node->edge_count; i++)
			s->bad |= node_of(s, index)->edge[i].kind == EDGE_HOLD &&
				  !is_settled(s, node_of(s, index)->edge[i].from);
	} else if (state == STATE_RUNNING || state == STATE_DONE) {
		s->bad |= node->stop != NONE && memory_of(s, index)->state != STATE_SKIPPED;
	}
}

/* --- what is told --------------------------------------------------------- */

static bool may_be_there(const struct spread *s, uint32_t device)
{
	return scenario_find(s->r->scenario, FAULT_MISSING, NONE, device) == NULL;
}

/* Whether another device is what a node waits for as well. */
static bool is_ambiguous(const struct spread *s, uint32_t node, uint32_t besides)
{
	const struct explore_node *n = node_of(s, node);
	uint64_t others = (n->by_add | n->by_probe) & ~((uint64_t)1 << besides);

	for (uint32_t i = 0; i < s->r->world->device_count; i++)
		if (others >> i & 1 && may_be_there(s, i))
			return true;
	return false;
}

static void told_node(struct spread *s, uint32_t index, uint32_t device)
{
	const struct node *node = &node_of(s, index)->node;
	enum node_state state = (enum node_state)memory_of(s, index)->state;

	if (node->kind == NODE_DEVICE &&
	    (state == STATE_PENDING ||
	     (state == STATE_FAILED && memory_of(s, index)->cause == index))) {
		s->bad |= is_ambiguous(s, index, device);
		spread_from(s, index);
	} else if (node->kind == NODE_REACTION && state != STATE_SKIPPED && state != STATE_FAILED) {
		s->bad |= is_overtaken(s, index) ||
			  (state != STATE_READY && s->can[index] & CAN_BEGIN &&
			   explore_world_opcode(s->r->world, index) == OP_PROBE);
	}
}

static void told(struct spread *s, uint32_t device, bool probed)
{
	for (uint32_t i = 0; i < s->r->world->node_count && !s->bad; i++) {
		const struct explore_node *node = node_of(s, i);

		if ((probed ? node->by_probe : node->by_add) >> device & 1)
			told_node(s, i, device);
	}
}

/* A probe's answer, and what it may mean to sets, whoever of them comes last. */
static void told_probed(struct spread *s, uint32_t device)
{
	const struct explore_device *d = &s->r->world->device[device];

	if (!d->probes)
		return;
	told(s, device, true);
	for (uint32_t i = 0; d->member_count > 0 && i < s->r->world->node_count; i++)
		if (node_of(s, i)->level < EXPLORE_SETS_MAX && !s->bad &&
		    explore_world_concerns(s->r->world, i, device) &&
		    memory_of(s, i)->state == STATE_PENDING) {
			s->bad |= completes_watched(s, node_of(s, i)->level);
			spread_from(s, i);
		}
}

/* --- moves ---------------------------------------------------------------- */

static bool is_last_effect(const struct spread *s, uint32_t index)
{
	const struct blob *blob = s->r->world->blob;
	uint32_t pc = memory_of(s, index)->pc;

	pc += 1 + opcode_describe((enum opcode)blob_word(blob, SECTION_code, pc))->operand_count;
	return blob_word(blob, SECTION_code, pc) == OP_END;
}

static void spread_followers(struct spread *s, uint32_t index)
{
	const struct explore_node *node = node_of(s, index);

	for (size_t i = 0; i < node->consequences.count; i++) {
		const struct explore_consequence *c = &node->consequences.item[i];

		s->bad |= c->kind != HAPPENING_ADD;
		if (!(s->state->present >> c->device & 1))
			told(s, c->device, false);
	}
}

static void spread_reaction(struct spread *s, const struct explore_child *child)
{
	bool fails = child->flags & CHILD_FAILS;

	if (explore_world_opcode(s->r->world, child->node) == OP_PROBE && !fails &&
	    child->device != NO_DEVICE)
		told_probed(s, child->device);
	spread_from(s, child->node);
}

static void spread_finish(struct spread *s, const struct explore_child *child)
{
	const struct node *node = &node_of(s, child->node)->node;
	bool fails = child->flags & (CHILD_FAILS | CHILD_ABSENT);
	enum opcode op;

	if (node->kind == NODE_REACTION) {
		spread_reaction(s, child);
		return;
	}
	op = (enum opcode)blob_word(s->r->world->blob, SECTION_code, memory_of(s, child->node)->pc);
	s->fails = fails;
	s->bad = child->flags & (CHILD_STAYS | CHILD_PROMPT) || node->stop != NONE ||
		 (!fails && (op == OP_OPEN_UEVENTS || op == OP_COLDPLUG)) ||
		 (fails &&
		  (node->attempts > 1 || node->flags & NODE_RESCUE || s->r->scenario->count > 1));
	if (!fails)
		spread_followers(s, child->node);
	s->bad |= ends_watched(s, child->node);
	if (!s->bad && (fails || is_last_effect(s, child->node)))
		spread_from(s, child->node);
}

/* --- what may come between ------------------------------------------------ */

/* With "late" time may pass at any moment but while somebody works on the path of all devices that
 * are still waited for. */
static bool stops_clocks(const struct spread *s, struct move move)
{
	const struct explore_state *state = s->state;

	if (move.kind != MOVE_FINISH)
		return false;
	for (unsigned i = 0; i < state->child_count; i++)
		if (state->child[i].flags & CHILD_HANGS)
			return false;
	for (uint32_t i = 0; i < s->r->world->node_count; i++) {
		const struct node_memory *memory = memory_of(s, i);
		bool open = memory->state == STATE_PENDING ||
			    (memory->state == STATE_FAILED && memory->cause == i);

		if (node_of(s, i)->node.kind == NODE_TASK && memory->state == STATE_READY)
			return false;
		if (node_of(s, i)->node.kind == NODE_DEVICE && open &&
		    !(s->r->upstream[i][move.node / 64] >> (move.node % 64) & 1))
			return false;
	}
	return true;
}

/* Whether a node that was touched, or one that wakes on it, has to do with a device that is to be
 * removed. */
static bool meets_removal(const struct spread *s, uint32_t device)
{
	const struct explore_world *w = s->r->world;

	for (uint32_t i = 0; i < w->node_count; i++) {
		if (!is_touched(s, i) || (node_of(s, i)->node.kind != NODE_DEVICE &&
					  !(s->can[i] & (CAN_BEGIN | CAN_BEGIN_AT))))
			continue;
		if (explore_world_concerns(w, i, device))
			return true;
		for (uint32_t k = 0; k < node_of(s, i)->node.edge_count; k++)
			if (explore_world_concerns(w, node_of(s, i)->edge[k].from, device))
				return true;
	}
	return false;
}

static bool is_safe(struct runner *r, void *block, struct move move)
{
	struct spread s = {
		.r = r, .state = state_world(r->world, block), .touched = r->bits, .can = r->can};

	memset(r->bits, 0, (r->world->node_count + 63) / 64 * sizeof *r->bits);
	for (unsigned i = 0; i < r->scenario->count; i++)
		if (r->scenario->fault[i].kind == FAULT_LATE && !stops_clocks(&s, move))
			return false;
	explore_possible(r, block, move, r->can);
	if (move.kind == MOVE_FINISH) {
		spread_finish(&s, runner_child(r, block, move));
	} else if (move.kind == MOVE_ARRIVE && s.state->listening) {
		told(&s, move.device, false);
	} else {
		return false;
	}
	for (unsigned i = 0; i < r->scenario->count && !s.bad; i++) {
		const struct fault *fault = &r->scenario->fault[i];

		if (fault->kind == FAULT_REMOVED)
			s.bad = move.device == fault->device || meets_removal(&s, fault->device);
	}
	return !s.bad;
}

unsigned explore_safe_move(struct runner *runner, void *block, const struct move *moves,
			   unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (is_safe(runner, block, moves[i]))
			return i;
	return count;
}
