#include "guard.h"
#include "device_ref.h"
#include "mem.h"

/* One alternative, ended by | or NUL. Remembers the last * only: enough for globs without sets, and
 * its steps are bounded by the product of the lengths. */
static bool alternative_fits(const char *pattern, const char *text)
{
	const char *star = NULL, *resume = NULL;

	for (;;) {
		bool ended = *pattern == '\0' || *pattern == '|';

		if (!ended && *pattern == '*') {
			star = ++pattern;
			resume = text;
		} else if (*text == '\0') {
			return ended;
		} else if (!ended && (*pattern == '?' || *pattern == *text)) {
			pattern++;
			text++;
		} else if (star != NULL) {
			pattern = star;
			text = ++resume;
		} else {
			return false;
		}
	}
}

bool guard_pattern_fits(const char *pattern, const char *text)
{
	for (;;) {
		if (alternative_fits(pattern, text))
			return true;
		while (*pattern != '\0' && *pattern != '|')
			pattern++;
		if (*pattern == '\0')
			return false;
		pattern++;
	}
}

static enum answer answer_if(bool yes, enum answer otherwise)
{
	return yes ? ANSWER_YES : otherwise;
}

static enum answer answer_node(const struct machine *machine, enum opcode op, uint32_t node)
{
	const struct node_memory *memory = &machine->state->node[node];
	bool ended = memory->state >= STATE_DONE;
	struct node about;

	blob_node(machine->blob, node, &about);
	switch (op) {
	case OP_STOPPING:
		return answer_if(memory->state == STATE_DONE &&
					 memory->flags & (MEMORY_STOPPING | MEMORY_GONE),
				 memory->state > STATE_DONE ? ANSWER_NEVER : ANSWER_NO);
	case OP_STARTED:
		if (machine_is_quiet(machine, node))
			ended = false; /* it may come yet */
		return answer_if(memory->state == STATE_DONE, ended ? ANSWER_NEVER : ANSWER_NO);
	case OP_STARTING:
		return answer_if(memory->flags & MEMORY_STARTED, ended ? ANSWER_NEVER : ANSWER_NO);
	case OP_FAILED:
		if (about.kind == NODE_DEVICE)
			ended = false; /* it may be lost again, and then be missing */
		return answer_if(memory->state == STATE_FAILED, ended ? ANSWER_NEVER : ANSWER_NO);
	default:
		if (about.flags & NODE_DAEMON && memory->state == STATE_DONE)
			ended = memory->flags & MEMORY_GONE;
		return answer_if(ended, ANSWER_NO);
	}
}

static enum answer answer_property(const struct blob *blob, uint32_t key, uint32_t pattern,
				   const struct event *event)
{
	const char *text = event_property(event, blob_string(blob, key));

	return answer_if(guard_pattern_fits(blob_string(blob, pattern), text != NULL ? text : ""),
			 ANSWER_NO);
}

static enum answer answer_names(const struct machine *machine, uint32_t value,
				const struct event *event)
{
	struct device_ref ref;

	device_ref_parse(machine_value(machine, value), &ref);
	return answer_if(device_ref_names(&ref, event), ANSWER_NO);
}

static enum answer answer_equals(const struct machine *machine, uint32_t value, uint32_t string)
{
	const char *a = machine_value(machine, value), *b = blob_string(machine->blob, string);

	return answer_if(strlen(a) == strlen(b) && memcmp(a, b, strlen(a)) == 0, ANSWER_NEVER);
}

/* What one instruction of class TEST or MATCH answers. */
static enum answer ask(const struct machine *machine, enum opcode op, const uint32_t *operand,
		       const struct event *event)
{
	const struct blob *blob = machine->blob;

	switch (op) {
	case OP_STARTUP:
		return ANSWER_YES;
	case OP_NEVER:
		return ANSWER_NEVER;
	case OP_STARTED:
	case OP_STARTING:
	case OP_STOPPING:
	case OP_STOPPED:
	case OP_FAILED:
		return answer_node(machine, op, operand[0]);
	case OP_WORD:
		return answer_if(boot_has_word(machine->boot, blob_string(blob, operand[0])),
				 ANSWER_NEVER);
	case OP_SET:
		return answer_if(machine_value(machine, operand[0])[0] != '\0', ANSWER_NEVER);
	case OP_EQUALS:
		return answer_equals(machine, operand[0], operand[1]);
	case OP_FILE:
		return answer_if(
			machine->port->has_file(machine->context, blob_string(blob, operand[0])),
			ANSWER_NO);
	case OP_PROPERTY:
		return answer_property(blob, operand[0], operand[1], event);
	case OP_NAMES:
		return answer_names(machine, operand[0], event);
	default:
		return ANSWER_NO; /* not reached: the verifier lets no other opcode in */
	}
}

static enum answer answer_and(enum answer a, enum answer b)
{
	if (a == ANSWER_NEVER || b == ANSWER_NEVER)
		return ANSWER_NEVER;
	return answer_if(a == ANSWER_YES && b == ANSWER_YES, ANSWER_NO);
}

static enum answer answer_or(enum answer a, enum answer b)
{
	if (a == ANSWER_YES || b == ANSWER_YES)
		return ANSWER_YES;
	return a == ANSWER_NEVER && b == ANSWER_NEVER ? ANSWER_NEVER : ANSWER_NO;
}

/* That there are as many answers as the instructions take is the verifier's promise, which a static
 * analyzer cannot know. NOLINTBEGIN(clang-analyzer-*) */
enum answer guard_evaluate(struct machine *machine, uint32_t code, const struct event *event)
{
	enum answer stack[GUARD_DEPTH_MAX];
	unsigned depth = 0, i;

	while (code != NONE) {
		enum opcode op = (enum opcode)blob_word(machine->blob, SECTION_code, code++);
		const struct op *row = opcode_describe(op);
		uint32_t operand[OPERANDS_MAX] = {0};

		machine->steps++;
		for (i = 0; i < row->operand_count; i++)
			operand[i] = blob_word(machine->blob, SECTION_code, code++);
		switch (op) {
		case OP_END:
			return stack[0];
		case OP_NOT:
			stack[depth - 1] = answer_if(stack[depth - 1] != ANSWER_YES, ANSWER_NO);
			break;
		case OP_AND:
			depth--;
			stack[depth - 1] = answer_and(stack[depth - 1], stack[depth]);
			break;
		case OP_OR:
			depth--;
			stack[depth - 1] = answer_or(stack[depth - 1], stack[depth]);
			break;
		default:
			stack[depth++] = ask(machine, op, operand, event);
		}
	}
	return ANSWER_YES;
}
/* NOLINTEND(clang-analyzer-*) */
