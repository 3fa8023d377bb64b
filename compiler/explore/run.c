#include "run.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "../../runtime/core/sets.h"

static const struct {
	const char *name, *text;
} property_table[] = {
#define PROPERTY(id, name, text) {name, text},
#include "properties.def"
#undef PROPERTY
};

const char *property_name(enum property_id id)
{
	return property_table[id].name;
}

const char *property_text(enum property_id id)
{
	return property_table[id].text;
}

static struct explore_state *world_of(const struct runner *r)
{
	return state_world(r->world, r->block);
}

/* --- events --------------------------------------------------------------- */

static void tell_device(struct runner *r, uint32_t device, const struct properties *properties);

static void tell_present_devices(struct runner *r)
{
	for (uint32_t i = 0; i < r->world->device_count; i++)
		if (world_of(r)->present >> i & 1)
			tell_device(r, i, &r->world->device[i].add);
}

static void tell(struct runner *r, const struct event *event)
{
	struct machine_state *state = r->machine.state;

	machine_event(&r->machine, event, state->now);
	r->events++;
	if (r->machine.steps > machine_step_limit(r->world->blob))
		runner_violate(r, PROPERTY_STEPS, r->world->blob->header.goal, NONE);
}

static void tell_device(struct runner *r, uint32_t device, const struct properties *properties)
{
	uint32_t outer = r->telling;

	r->telling = device;
	world_of(r)->quiet = 0;
	tell(r, &(struct event){.kind = EVENT_DEVICE,
				.properties = properties->bytes,
				.length = properties->length});
	r->telling = outer;
}

/* What sets have become. */
static void tell_sets(struct runner *r)
{
	struct explore_state *state = world_of(r);
	const struct level_change *change = levels_change(&r->levels, state->known, state->told);

	state->told = change->told_then;
	for (size_t i = 0; i < change->count; i++)
		tell_device(r, NO_DEVICE, &change->event[i]);
}

/* What the machine asked for meanwhile is told right after the event. */
static void tell_again(struct runner *r)
{
	for (unsigned i = 0; r->rescan && i < r->world->node_count + 2; i++) {
		r->rescan = false;
		tell_present_devices(r);
	}
	r->rescan = false;
}

/* --- devices -------------------------------------------------------------- */

static void arrive(struct runner *r, uint32_t device, const struct properties *event)
{
	struct explore_state *state = world_of(r);

	state->present |= (uint64_t)1 << device;
	state->came |= (uint64_t)1 << device;
	if (state->listening)
		tell_device(r, device, event);
}

static void leave(struct runner *r, uint32_t device, const struct properties *event)
{
	struct explore_state *state = world_of(r);

	state->present &= ~((uint64_t)1 << device);
	state->known &= ~((uint64_t)1 << device);
	if (state->listening)
		tell_device(r, device, event);
	tell_sets(r);
}

static void tell_probed(struct runner *r, uint32_t device)
{
	const struct explore_device *known = &r->world->device[device];

	if (!known->probes || !(world_of(r)->present >> device & 1))
		return;
	tell_device(r, device, &known->probed);
	if (known->member_count > 0)
		world_of(r)->known |= (uint64_t)1 << device;
	tell_sets(r);
}

/* --- the ends of effects -------------------------------------------------- */

static void follow(struct runner *r, uint32_t node)
{
	const struct explore_node *after = &r->world->node[node];

	for (size_t i = 0; i < after->consequences.count; i++) {
		const struct explore_consequence *c = &after->consequences.item[i];
		bool present = world_of(r)->present >> c->device & 1;

		if (c->kind == HAPPENING_ADD && !present)
			arrive(r, c->device, &c->told);
		else if (c->kind == HAPPENING_REMOVE && present)
			leave(r, c->device, &c->told);
		else if (c->kind == HAPPENING_CHANGE && present)
			tell_device(r, c->device, &c->told);
	}
}

static void drop_child(struct explore_state *state, struct explore_child *child)
{
	*child = state->child[--state->child_count];
}

struct explore_child *runner_child(const struct runner *r, void *block, struct move move)
{
	struct explore_state *state = state_world(r->world, block);

	for (unsigned i = 0; i < state->child_count; i++)
		if (state->child[i].node == move.node && state->child[i].device == move.device &&
		    !(state->child[i].flags & CHILD_HANGS))
			return &state->child[i];
	return NULL;
}

static int32_t status_of(const struct explore_child *child)
{
	if (child->flags & CHILD_ENDING)
		return STATUS_SIGNAL + SIGTERM;
	if (child->flags & CHILD_ABSENT)
		return -ENXIO;
	return child->flags & CHILD_FAILS ? 1 : 0;
}

/* The opcode of the effect that a node has running. */
static enum opcode running_opcode(const struct runner *r, uint32_t node)
{
	const struct node *n = &r->world->node[node].node;
	uint32_t pc = n->kind == NODE_REACTION ? n->action : r->machine.state->node[node].pc;

	return (enum opcode)blob_word(r->world->blob, SECTION_code, pc);
}

static void log_end(struct run_log *log, struct move move)
{
	for (size_t i = 0; i < log->entries.count; i++) {
		struct log_entry *entry = &log->entries.item[i];

		if (entry->node != move.node || entry->device != move.device ||
		    entry->ended != NEVER || entry->flags & CHILD_HANGS)
			continue;
		entry->ended = log->now;
		return;
	}
}

static void finish(struct runner *r, struct move move)
{
	struct explore_state *state = world_of(r);
	struct explore_child *found = runner_child(r, r->block, move), child = *found;
	struct node_memory *memory = &r->machine.state->node[move.node];
	uint16_t serial = memory->serial;
	enum opcode op = running_opcode(r, move.node);
	int32_t status = status_of(&child);
	bool ends = child.flags & CHILD_ENDING;

	if (r->log != NULL)
		log_end(r->log, move);
	if (memory->flags & MEMORY_HELD)
		tell(r, &(struct event){.kind = EVENT_HOLD, .node = move.node});
	if (op == OP_DAEMON && status == 0)
		found->flags |= CHILD_STAYS;
	else
		drop_child(state, found);
	if (status == 0 && op == OP_OPEN_UEVENTS)
		state->listening = 1;
	if (status == 0 && op == OP_COLDPLUG)
		tell_present_devices(r);
	if (status == 0 && op == OP_PROBE && child.device != NO_DEVICE)
		tell_probed(r, child.device);
	if (status == 0 && !ends)
		follow(r, move.node);
	tell(r, &(struct event){.kind = EVENT_FINISHED,
				.node = move.node,
				.serial = serial,
				.status = status});
}

/* --- the port ------------------------------------------------------------- */

/* Whether a device with this number is there; its index. */
static bool is_present(const struct runner *r, uint32_t number)
{
	for (uint32_t i = 0; i < r->world->device_count; i++)
		if (r->world->device[i].number == number)
			return world_of(r)->present >> i & 1;
	return false;
}

/* A question's answer, where it has one beforehand. */
static uint8_t question_flags(const struct effect *effect)
{
	if (strcmp(effect->text[2], "no") == 0)
		return CHILD_FAILS;
	return strcmp(effect->text[2], "yes") == 0 ? 0 : CHILD_PROMPT;
}

/* How an effect will end: as the scenario has it, else well. */
static uint8_t choose_flags(const struct runner *r, const struct effect *effect, uint32_t device)
{
	uint8_t flags = 0;

	if (scenario_find(r->scenario, FAULT_HANGS, effect->node, device) != NULL)
		return CHILD_HANGS;
	if (effect->op == OP_UNLOCK)
		flags = CHILD_PROMPT;
	if (effect->op == OP_ASK)
		flags = question_flags(effect);
	if (effect->op == OP_FAIL ||
	    scenario_find(r->scenario, FAULT_FAILS, effect->node, device) != NULL ||
	    (scenario_find(r->scenario, FAULT_ONCE, effect->node, device) != NULL &&
	     state_begun(r->world, r->block)[effect->node] == 1))
		return flags | CHILD_FAILS;
	if (effect->device_node != NONE && effect->device_number >> 20 < SETS_MAJOR_ENOUGH &&
	    !is_present(r, effect->device_number))
		flags |= CHILD_ABSENT;
	return flags;
}

static void port_start(void *context, const struct effect *effect)
{
	struct runner *r = context;
	struct explore_state *state = world_of(r);
	const struct node *node = &r->world->node[effect->node].node;
	uint32_t device = effect->event != NULL ? r->telling : NO_DEVICE;
	uint8_t *begun = &state_begun(r->world, r->block)[effect->node];
	bool first =
		node->kind == NODE_TASK && r->machine.state->node[effect->node].pc == node->action;

	if (first && *begun < UINT8_MAX)
		++*begun;
	runner_check_effect(r, effect, first);
	if (state->child_count == EXPLORE_CHILDREN_MAX) {
		r->full = true;
		return;
	}
	state->child[state->child_count] =
		(struct explore_child){.node = (uint16_t)effect->node,
				       .device = (uint8_t)device,
				       .flags = choose_flags(r, effect, device)};
	if (r->log != NULL)
		vec_push(r->log->arena, &r->log->entries,
			 (struct log_entry){effect->node, device,
					    state->child[state->child_count].flags, r->log->now,
					    NEVER});
	state->child_count++;
}

/* An effect is ended; a daemon is told to end, and does a moment later. */
static void port_stop(void *context, uint32_t node, uint32_t serial)
{
	struct runner *r = context;
	struct explore_state *state = world_of(r);

	(void)serial; /* a reaction's effects are all of one generation (explore_state_normalise) */
	for (unsigned i = 0; i < state->child_count;)
		if (state->child[i].node != node)
			i++;
		else if (state->child[i].flags & CHILD_STAYS)
			state->child[i++].flags |= CHILD_ENDING;
		else
			drop_child(state, &state->child[i]);
}

static void port_rescan(void *context)
{
	((struct runner *)context)->rescan = true;
}

static bool port_has_file(void *context, const char *path)
{
	const struct script *script = ((struct runner *)context)->world->script;

	for (size_t i = 0; i < script->files.count; i++)
		if (strcmp(script->files.item[i], path) == 0)
			return true;
	return false;
}

/* Each time that an event comes again (NODE_AGAIN) is the first one to those that start on it. */
static void port_note(void *context, uint32_t node, enum node_state state)
{
	const struct runner *r = context;
	const struct explore_node *known = &r->world->node[node];

	for (uint32_t i = 0; state == STATE_PENDING && i < known->node.edge_count; i++)
		if (known->edge[i].kind == EDGE_START &&
		    r->world->node[known->edge[i].from].node.flags & NODE_AGAIN)
			state_begun(r->world, r->block)[node] = 0;
}

static void port_conclude(void *context, enum verdict verdict)
{
	(void)context;
	(void)verdict;
}

static const struct port explore_port = {
	.start = port_start,
	.stop = port_stop,
	.rescan = port_rescan,
	.has_file = port_has_file,
	.note = port_note,
	.conclude = port_conclude,
};

/* --- moves ---------------------------------------------------------------- */

void runner_init(struct runner *r, struct arena *arena, const struct explore_world *world)
{
	*r = (struct runner){.world = world,
			     .levels = {.world = world},
			     .size = explore_state_size(world),
			     .telling = NO_DEVICE};
	r->before = arena_alloc(arena, r->size);
	r->bits = arena_alloc(arena, (world->node_count + 63) / 64 * sizeof *r->bits);
	r->can = arena_alloc(arena, world->node_count);
	runner_find_needs(r, arena);
	runner_find_upstream(r, arena);
}

/* Whoever asks for a passphrase has the limit of its effect stand still. */
static void hold_prompts(struct runner *r)
{
	struct explore_state *state = world_of(r);

	for (unsigned i = 0; i < state->child_count; i++) {
		uint32_t node = state->child[i].node;

		if (state->child[i].flags & CHILD_PROMPT && running_opcode(r, node) == OP_UNLOCK &&
		    !(r->machine.state->node[node].flags & MEMORY_HELD))
			tell(r, &(struct event){.kind = EVENT_HOLD, .node = node, .status = 1});
	}
}

static void settle(struct runner *r, struct move move)
{
	tell_again(r);
	hold_prompts(r);
	runner_check_state(r, move);
	explore_state_normalise(r->world, r->block);
}

void runner_begin(struct runner *r, void *block)
{
	struct explore_state *state;

	memset(block, 0, r->size);
	r->block = block;
	r->violation.property = PROPERTY_COUNT;
	machine_init(&r->machine, r->world->blob, r->world->boot, &explore_port, r, block);
	state = world_of(r);
	state->listening = r->world->listens;
	memcpy(r->before, block, r->size);
	tell(r, &(struct event){.kind = EVENT_START});
	settle(r, (struct move){.kind = MOVE_BEGIN, .device = NO_DEVICE, .node = NONE});
}

static void pass_time(struct runner *r)
{
	struct explore_state *state = world_of(r);
	uint32_t elapsed = machine_deadline(&r->machine) - r->machine.state->now;

	state->quiet = elapsed < QUIET_TIME - state->quiet ? state->quiet + elapsed : QUIET_TIME;
	machine_event(&r->machine, &(struct event){.kind = EVENT_TICK},
		      r->machine.state->now + elapsed);
	r->events++;
}

void runner_move(struct runner *r, void *block, struct move move)
{
	r->block = block;
	r->machine.state = state_machine(block);
	r->violation.property = PROPERTY_COUNT;
	memcpy(r->before, block, r->size);
	switch (move.kind) {
	case MOVE_ARRIVE:
		arrive(r, move.device, &r->world->device[move.device].add);
		break;
	case MOVE_LEAVE:
		world_of(r)->left = 1;
		leave(r, move.device, &r->world->device[move.device].remove);
		break;
	case MOVE_FINISH:
		finish(r, move);
		break;
	default:
		pass_time(r);
	}
	settle(r, move);
}

static bool is_missing(const struct runner *r, uint32_t device)
{
	return scenario_find(r->scenario, FAULT_MISSING, NONE, device) != NULL;
}

/* Devices that may come and leave; whether there are any that are still to come. */
static unsigned device_moves(struct runner *r, struct move *moves, bool *ret_pending)
{
	const struct explore_state *state = world_of(r);
	unsigned count = 0;

	for (uint32_t i = 0; i < r->world->device_count; i++) {
		bool present = state->present >> i & 1, came = state->came >> i & 1;
		const struct move move = {MOVE_ARRIVE, (uint8_t)i, NONE};

		if (!r->world->device[i].outside || is_missing(r, i))
			continue;
		if (!present) {
			moves[count++] = move;
			*ret_pending |= !came;
		} else if (!state->left &&
			   scenario_find(r->scenario, FAULT_REMOVED, NONE, i) != NULL) {
			moves[count++] = (struct move){MOVE_LEAVE, (uint8_t)i, NONE};
		}
	}
	return count;
}

/* What may end; whether anything does without being asked, and when the first of them has to. */
static unsigned finish_moves(struct runner *r, struct move *moves, bool *ret_pending,
			     uint32_t *ret_limit)
{
	struct explore_state *state = world_of(r);
	unsigned count = 0;

	for (unsigned i = 0; i < state->child_count; i++) {
		struct explore_child *child = &state->child[i];
		const struct node_memory *memory = &r->machine.state->node[child->node];
		struct move move = {MOVE_FINISH, child->device, child->node};

		if (child->flags & CHILD_STAYS && !(child->flags & CHILD_ENDING) &&
		    scenario_find(r->scenario, FAULT_ENDS, child->node, NO_DEVICE) != NULL)
			child->flags |= CHILD_ENDING;
		if (child->flags & CHILD_HANGS ||
		    (child->flags & CHILD_STAYS && !(child->flags & CHILD_ENDING)))
			continue;
		if (count > 0 && memcmp(&moves[count - 1], &move, sizeof move) == 0)
			continue; /* one like it */
		moves[count++] = move;
		if (child->flags & CHILD_PROMPT)
			continue;
		*ret_pending = true;
		if (memory->time < *ret_limit && !(memory->flags & MEMORY_HELD))
			*ret_limit = memory->time;
	}
	return count;
}

unsigned runner_moves(struct runner *r, void *block, struct move moves[MOVES_MAX])
{
	bool pending = false;
	uint32_t limit = NEVER, deadline;
	unsigned count;

	r->block = block;
	r->machine.state = state_machine(block);
	if (r->machine.state->verdict != VERDICT_NONE)
		return 0;
	count = device_moves(r, moves, &pending);
	count += finish_moves(r, moves + count, &pending, &limit);
	deadline = machine_deadline(&r->machine);
	if (deadline != NEVER &&
	    (!pending ||
	     (scenario_find(r->scenario, FAULT_LATE, NONE, NO_DEVICE) != NULL && deadline < limit)))
		moves[count++] = (struct move){MOVE_TIME, NO_DEVICE, NONE};
	return count;
}
