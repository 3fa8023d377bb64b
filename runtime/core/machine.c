#include "machine.h"
#include "device_ref.h"
#include "guard.h"
#include "mem.h"

/* How the pieces fit: an event changes some nodes and marks those they wake as dirty; settle() then
 * looks at dirty nodes, lowest first, until none is left. Nodes are in topological order, so one
 * sweep is enough but for `starting` edges, which point backwards and cost one sweep each. */

static struct node_memory *memory_of(const struct machine *machine, uint32_t node)
{
	return &machine->state->node[node];
}

uint32_t machine_state_size(uint32_t node_count)
{
	return (uint32_t)(sizeof(struct machine_state) + node_count * sizeof(struct node_memory));
}

uint64_t machine_step_limit(const struct blob *blob)
{
	uint64_t nodes = blob->section[SECTION_nodes].count;
	uint64_t sweep = nodes + blob->section[SECTION_edges].count +
			 blob->section[SECTION_wakes].count + blob->section[SECTION_paths].count +
			 blob->section[SECTION_code].count;

	/* A node changes its state at most eight times in an event, and thrice more for each of the
	 * nodes whose time is up; each change can start a sweep, so does each look for what is due,
	 * and devices and conclusion look at everything once more. */
	return (12 * nodes + 12) * sweep;
}

const char *machine_value(const struct machine *machine, uint32_t value)
{
	struct value v;

	if (value == NONE)
		return "";
	blob_value(machine->blob, value, &v);
	if (v.parameter != NONE && machine->boot->parameter[v.parameter][0] != '\0')
		return machine->boot->parameter[v.parameter];
	return blob_string(machine->blob, v.text);
}

const char *machine_list_value(const struct machine *machine, uint32_t list, uint32_t i)
{
	if (i >= blob_word(machine->blob, SECTION_lists, list))
		return NULL;
	return machine_value(machine, blob_word(machine->blob, SECTION_lists, list + 1 + i));
}

const char *machine_node_title(const struct machine *machine, uint32_t index)
{
	struct node node;

	blob_node(machine->blob, index, &node);
	if (node.kind == NODE_DEVICE &&
	    blob_word(machine->blob, SECTION_code, node.match) == OP_NAMES)
		return machine_value(machine,
				     blob_word(machine->blob, SECTION_code, node.match + 1));
	return blob_string(machine->blob, node.name);
}

bool machine_device_is_as_compiled(const struct machine *machine, uint32_t node)
{
	struct device_ref compiled, asked;
	struct value value;
	struct node device;
	uint32_t index;

	blob_node(machine->blob, node, &device);
	if (blob_word(machine->blob, SECTION_code, device.match) != OP_NAMES)
		return true;
	index = blob_word(machine->blob, SECTION_code, device.match + 1);
	if (index == NONE)
		return true;
	blob_value(machine->blob, index, &value);
	device_ref_parse(blob_string(machine->blob, value.text), &compiled);
	device_ref_parse(machine_value(machine, index), &asked);
	return device_ref_equal(&compiled, &asked);
}

/* --- waking --------------------------------------------------------------- */

static void mark(struct machine *machine, uint32_t node)
{
	memory_of(machine, node)->flags |= MEMORY_DIRTY;
	if (node < machine->first_dirty)
		machine->first_dirty = node;
}

static void mark_all(struct machine *machine)
{
	uint32_t i;

	for (i = 0; i < machine->node_count; i++)
		mark(machine, i);
}

static void wake_others(struct machine *machine, uint32_t index)
{
	struct node node;
	uint32_t i;

	blob_node(machine->blob, index, &node);
	for (i = 0; i < node.wake_count; i++) {
		machine->steps++;
		mark(machine, blob_word(machine->blob, SECTION_wakes, node.first_wake + i));
	}
}

static uint32_t fresh_budget(const struct machine *machine, uint32_t limit)
{
	const char *c = machine->boot->parameter[PARAMETER_ROOTDELAY];
	uint32_t seconds = 0;

	if (limit != DEFAULT_LIMIT)
		return limit;
	if (machine->boot->parameter[PARAMETER_ROOTWAIT][0] != '\0')
		return NO_LIMIT;
	for (; *c >= '0' && *c <= '9' && seconds < 1000000; c++)
		seconds = seconds * 10 + (uint32_t)(*c - '0');
	return (seconds > 30 ? seconds : 30) * 1000;
}

/* A fact came true for the first time: every wait that has it on its path starts afresh. */
static void refresh_clocks(struct machine *machine, uint32_t fact)
{
	uint32_t i, k;
	struct node node;

	for (i = 0; i < machine->node_count; i++) {
		blob_node(machine->blob, i, &node);
		for (k = 0; k < node.path_count; k++)
			if (blob_word(machine->blob, SECTION_paths, node.first_path + k) == fact) {
				memory_of(machine, i)->time = fresh_budget(machine, node.limit);
				break;
			}
		machine->steps += k + 1;
	}
}

static void change_state(struct machine *machine, uint32_t index, enum node_state state)
{
	struct node_memory *memory = memory_of(machine, index);

	memory->state = (uint8_t)state;
	memory->flags &= (uint8_t)~MEMORY_LIVE;
	if (state == STATE_DONE && !(memory->flags & MEMORY_EVER)) {
		memory->flags |= MEMORY_EVER;
		refresh_clocks(machine, index);
	}
	machine->port->note(machine->context, index, state);
	wake_others(machine, index);
}

/* --- who is at work ------------------------------------------------------- */

/* Whether it is a daemon that was told to end and has not yet. */
static bool is_stopping(const struct node_memory *memory)
{
	return (memory->flags & (MEMORY_STOPPING | MEMORY_GONE)) == MEMORY_STOPPING;
}

static bool is_active(const struct machine *machine, uint32_t index)
{
	const struct node_memory *memory = memory_of(machine, index);
	struct node node;

	blob_node(machine->blob, index, &node);
	if (node.kind == NODE_REACTION)
		return memory->pc > 0 || memory->device > 0;
	if (is_stopping(memory))
		return true;
	return memory->state == STATE_STARTING || memory->state == STATE_READY ||
	       memory->state == STATE_RUNNING;
}

/* Active, or pending only for what is. */
static bool is_live(const struct machine *machine, uint32_t index)
{
	return is_active(machine, index) || memory_of(machine, index)->flags & MEMORY_LIVE;
}

static bool has_ended(const struct machine *machine, uint32_t index)
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
		if (is_active(machine, i))
			return true;
	return false;
}

bool machine_is_quiet(const struct machine *machine, uint32_t index)
{
	const struct node_memory *memory = memory_of(machine, index);

	return memory->state == STATE_FAILED && memory->cause == index &&
	       memory->status == STATUS_QUIET;
}

/* Whether a device is being waited for: it is not there, and somebody who needs it is still
 * pending. */
static bool is_awaited(const struct machine *machine, uint32_t index, const struct node *node)
{
	uint32_t i;

	if (node->kind != NODE_DEVICE || (memory_of(machine, index)->state != STATE_PENDING &&
					  !machine_is_quiet(machine, index)))
		return false;
	for (i = 0; i < node->wake_count; i++) {
		uint32_t other = blob_word(machine->blob, SECTION_wakes, node->first_wake + i);

		if (!has_ended(machine, other) && !is_device(machine, other))
			return true;
	}
	return false;
}

/* Whether the clocks of an awaited device run: nothing that might bring it is at work, and nobody
 * holds them. */
static bool clock_runs(const struct machine *machine, const struct node *node)
{
	uint32_t i;

	if (machine->state->holds > 0)
		return false;
	for (i = 0; i < node->path_count; i++)
		if (is_live(machine, blob_word(machine->blob, SECTION_paths, node->first_path + i)))
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

/* --- ends ----------------------------------------------------------------- */

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
			mark(machine, i);
}

static void end_node(struct machine *machine, uint32_t index, enum node_state state, uint32_t cause)
{
	struct node_memory *memory = memory_of(machine, index);

	memory->cause = (uint16_t)cause;
	if (state != STATE_FAILED || cause != index)
		memory->status = 0;
	memory->time = NEVER;
	memory->flags &= (uint8_t)~MEMORY_HELD;
	change_state(machine, index, state);
	release_exclusive(machine, index);
}

static void set_verdict(struct machine *machine, enum verdict verdict)
{
	if (machine->state->verdict == verdict)
		return;
	machine->state->verdict = (uint8_t)verdict;
	machine->port->conclude(machine->context, verdict);
}

/* A running task's own failure: it is tried again while it has attempts left. */
static void fail_attempt(struct machine *machine, uint32_t index, int32_t status)
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
		change_state(machine, index, STATE_READY);
		release_exclusive(machine, index);
		mark(machine, index);
		return;
	}
	end_node(machine, index, STATE_FAILED, index);
	if (node.flags & NODE_RESCUE)
		set_verdict(machine, VERDICT_RESCUE);
}

/* --- effects -------------------------------------------------------------- */

static void fill_operand(struct machine *machine, struct effect *effect, unsigned i,
			 enum operand_kind kind, uint32_t word)
{
	effect->text[i] = NULL;
	switch (kind) {
	case OPERAND_STRING:
		effect->text[i] = blob_string(machine->blob, word);
		break;
	case OPERAND_VALUE:
		effect->text[i] = machine_value(machine, word);
		break;
	case OPERAND_DEVICE:
		effect->device_node = word;
		effect->device_number = memory_of(machine, word)->device;
		break;
	case OPERAND_LIST:
		effect->list = word;
		break;
	default:
		effect->number = word;
	}
}

/* From now on a node's limit runs: that of a task's effect, or of a reaction's generation. */
static void arm_limit(struct machine *machine, uint32_t index)
{
	struct node node;

	blob_node(machine->blob, index, &node);
	memory_of(machine, index)->time =
		node.limit >= DEFAULT_LIMIT || node.limit > NEVER - machine->state->now
			? NEVER
			: machine->state->now + node.limit;
}

static void start_effect(struct machine *machine, uint32_t index, uint32_t pc,
			 const struct event *event)
{
	struct node_memory *memory = memory_of(machine, index);
	struct effect effect = {.op = (enum opcode)blob_word(machine->blob, SECTION_code, pc),
				.node = index,
				.device_node = NONE,
				.event = event};
	const struct op *row = opcode_describe(effect.op);
	unsigned i;

	for (i = 0; i < row->operand_count; i++)
		fill_operand(machine, &effect, i, row->operand[i].kind,
			     blob_word(machine->blob, SECTION_code, pc + 1 + i));
	effect.serial = ++memory->serial;
	machine->steps++;
	machine->port->start(machine->context, &effect);
}

/* Goes on with a task's action at pc: its next effect, or its end. */
static void run_action(struct machine *machine, uint32_t index, uint32_t pc)
{
	memory_of(machine, index)->pc = (uint16_t)pc;
	if (pc == NONE || blob_word(machine->blob, SECTION_code, pc) == OP_END) {
		end_node(machine, index, STATE_DONE, index);
		mark(machine, index); /* what a daemon is to end on may have come already */
		return;
	}
	arm_limit(machine, index);
	start_effect(machine, index, pc, NULL);
}

/* Whether a serial was given out after another one; they wrap. */
static bool is_later(uint16_t serial, uint16_t other)
{
	return (int16_t)(serial - other) > 0;
}

/* Two generations of a reaction's effects are told apart by their serials: the old ones have had a
 * whole limit when it comes round, and are ended. When there are none left the new ones become the
 * old ones. So each has at least one limit and at most two, however many others come after it. */
static void turn_generation(struct machine *machine, uint32_t index)
{
	struct node_memory *memory = memory_of(machine, index);

	memory->cause = memory->attempts;
	memory->attempts = memory->serial;
	memory->device = memory->pc;
	memory->pc = 0;
	if (memory->device > 0) {
		arm_limit(machine, index);
	} else {
		memory->time = NEVER;
		wake_others(machine, index);
	}
}

static void reaction_finished(struct machine *machine, uint32_t index, uint16_t serial)
{
	struct node_memory *memory = memory_of(machine, index);

	if (!is_later(serial, memory->cause))
		return; /* its time was up before */
	if (is_later(serial, memory->attempts))
		memory->pc -= memory->pc > 0;
	else
		memory->device -= memory->device > 0;
	if (memory->device == 0)
		turn_generation(machine, index);
}

/* A daemon ended after it was ready, as it was told or by itself. */
static void daemon_finished(struct machine *machine, uint32_t index)
{
	struct node_memory *memory = memory_of(machine, index);

	memory->flags |= MEMORY_GONE;
	memory->time = NEVER;
	wake_others(machine, index);
}

static void effect_finished(struct machine *machine, const struct event *event)
{
	struct node_memory *memory;
	struct node node;

	if (event->node >= machine->node_count)
		return;
	memory = memory_of(machine, event->node);
	blob_node(machine->blob, event->node, &node);
	if (node.kind == NODE_REACTION) {
		reaction_finished(machine, event->node, (uint16_t)event->serial);
		return;
	}
	if (node.flags & NODE_DAEMON && memory->state == STATE_DONE &&
	    !(memory->flags & MEMORY_GONE) && memory->serial == (uint16_t)event->serial) {
		daemon_finished(machine, event->node);
		return;
	}
	if (memory->state != STATE_RUNNING || memory->serial != (uint16_t)event->serial)
		return; /* its time was up before, or the port is confused */
	if (event->status != 0) {
		fail_attempt(machine, event->node, event->status);
		return;
	}
	run_action(machine, event->node,
		   memory->pc + 1 +
			   opcode_describe(blob_word(machine->blob, SECTION_code, memory->pc))
				   ->operand_count);
}

/* --- looking at a node ---------------------------------------------------- */

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
			outlook->live &= is_live(machine, edge->from);
		}
		break;
	case EDGE_WANTS:
	case EDGE_AFTER:
		outlook->blocked |= is_live(machine, edge->from);
		break;
	case EDGE_START:
		if (lost && is_likelier(machine, edge->from, outlook->never))
			outlook->never = edge->from;
		outlook->live &= is_daemon_at_rest(machine, edge->from)
					 ? false /* it waits for its end, which need not come */
					 : (has_ended(machine, edge->from) &&
					    !machine_is_quiet(machine, edge->from)) ||
						   is_live(machine, edge->from);
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
			end_node(machine, index, STATE_SKIPPED, index);
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
		end_node(machine, index, STATE_FAILED, outlook.failed);
		return;
	}
	switch (guard_evaluate(machine, node->start, NULL)) {
	case ANSWER_NEVER:
		end_node(machine, index, STATE_SKIPPED,
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
		change_state(machine, index, STATE_STARTING);
		mark(machine, index); /* after those that hold it, which come first */
		return;
	}
	live = outlook.live ? MEMORY_LIVE : 0;
	if ((memory->flags & MEMORY_LIVE) != live) {
		memory->flags ^= MEMORY_LIVE;
		wake_others(machine, index);
	}
}

static void look_at_starting(struct machine *machine, uint32_t index, const struct node *node)
{
	uint32_t i;

	for (i = 0; i < node->edge_count; i++) {
		struct edge edge;

		blob_edge(machine->blob, node->first_edge + i, &edge);
		machine->steps++;
		if (edge.kind == EDGE_HOLD && is_live(machine, edge.from))
			return;
	}
	change_state(machine, index, STATE_READY);
	mark(machine, index);
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

	if (node->kind == NODE_REACTION || machine->state->verdict != VERDICT_NONE ||
	    exclusive_is_taken(machine, node))
		return; /* a reaction stays ready: it runs per event */
	if (memory->time != NEVER && memory->time > machine->state->now)
		return; /* its next attempt is not due yet */
	memory->attempts++;
	if (node->kind == NODE_TASK)
		change_state(machine, index, STATE_RUNNING);
	run_action(machine, index, node->action);
}

static void look_at_daemon(struct machine *machine, uint32_t index, const struct node *node)
{
	struct node_memory *memory = memory_of(machine, index);

	if (node->stop == NONE || !is_daemon_at_rest(machine, index) ||
	    guard_evaluate(machine, node->stop, NULL) != ANSWER_YES)
		return;
	memory->flags |= MEMORY_STOPPING;
	arm_limit(machine, index);
	machine->port->stop(machine->context, index, memory->serial);
	wake_others(machine, index);
}

/* A task that an event has made pointless: what it has begun is ended, and nobody minds. */
static bool is_withdrawn(struct machine *machine, uint32_t index, const struct node *node)
{
	struct node_memory *memory = memory_of(machine, index);
	uint32_t i, cause = index;
	struct edge edge;

	if (node->stop == NONE || node->flags & NODE_DAEMON || has_ended(machine, index) ||
	    guard_evaluate(machine, node->stop, NULL) != ANSWER_YES)
		return false;
	for (i = 0; i < node->edge_count; i++) {
		blob_edge(machine->blob, node->first_edge + i, &edge);
		machine->steps++;
		if (edge.kind == EDGE_STOP && has_ended(machine, edge.from))
			cause = edge.from;
	}
	if (memory->state == STATE_RUNNING)
		machine->port->stop(machine->context, index, memory->serial);
	end_node(machine, index, STATE_SKIPPED, cause);
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
		live |= is_live(machine, edge.from);
	}
	if (providers > 0 && lost == providers) {
		end_node(machine, index, STATE_FAILED, culprit);
	} else if (live != !!(memory->flags & MEMORY_LIVE)) {
		memory->flags ^= MEMORY_LIVE;
		wake_others(machine, index);
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

static void settle(struct machine *machine)
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

/* As if nothing had been tried with it yet. */
static void forget(struct machine *machine, uint32_t index)
{
	struct node_memory *memory = memory_of(machine, index);
	struct node node;

	blob_node(machine->blob, index, &node);
	memory->flags &= (uint8_t) ~(MEMORY_LOOKED | MEMORY_STARTED | MEMORY_LIVE |
				     MEMORY_STOPPING | MEMORY_GONE);
	memory->attempts = 0;
	memory->cause = (uint16_t)index;
	memory->status = 0;
	memory->time = node.kind == NODE_DEVICE ? fresh_budget(machine, node.limit) : NEVER;
	if (node.kind == NODE_DEVICE)
		memory->pc = QUIET_TIME;
	if (memory->state != STATE_PENDING)
		change_state(machine, index, STATE_PENDING);
}

/* --- devices -------------------------------------------------------------- */

/* An event does nothing with a device: what counts is whether those that wait for it began. */
static bool is_mere_event(const struct machine *machine, uint32_t index)
{
	struct node node;

	blob_node(machine->blob, index, &node);
	return node.kind == NODE_EVENT;
}

/* Whether anybody began to work with a device, or with an event, that it had waited for. */
static bool was_used(const struct machine *machine, const struct node *node)
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

/* Takes the fact back, and those that were about to use it; those that it made pointless are not
 * any more. */
static void lose_device(struct machine *machine, uint32_t index, const struct node *node)
{
	uint32_t i;

	memory_of(machine, index)->device = 0;
	for (i = 0; i < node->wake_count; i++) {
		uint32_t other = blob_word(machine->blob, SECTION_wakes, node->first_wake + i);

		if (is_active(machine, other)) {
			change_state(machine, other, STATE_PENDING);
			mark(machine, other);
		} else if ((memory_of(machine, other)->state == STATE_SKIPPED &&
			    memory_of(machine, other)->cause == index) ||
			   (memory_of(machine, other)->state == STATE_DONE &&
			    is_mere_event(machine, other))) {
			forget(machine, other);
			mark(machine, other);
		}
	}
	/* Its budget is what was left of it: a device that comes and goes buys no time. */
	change_state(machine, index, STATE_PENDING);
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
		if (!was_used(machine, node))
			lose_device(machine, index, node);
	} else if (!removed && is_open(machine, index) &&
		   guard_evaluate(machine, node->match, event) == ANSWER_YES) {
		memory->device = number;
		memory->status = 0;
		change_state(machine, index, STATE_DONE);
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
		arm_limit(machine, index);
		wake_others(machine, index);
	} else {
		memory->pc++;
	}
	start_effect(machine, index, node->action, event);
}

static void device_event(struct machine *machine, const struct event *event)
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

/* --- time ----------------------------------------------------------------- */

/* The time since the last event is charged to the clocks that ran meanwhile. */
static void charge(struct machine *machine, uint32_t now)
{
	uint32_t elapsed = now > machine->state->now ? now - machine->state->now : 0, i;
	struct node node;

	for (i = 0; elapsed > 0 && i < machine->node_count; i++) {
		struct node_memory *memory = memory_of(machine, i);

		blob_node(machine->blob, i, &node);
		machine->steps++;
		if (!is_awaited(machine, i, &node) || !clock_runs(machine, &node))
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
		turn_generation(machine, index);
	} else if (is_stopping(memory)) {
		daemon_finished(machine, index); /* nobody waits for it any longer */
	} else {
		machine->port->stop(machine->context, index, memory->serial);
		fail_attempt(machine, index, STATUS_TIMED_OUT);
	}
}

static bool has_effect(const struct node *node, const struct node_memory *memory)
{
	if (node->kind == NODE_REACTION)
		return memory->pc > 0 || memory->device > 0;
	return node->kind == NODE_TASK && (memory->state == STATE_RUNNING || is_stopping(memory));
}

/* When something about a node is due: its effect's limit, its next attempt, the end of its wait. */
static uint32_t due_time(const struct machine *machine, uint32_t index, const struct node *node)
{
	const struct node_memory *memory = memory_of(machine, index);
	uint32_t left = NEVER;

	if (has_effect(node, memory) || (node->kind == NODE_TASK && memory->state == STATE_READY))
		return memory->flags & MEMORY_HELD ? NEVER : memory->time;
	if (!is_awaited(machine, index, node) || !clock_runs(machine, node))
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
	} else if (node->kind == NODE_DEVICE) {
		uint32_t left = memory->time;

		memory->status = left == 0 ? STATUS_TIMED_OUT : STATUS_QUIET;
		end_node(machine, index, STATE_FAILED, index);
		memory->time = left; /* should it come after all, and be lost again */
	} else {
		memory->time = NEVER;
		mark(machine, index);
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
static bool expire(struct machine *machine)
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

/* --- holds ---------------------------------------------------------------- */

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

static void hold(struct machine *machine, const struct event *event)
{
	bool begins = event->status != 0;

	if (event->node < machine->node_count)
		hold_effect(machine, event->node, begins);
	else if (event->node == NONE && begins)
		machine->state->holds += machine->state->holds < UINT16_MAX;
	else if (event->node == NONE)
		machine->state->holds -= machine->state->holds > 0;
}

/* --- events --------------------------------------------------------------- */

/* Nothing is at work, and nothing is waited for that could still come. */
static bool is_stalled(const struct machine *machine)
{
	struct node node;
	uint32_t i;

	for (i = 0; i < machine->node_count; i++) {
		blob_node(machine->blob, i, &node);
		if (is_active(machine, i) || is_awaited(machine, i, &node))
			return false;
	}
	return true;
}

static void conclude(struct machine *machine)
{
	uint32_t goal = machine->blob->header.goal;

	if (machine->state->verdict != VERDICT_NONE)
		return;
	if (memory_of(machine, goal)->state == STATE_DONE)
		set_verdict(machine, VERDICT_HANDOFF);
	else if (has_ended(machine, goal) || is_stalled(machine))
		set_verdict(machine, VERDICT_RESCUE);
}

/* After the rescue shell: what failed, and what was skipped for another's sake, gets a new chance.
 */
static void look_again(struct machine *machine)
{
	uint32_t i;

	if (machine->state->verdict != VERDICT_RESCUE)
		return;
	set_verdict(machine, VERDICT_NONE);
	for (i = 0; i < machine->node_count; i++) {
		const struct node_memory *memory = memory_of(machine, i);

		if (memory->state == STATE_PENDING || memory->state == STATE_FAILED ||
		    (memory->state == STATE_SKIPPED && memory->cause != i))
			forget(machine, i);
	}
	mark_all(machine);
	machine->port->rescan(machine->context);
}

void machine_init(struct machine *machine, const struct blob *blob, const struct boot *boot,
		  const struct port *port, void *context, void *state)
{
	uint32_t i;

	*machine = (struct machine){.blob = blob,
				    .boot = boot,
				    .port = port,
				    .context = context,
				    .state = state,
				    .node_count = blob->section[SECTION_nodes].count,
				    .first_dirty = NONE};
	memset(state, 0, blob->header.state_size);
	for (i = 0; i < machine->node_count; i++) {
		struct node_memory *memory = memory_of(machine, i);
		struct node node;

		blob_node(blob, i, &node);
		memory->cause = (uint16_t)i;
		memory->time = node.kind == NODE_DEVICE ? fresh_budget(machine, node.limit) : NEVER;
		if (node.kind == NODE_DEVICE)
			memory->pc = QUIET_TIME;
	}
}

void machine_event(struct machine *machine, const struct event *event, uint32_t now)
{
	uint32_t due;

	machine->steps = 0;
	machine->first_dirty = machine->node_count;
	if (machine->state->verdict == VERDICT_HANDOFF)
		return;
	charge(machine, now);
	switch (event->kind) {
	case EVENT_START:
		mark_all(machine);
		break;
	case EVENT_DEVICE:
		device_event(machine, event);
		break;
	case EVENT_FINISHED:
		effect_finished(machine, event);
		break;
	case EVENT_AGAIN:
		look_again(machine);
		break;
	case EVENT_HOLD:
		hold(machine, event);
		break;
	default:
		break; /* a tick only lets time pass */
	}
	settle(machine);
	/* What is still due after so many is due at the next tick, which is now. */
	for (due = 0; due < machine->node_count && expire(machine); due++)
		settle(machine);
	conclude(machine);
}
