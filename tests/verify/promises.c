#include "promises.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTHING_RUNS 0xffffffffu

void demand(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "the machine broke its promise: %s\n", what);
	abort();
}

static const struct node_memory *memory_of(const struct promises *p, uint32_t node)
{
	return &p->machine->state->node[node];
}

/* --- states ---------------------------------------------------------------------------------- */

#define FROM(state) (1u << STATE_##state)

/* From where a state may be reached; what failed or was skipped is taken up again after the rescue
 * shell, and what hung on a device that was lost, too. */
static const unsigned task_from[STATE_COUNT] = {
	[STATE_PENDING] = FROM(STARTING) | FROM(READY) | FROM(FAILED) | FROM(SKIPPED),
	[STATE_STARTING] = FROM(PENDING),
	[STATE_READY] = FROM(STARTING) | FROM(RUNNING),
	[STATE_RUNNING] = FROM(READY),
	[STATE_DONE] = FROM(RUNNING),
	[STATE_FAILED] = FROM(PENDING) | FROM(RUNNING),
	[STATE_SKIPPED] = FROM(PENDING) | FROM(STARTING) | FROM(READY) | FROM(RUNNING),
};
static const unsigned event_from[STATE_COUNT] = {
	[STATE_PENDING] = FROM(STARTING) | FROM(READY) | FROM(DONE) | FROM(FAILED) | FROM(SKIPPED),
	[STATE_STARTING] = FROM(PENDING),
	[STATE_READY] = FROM(STARTING),
	[STATE_DONE] = FROM(READY),
	[STATE_FAILED] = FROM(PENDING),
	[STATE_SKIPPED] = FROM(PENDING) | FROM(STARTING) | FROM(READY),
};
static const unsigned device_from[STATE_COUNT] = {
	[STATE_PENDING] = FROM(DONE) | FROM(FAILED),
	[STATE_DONE] = FROM(PENDING) | FROM(FAILED),
	[STATE_FAILED] = FROM(PENDING) | FROM(FAILED), /* given up for quiet, then for good */
};
/* A reaction is ready for ever: it runs for every event. */
static const unsigned reaction_from[STATE_COUNT] = {
	[STATE_PENDING] = FROM(STARTING) | FROM(READY) | FROM(FAILED) | FROM(SKIPPED),
	[STATE_STARTING] = FROM(PENDING),
	[STATE_READY] = FROM(STARTING),
	[STATE_FAILED] = FROM(PENDING),
	[STATE_SKIPPED] = FROM(PENDING) | FROM(STARTING) | FROM(READY),
};
static const unsigned *const legal_from[NODE_KIND_COUNT] = {
	[NODE_TASK] = task_from,
	[NODE_EVENT] = event_from,
	[NODE_REACTION] = reaction_from,
	[NODE_DEVICE] = device_from,
};

/* What starts on an event that comes again and again (NODE_AGAIN) is taken up again; the event
 * itself is over some time. */
static bool is_repeated(const struct promises *p, const struct node *node, enum node_state state)
{
	struct edge edge;

	if (node->flags & NODE_AGAIN)
		return state == STATE_SKIPPED;
	for (uint32_t i = 0; state == STATE_PENDING && i < node->edge_count; i++) {
		blob_edge(p->machine->blob, node->first_edge + i, &edge);
		if (edge.kind == EDGE_START && p->node[edge.from].record.flags & NODE_AGAIN)
			return true;
	}
	return false;
}

/* Nothing starts before what it requires. */
static void check_required(const struct promises *p, const struct node *node)
{
	struct edge edge;

	for (uint32_t i = 0; i < node->edge_count; i++) {
		blob_edge(p->machine->blob, node->first_edge + i, &edge);
		demand(edge.kind != EDGE_REQUIRES || p->node[edge.from].state == STATE_DONE,
		       "a unit starts before what it requires");
	}
}

/* A new attempt: not after the verdict, not one too many, nor beside one who needs the same. */
static void check_attempt(const struct promises *p, uint32_t index, const struct node *node)
{
	demand(p->machine->state->verdict == VERDICT_NONE, "an attempt after the verdict");
	demand(memory_of(p, index)->attempts <= (node->attempts > 0 ? node->attempts : 1),
	       "more attempts than declared");
	for (uint32_t i = 0; node->exclusive != 0 && i < p->machine->node_count; i++) {
		demand(i == index || p->node[i].state != STATE_RUNNING ||
			       p->node[i].record.exclusive != node->exclusive,
		       "two that need the same for themselves alone");
	}
}

void promises_note(struct promises *p, uint32_t index, enum node_state state)
{
	struct promised_node *known = &p->node[index];
	const struct node *node = &known->record;

	demand(state < STATE_COUNT, "a state that is none");
	demand(!p->handed_over, "it goes on after the handoff");
	demand((enum node_state)memory_of(p, index)->state == state, "it tells another state");
	demand(legal_from[node->kind][state] & 1u << known->state || is_repeated(p, node, state),
	       "a state from nowhere");
	demand(state != STATE_PENDING || known->state != STATE_FAILED || p->kind == EVENT_AGAIN ||
		       is_repeated(p, node, state),
	       "a failure that is forgotten before anybody has seen it");
	if (state == STATE_STARTING)
		check_required(p, node);
	known->state = state;
	known->news |= state == STATE_DONE && !known->ever;
	known->ever |= state == STATE_DONE;
	if (state == STATE_RUNNING)
		check_attempt(p, index, node);
	else if (node->kind == NODE_TASK && state != STATE_DONE)
		demand(known->running == NOTHING_RUNS, "an effect that nobody waits for any more");
}

/* --- effects --------------------------------------------------------------------------------- */

void promises_start(struct promises *p, const struct effect *effect)
{
	struct promised_node *known = &p->node[effect->node];

	demand(effect->op < OP_COUNT && opcode_describe(effect->op)->class == CLASS_EFFECT,
	       "it starts what is no effect");
	demand((uint16_t)effect->serial == (uint16_t)(known->serial + 1), "a serial out of turn");
	known->serial = effect->serial;
	if (known->record.kind == NODE_REACTION) {
		demand(effect->event != NULL, "a reaction to nothing");
		return;
	}
	demand(known->record.kind == NODE_TASK && known->state == STATE_RUNNING,
	       "an effect of what does not run");
	demand(known->running == NOTHING_RUNS, "two effects of one unit at a time");
	known->running = (uint16_t)effect->serial;
}

void promises_stop(struct promises *p, uint32_t index, uint32_t serial)
{
	struct promised_node *known = &p->node[index];

	if (known->running == (uint16_t)serial)
		known->running = NOTHING_RUNS;
}

void promises_conclude(struct promises *p, enum verdict verdict)
{
	uint32_t goal = p->machine->blob->header.goal;

	demand(verdict < VERDICT_COUNT, "a verdict that is none");
	demand(verdict != VERDICT_HANDOFF || p->node[goal].state == STATE_DONE,
	       "a handoff before its time");
	demand(!p->handed_over, "a verdict after the handoff");
	p->handed_over = verdict == VERDICT_HANDOFF;
}

/* --- the clock ------------------------------------------------------------------------------- */

static bool is_at_work(const struct promises *p, uint32_t index)
{
	const struct node_memory *memory = memory_of(p, index);

	if (memory->flags & MEMORY_LIVE)
		return true; /* what it waits for is at work */
	if (p->node[index].record.flags & NODE_AGAIN)
		return false; /* it waits for others to rest */
	if (p->node[index].record.kind == NODE_REACTION)
		return memory->pc > 0 || memory->device > 0;
	if (memory->flags & MEMORY_STOPPING && !(memory->flags & MEMORY_GONE))
		return true;
	return memory->state == STATE_STARTING || memory->state == STATE_READY ||
	       memory->state == STATE_RUNNING;
}

/* Whether a wait's time runs: nobody holds it, and nothing that might end it is at work. */
static bool is_charged(const struct promises *p, const struct node *node)
{
	if (p->machine->state->holds > 0)
		return false;
	for (uint32_t i = 0; i < node->path_count; i++)
		if (is_at_work(p, blob_word(p->machine->blob, SECTION_paths, node->first_path + i)))
			return false;
	return true;
}

static bool is_waited_for(const struct promises *p, uint32_t index, const struct node *node)
{
	if (node->kind != NODE_DEVICE || memory_of(p, index)->state != STATE_PENDING)
		return false;
	for (uint32_t i = 0; i < node->wake_count; i++) {
		uint32_t who = blob_word(p->machine->blob, SECTION_wakes, node->first_wake + i);

		if (p->node[who].record.kind != NODE_DEVICE &&
		    memory_of(p, who)->state < STATE_DONE)
			return true;
	}
	return false;
}

/* Whether something on its path came true for the first time. */
static bool has_news(const struct promises *p, uint32_t index)
{
	const struct node *node = &p->node[index].record;

	for (uint32_t i = 0; i < node->path_count; i++)
		if (p->node[blob_word(p->machine->blob, SECTION_paths, node->first_path + i)].news)
			return true;
	return false;
}

/* Of a wait that goes on: time that counts is taken from it, no other, and only news give it more.
 */
static void check_budget(const struct promises *p, uint32_t index, uint32_t elapsed)
{
	const struct promised_node *known = &p->node[index];
	uint32_t left = memory_of(p, index)->time, due = known->budget;

	if (!known->waited || memory_of(p, index)->state != STATE_PENDING)
		return;
	if (due != NO_LIMIT && known->charged)
		due -= elapsed < due ? elapsed : due;
	demand(left == due || (has_news(p, index) && left > due),
	       "a wait is charged what it should not be");
}

/* --- events ---------------------------------------------------------------------------------- */

void promises_begin(struct promises *p, const struct machine *machine, struct promised_node *node)
{
	*p = (struct promises){.machine = machine, .node = node};
	for (uint32_t i = 0; i < machine->node_count; i++) {
		node[i] = (struct promised_node){.serial = machine->state->node[i].serial,
						 .running = NOTHING_RUNS};
		blob_node(machine->blob, i, &node[i].record);
	}
}

void promises_before(struct promises *p, const struct event *event, uint32_t now)
{
	p->kind = event->kind;
	p->before = p->machine->state->now;
	demand(now >= p->before, "the test tells of the past");
	for (uint32_t i = 0; i < p->machine->node_count; i++) {
		struct promised_node *known = &p->node[i];

		known->news = false;
		known->budget = memory_of(p, i)->time;
		known->waited = is_waited_for(p, i, &known->record);
		known->charged = known->waited && is_charged(p, &known->record);
	}
	if (event->kind == EVENT_FINISHED && event->node < p->machine->node_count &&
	    p->node[event->node].running == (uint16_t)event->serial)
		p->node[event->node].running = NOTHING_RUNS;
}

void promises_after(struct promises *p, const struct event *event)
{
	const struct machine *machine = p->machine;
	uint32_t elapsed = machine->state->now - p->before;

	demand(machine->steps <= machine_step_limit(machine->blob), "more steps than its limit");
	demand(machine->state->verdict < VERDICT_COUNT, "a verdict that is none");
	demand(p->handed_over == (machine->state->verdict == VERDICT_HANDOFF), "an untold verdict");
	for (uint32_t i = 0; i < machine->node_count; i++) {
		demand(memory_of(p, i)->state == p->node[i].state, "an untold state");
		demand(!(memory_of(p, i)->flags & MEMORY_DIRTY) || p->handed_over,
		       "a node that is not looked at");
	}
	if (event->kind == EVENT_AGAIN || event->kind == EVENT_PARAMETERS)
		return; /* those begin waits anew */
	for (uint32_t i = 0; i < machine->node_count; i++)
		check_budget(p, i, elapsed);
}
