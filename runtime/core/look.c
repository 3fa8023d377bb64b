#include "machine_parts.h"
#include "guard.h"

/* What its incoming edges say about a pending node. */
struct outlook {
	bool blocked;	 /* waits for something */
	bool live;	 /* but only for what is at work */
	uint32_t failed; /* who makes it fail, or NONE */
	uint32_t never;	 /* who makes its start condition impossible, or NONE */
};

/* A daemon that runs, and that nobody has told to end. */
static bool is_daemon_at_rest(const struct machine *machine, uint32_t index)
{
	const struct node_memory *memory = memory_of(machine, index);
	struct node node;

	blob_node(machine->blob, index, &node);
	return node.flags & NODE_DAEMON && memory->state == STATE_DONE &&
	       !(memory->flags & (MEMORY_STOPPING | MEMORY_GONE));
}

/* Of several that could have started a node, one that failed explains more than one that was
 * skipped for its condition; else the first one. */
static bool is_likelier(const struct machine *machine, uint32_t cause, uint32_t than)
{
	return than == NONE || (memory_of(machine, than)->state == STATE_SKIPPED &&
				memory_of(machine, cause)->state == STATE_FAILED);
}

static void look_at_edge(struct machine *machine, const struct edge *edge, struct outlook *outlook)
{
	const struct node_memory *from = memory_of(machine, edge->from);
	bool lost = from->state == STATE_FAILED || from->state == STATE_SKIPPED;

	switch (edge->kind) {
	case EDGE_REQUIRES:
		if (lost && outlook->failed == NONE)
			outlook->failed = edge->from;
		if (from->state != STATE_DONE) {
			outlook->blocked = true;
			outlook->live &= node_is_live(machine, edge->from);
		}
		break;
	case EDGE_WANTS:
	case EDGE_AFTER:
		outlook->blocked |= node_is_live(machine, edge->from);
		break;
	case EDGE_START:
		if (lost && is_likelier(machine, edge->from, outlook->never))
			outlook->never = edge->from;
		outlook->live &= is_daemon_at_rest(machine, edge->from)
					 ? false /* it waits for its end, which need not come */
					 : (node_has_ended(machine, edge->from) &&
					    !machine_is_quiet(machine, edge->from)) ||
						   node_is_live(machine, edge->from);
		break;
	case EDGE_STARTING:
		if (lost && outlook->never == NONE)
			outlook->never = edge->from;
		outlook->live &= (from->flags & MEMORY_STARTED) != 0;
		break;
	default:
		break; /* a hold is looked at once the node is starting */
	}
}

static void look_at_pending(struct machine *machine, uint32_t index, const struct node *node)
{
	struct node_memory *memory = memory_of(machine, index);
	struct outlook outlook = {.live = true, .failed = NONE, .never = NONE};
	uint8_t live;
	uint32_t i;

	if (!(memory->flags & MEMORY_LOOKED)) {
		memory->flags |= MEMORY_LOOKED;
		if (guard_evaluate(machine, node->when, NULL) != ANSWER_YES) {
			node_end(machine, index, STATE_SKIPPED, index);
			return;
		}
	}
	for (i = 0; i < node->edge_count; i++) {
		struct edge edge;

		blob_edge(machine->blob, node->first_edge + i, &edge);
		look_at_edge(machine, &edge, &outlook);
		machine->steps++;
	}
	if (outlook.failed != NONE) {
		node_end(machine, index, STATE_FAILED, outlook.failed);
		return;
	}
	switch (guard_evaluate(machine, node->start, NULL)) {
	case ANSWER_NEVER:
		node_end(machine, index, STATE_SKIPPED,
			 outlook.never != NONE ? outlook.never : index);
		return;
	case ANSWER_NO:
		outlook.blocked = true;
		break;
	case ANSWER_YES:
		break;
	}
	if (!outlook.blocked) {
		memory->flags |= MEMORY_STARTED;
		node_change_state(machine, index, STATE_STARTING);
		node_mark(machine, index); /* after those that hold it, which come first */
		return;
	}
	live = outlook.live ? MEMORY_LIVE : 0;
	if ((memory->flags & MEMORY_LIVE) != live) {
		memory->flags ^= MEMORY_LIVE;
		node_wake_others(machine, index);
	}
}

static void look_at_starting(struct machine *machine, uint32_t index, const struct node *node)
{
	uint32_t i;

	for (i = 0; i < node->edge_count; i++) {
		struct edge edge;

		blob_edge(machine->blob, node->first_edge + i, &edge);
		machine->steps++;
		if (edge.kind == EDGE_HOLD && node_is_live(machine, edge.from))
			return;
	}
	node_change_state(machine, index, STATE_READY);
	node_mark(machine, index);
	if (node->kind == NODE_REACTION && machine->state->told)
		machine->port->rescan(machine->context);
}

static bool exclusive_is_taken(const struct machine *machine, const struct node *node)
{
	struct node other;
	uint32_t i;

	for (i = 0; node->exclusive != 0 && i < machine->node_count; i++) {
		if (memory_of(machine, i)->state != STATE_RUNNING)
			continue;
		blob_node(machine->blob, i, &other);
		if (other.exclusive == node->exclusive) /* equal texts are one string in a blob */
			return true;
	}
	return false;
}

static void look_at_ready(struct machine *machine, uint32_t index, const struct node *node)
{
	struct node_memory *memory = memory_of(machine, index);

	if (node->kind == NODE_REACTION || node->flags & NODE_AGAIN ||
	    machine->state->verdict != VERDICT_NONE || exclusive_is_taken(machine, node))
		return; /* those that stay ready: one runs per event, one by its clock */
	if (memory->time != NEVER && memory->time > machine->state->now)
		return; /* its next attempt is not due yet */
	memory->attempts++;
	if (node->kind == NODE_TASK)
		node_change_state(machine, index, STATE_RUNNING);
	effect_run(machine, index, node->action);
}

static void look_at_daemon(struct machine *machine, uint32_t index, const struct node *node)
{
	struct node_memory *memory = memory_of(machine, index);

	if (node->stop == NONE || !is_daemon_at_rest(machine, index) ||
	    guard_evaluate(machine, node->stop, NULL) != ANSWER_YES)
		return;
	memory->flags |= MEMORY_STOPPING;
	effect_arm_limit(machine, index);
	machine->port->stop(machine->context, index, memory->serial);
	node_wake_others(machine, index);
}

/* What is done again and again has no last time before the event on which it ends. */
static bool is_past_withdrawal(const struct machine *machine, uint32_t index,
			       const struct node *node)
{
	return node_has_ended(machine, index) &&
	       !(node->flags & NODE_AGAIN && memory_of(machine, index)->state == STATE_DONE);
}

/* A task that an event has made pointless: what it has begun is ended, and nobody minds. */
static bool is_withdrawn(struct machine *machine, uint32_t index, const struct node *node)
{
	struct node_memory *memory = memory_of(machine, index);
	uint32_t i, cause = index;
	struct edge edge;

	if (node->stop == NONE || node->flags & NODE_DAEMON ||
	    is_past_withdrawal(machine, index, node) ||
	    guard_evaluate(machine, node->stop, NULL) != ANSWER_YES)
		return false;
	for (i = 0; i < node->edge_count; i++) {
		blob_edge(machine->blob, node->first_edge + i, &edge);
		machine->steps++;
		if (edge.kind == EDGE_STOP && node_has_ended(machine, edge.from))
			cause = edge.from;
	}
	if (memory->state == STATE_RUNNING)
		machine->port->stop(machine->context, index, memory->serial);
	node_end(machine, index, STATE_SKIPPED, cause);
	return true;
}

/* Whether a unit has no part in this boot, for its `when`: then it does not count as one that
 * provides something, which may come in another way. */
static bool is_left_out(struct machine *machine, uint32_t index)
{
	struct node node;

	blob_node(machine->blob, index, &node);
	return memory_of(machine, index)->state == STATE_SKIPPED &&
	       guard_evaluate(machine, node.when, NULL) != ANSWER_YES;
}

/* A device that units provide fails when all of these have failed. */
static void look_at_device(struct machine *machine, uint32_t index, const struct node *node)
{
	struct node_memory *memory = memory_of(machine, index);
	uint32_t i, providers = 0, lost = 0, culprit = NONE;
	bool live = false;
	struct edge edge;

	if (memory->state != STATE_PENDING || node->edge_count == 0 ||
	    !machine_device_is_as_compiled(machine, index))
		return;
	for (i = 0; i < node->edge_count; i++) {
		enum node_state from;

		blob_edge(machine->blob, node->first_edge + i, &edge);
		machine->steps++;
		if (edge.kind != EDGE_PROVIDES || is_left_out(machine, edge.from))
			continue;
		from = memory_of(machine, edge.from)->state;
		providers++;
		if (from == STATE_FAILED || from == STATE_SKIPPED) {
			lost++;
			culprit = edge.from;
		}
		live |= node_is_live(machine, edge.from);
	}
	if (providers > 0 && lost == providers) {
		node_end(machine, index, STATE_FAILED, culprit);
	} else if (live != !!(memory->flags & MEMORY_LIVE)) {
		memory->flags ^= MEMORY_LIVE;
		node_wake_others(machine, index);
	}
}

static void look_at(struct machine *machine, uint32_t index)
{
	struct node node;

	blob_node(machine->blob, index, &node);
	machine->steps++;
	if (node.kind == NODE_DEVICE) {
		look_at_device(machine, index, &node);
		return;
	}
	if (is_withdrawn(machine, index, &node))
		return;
	switch (memory_of(machine, index)->state) {
	case STATE_PENDING:
		look_at_pending(machine, index, &node);
		break;
	case STATE_STARTING:
		look_at_starting(machine, index, &node);
		break;
	case STATE_READY:
		look_at_ready(machine, index, &node);
		break;
	case STATE_DONE:
		look_at_daemon(machine, index, &node);
		break;
	}
}

void machine_settle(struct machine *machine)
{
	while (machine->first_dirty < machine->node_count) {
		uint32_t index = machine->first_dirty++;
		struct node_memory *memory = memory_of(machine, index);

		if (memory->flags & MEMORY_DIRTY) {
			memory->flags &= (uint8_t)~MEMORY_DIRTY;
			look_at(machine, index);
		}
	}
}
