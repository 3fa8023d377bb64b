#include "machine_parts.h"

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

void effect_arm_limit(struct machine *machine, uint32_t index)
{
	struct node node;

	blob_node(machine->blob, index, &node);
	memory_of(machine, index)->time =
		node.limit >= DEFAULT_LIMIT || node.limit > NEVER - machine->state->now
			? NEVER
			: machine->state->now + node.limit;
}

void effect_start(struct machine *machine, uint32_t index, uint32_t pc, const struct event *event)
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

void effect_run(struct machine *machine, uint32_t index, uint32_t pc)
{
	memory_of(machine, index)->pc = (uint16_t)pc;
	if (pc == NONE || blob_word(machine->blob, SECTION_code, pc) == OP_END) {
		node_end(machine, index, STATE_DONE, index);
		node_mark(machine, index); /* what a daemon is to end on may have come already */
		return;
	}
	effect_arm_limit(machine, index);
	effect_start(machine, index, pc, NULL);
}

/* Whether a serial was given out after another one; they wrap. */
static bool is_later(uint16_t serial, uint16_t other)
{
	return (int16_t)(serial - other) > 0;
}

/* Two generations of a reaction's effects are told apart by their serials: the old ones have had a
 * whole limit when it comes round, and are ended. When there are none left the new ones become the
 * old ones. So each has at least one limit and at most two, however many others come after it. */
void effect_turn_generation(struct machine *machine, uint32_t index)
{
	struct node_memory *memory = memory_of(machine, index);

	memory->cause = memory->attempts;
	memory->attempts = memory->serial;
	memory->device = memory->pc;
	memory->pc = 0;
	if (memory->device > 0) {
		effect_arm_limit(machine, index);
	} else {
		memory->time = NEVER;
		node_wake_others(machine, index);
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
		effect_turn_generation(machine, index);
}

void effect_daemon_finished(struct machine *machine, uint32_t index)
{
	struct node_memory *memory = memory_of(machine, index);

	memory->flags |= MEMORY_GONE;
	memory->time = NEVER;
	node_wake_others(machine, index);
}

void effect_finished(struct machine *machine, const struct event *event)
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
		effect_daemon_finished(machine, event->node);
		return;
	}
	if (memory->state != STATE_RUNNING || memory->serial != (uint16_t)event->serial)
		return; /* its time was up before, or the port is confused */
	if (event->status != 0) {
		node_fail_attempt(machine, event->node, event->status);
		return;
	}
	effect_run(machine, event->node,
		   memory->pc + 1 +
			   opcode_describe(blob_word(machine->blob, SECTION_code, memory->pc))
				   ->operand_count);
}
