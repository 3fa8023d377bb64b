#include "machine_parts.h"
#include "mem.h"

static bool is_same(const char *a, const char *b)
{
	return strlen(a) == strlen(b) && memcmp(a, b, strlen(a)) == 0;
}

/* Whether a VALUE operand is another text than with the parameters in this table. */
static bool is_other_value(const struct machine *machine, uint32_t value, uint32_t table)
{
	return !is_same(machine_value(machine, value), machine_value_in(machine, value, table));
}

/* The parameter with which a device is chosen (`names {root or UUID=...}`), as a VALUE operand, or
 * NONE. */
static uint32_t choosing_value(const struct machine *machine, const struct node *node)
{
	if (node->kind != NODE_DEVICE || node->match == NONE ||
	    blob_word(machine->blob, SECTION_code, node->match) != OP_NAMES)
		return NONE;
	return blob_word(machine->blob, SECTION_code, node->match + 1);
}

/* Whether a condition asks for a parameter that is another one now. */
static bool asks_for_other(struct machine *machine, uint32_t code, uint32_t table)
{
	while (code != NONE) {
		enum opcode op = (enum opcode)blob_word(machine->blob, SECTION_code, code);

		machine->steps++;
		if (op == OP_END)
			return false;
		if ((op == OP_SET || op == OP_EQUALS) &&
		    is_other_value(machine, blob_word(machine->blob, SECTION_code, code + 1),
				   table))
			return true;
		code += 1 + opcode_describe(op)->operand_count;
	}
	return false;
}

/* A boot script that init runs once the device is there does nothing with it. */
static bool is_user(const struct machine *machine, uint32_t index, uint32_t device)
{
	struct node node;
	struct edge edge;
	uint32_t i;

	blob_node(machine->blob, index, &node);
	for (i = 0; i < node.edge_count; i++) {
		blob_edge(machine->blob, node.first_edge + i, &edge);
		if (edge.from == device && edge.reason != REASON_SERIAL)
			return true;
	}
	return false;
}

/* Whether anybody works with a device, or did: then it is too late for another one. */
static bool is_taken(const struct machine *machine, uint32_t index, const struct node *node)
{
	uint32_t i;

	for (i = 0; i < node->wake_count; i++) {
		uint32_t other = blob_word(machine->blob, SECTION_wakes, node->first_wake + i);

		if (memory_of(machine, other)->attempts > 0 && is_user(machine, other, index))
			return true;
	}
	return false;
}

/* Another device is meant: the wait begins anew, unless somebody works with the old one already. */
static void choose_again(struct machine *machine, uint32_t index, const struct node *node)
{
	struct node_memory *memory = memory_of(machine, index);

	if (memory->state == STATE_DONE && !is_taken(machine, index, node))
		device_lose(machine, index, node);
	if (memory->state != STATE_PENDING)
		return; /* what has failed is seen to after the rescue shell */
	node_forget(machine, index);
	node_wake_others(machine, index);
	node_mark(machine, index);
	machine->port->rescan(machine->context);
}

/* The wait goes on, with what its new budget leaves beyond the time that has passed of the old one.
 */
static void change_budget(struct machine *machine, uint32_t index, uint32_t old, uint32_t new)
{
	struct node_memory *memory = memory_of(machine, index);
	uint32_t spent = old == NO_LIMIT || memory->time > old ? 0 : old - memory->time;

	if (memory->state == STATE_PENDING && old != new)
		memory->time = new == NO_LIMIT ? new : new > spent ? new - spent : 0;
}

/* Its condition is looked at again, as long as nobody went on with the answer. */
static void look_again_at(struct machine *machine, uint32_t index, const struct node *node)
{
	struct node_memory *memory = memory_of(machine, index);

	if (memory->state == STATE_SKIPPED && memory->cause == index &&
	    !device_was_used(machine, node))
		node_unsettle(machine, index, node);
	else if (memory->state != STATE_PENDING)
		return;
	node_forget(machine, index);
	node_mark(machine, index);
}

void parameters_take(struct machine *machine, const struct event *event)
{
	uint32_t old = machine->state->parameters, budget, i;
	struct node node;

	if (event->serial > machine->boot->change_count || event->serial == old)
		return;
	budget = clock_fresh_budget(machine, DEFAULT_LIMIT);
	machine->state->parameters = (uint8_t)(event->serial & 0x7f);
	for (i = 0; i < machine->node_count; i++) {
		blob_node(machine->blob, i, &node);
		machine->steps++;
		if (is_other_value(machine, choosing_value(machine, &node), old))
			choose_again(machine, i, &node);
		else if (node.kind == NODE_DEVICE && node.limit == DEFAULT_LIMIT)
			change_budget(machine, i, budget,
				      clock_fresh_budget(machine, DEFAULT_LIMIT));
		else if (node.kind != NODE_DEVICE && asks_for_other(machine, node.when, old))
			look_again_at(machine, i, &node);
	}
}

/* --- what is known of them ---------------------------------------------------- */

uint32_t machine_device_setter(const struct machine *machine, uint32_t index)
{
	struct value value;
	struct node node;
	uint32_t operand;

	blob_node(machine->blob, index, &node);
	operand = choosing_value(machine, &node);
	if (operand == NONE)
		return NONE;
	blob_value(machine->blob, operand, &value);
	if (value.parameter == NONE ||
	    *machine_parameter(machine, (enum parameter_id)value.parameter) == '\0')
		return NONE;
	return boot_parameter_setter(machine->boot, machine->state->parameters,
				     (enum parameter_id)value.parameter);
}

static bool is_about(const struct machine *machine, uint32_t value, enum parameter_id id)
{
	struct value v;

	if (value == NONE)
		return false;
	blob_value(machine->blob, value, &v);
	return v.parameter == (uint32_t)id;
}

/* Whether a parameter is an operand of a program. */
static bool has_operand(const struct machine *machine, uint32_t code, enum parameter_id id)
{
	uint32_t i;

	while (code != NONE) {
		enum opcode op = (enum opcode)blob_word(machine->blob, SECTION_code, code++);
		const struct op *row = opcode_describe(op);

		if (op == OP_END)
			return false;
		for (i = 0; i < row->operand_count; i++, code++)
			if (row->operand[i].kind == OPERAND_VALUE &&
			    is_about(machine, blob_word(machine->blob, SECTION_code, code), id))
				return true;
	}
	return false;
}

bool machine_parameter_is_spent(const struct machine *machine, enum parameter_id id)
{
	bool used = false;
	struct node node;
	uint32_t i;

	for (i = 0; i < machine->node_count; i++) {
		blob_node(machine->blob, i, &node);
		if (node.kind == NODE_DEVICE
			    ? !is_about(machine, choosing_value(machine, &node), id)
			    : !has_operand(machine, node.action, id))
			continue;
		used = true;
		if (node.kind == NODE_DEVICE ? !is_taken(machine, i, &node)
					     : memory_of(machine, i)->attempts == 0)
			return false;
	}
	return used;
}
