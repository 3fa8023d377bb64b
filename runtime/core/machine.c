#include "machine_parts.h"
#include "device_ref.h"
#include "mem.h"

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

/* A machine that is only asked what its blob says has no state yet. */
static uint32_t table_in_force(const struct machine *machine)
{
	return machine->state != NULL ? machine->state->parameters : 0;
}

const char *machine_parameter(const struct machine *machine, enum parameter_id id)
{
	return boot_parameter(machine->boot, table_in_force(machine), id);
}

const char *machine_value_in(const struct machine *machine, uint32_t value, uint32_t table)
{
	struct value v;
	const char *text = "";

	if (value == NONE)
		return "";
	blob_value(machine->blob, value, &v);
	if (v.parameter != NONE)
		text = boot_parameter(machine->boot, table, (enum parameter_id)v.parameter);
	return *text != '\0' ? text : blob_string(machine->blob, v.text);
}

const char *machine_value(const struct machine *machine, uint32_t value)
{
	return machine_value_in(machine, value, table_in_force(machine));
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

void machine_set_verdict(struct machine *machine, enum verdict verdict)
{
	if (machine->state->verdict == verdict)
		return;
	machine->state->verdict = (uint8_t)verdict;
	machine->port->conclude(machine->context, verdict);
}

static void mark_all(struct machine *machine)
{
	uint32_t i;

	for (i = 0; i < machine->node_count; i++)
		node_mark(machine, i);
}

/* Nothing is at work, and nothing is waited for that could still come. */
static bool is_stalled(const struct machine *machine)
{
	struct node node;
	uint32_t i;

	for (i = 0; i < machine->node_count; i++) {
		blob_node(machine->blob, i, &node);
		if (node_is_active(machine, i) || node_is_awaited(machine, i, &node))
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
		machine_set_verdict(machine, VERDICT_HANDOFF);
	else if (node_has_ended(machine, goal) || is_stalled(machine))
		machine_set_verdict(machine, VERDICT_RESCUE);
}

/* After the rescue shell: what failed, and what was skipped for another's sake, gets a new chance.
 */
static void look_again(struct machine *machine)
{
	uint32_t i;

	if (machine->state->verdict != VERDICT_RESCUE)
		return;
	machine_set_verdict(machine, VERDICT_NONE);
	for (i = 0; i < machine->node_count; i++) {
		const struct node_memory *memory = memory_of(machine, i);

		if (memory->state == STATE_PENDING || memory->state == STATE_FAILED ||
		    (memory->state == STATE_SKIPPED && memory->cause != i))
			node_forget(machine, i);
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
		memory->time = node_first_time(machine, &node);
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
	clock_charge(machine, now);
	switch (event->kind) {
	case EVENT_START:
		mark_all(machine);
		break;
	case EVENT_DEVICE:
		device_event_tell(machine, event);
		break;
	case EVENT_FINISHED:
		effect_finished(machine, event);
		break;
	case EVENT_AGAIN:
		look_again(machine);
		break;
	case EVENT_HOLD:
		clock_hold(machine, event);
		break;
	case EVENT_PARAMETERS:
		parameters_take(machine, event);
		break;
	default:
		break; /* a tick only lets time pass */
	}
	machine_settle(machine);
	/* What is still due after so many is due at the next tick, which is now. */
	for (due = 0; due < machine->node_count && clock_expire(machine); due++)
		machine_settle(machine);
	conclude(machine);
}
