/* A line of a program: its instruction, and the operands as their kinds demand. */
#include "assembler.h"

#include <string.h>

/* "text", {parameter} or {parameter or "default"} */
static bool expect_value(struct assembler *a, struct program_value *value)
{
	struct token token;

	*value = (struct program_value){"", PARAMETER_COUNT};
	if (!assembler_accept_mark(a, "{"))
		return assembler_expect_text(a, &value->text);
	if (!assembler_expect_parameter(a, &value->parameter))
		return false;
	if (assembler_accept_mark(a, "}"))
		return true;
	return assembler_expect_word(a, "\"or\" or \"}\"", &token) &&
	       (strcmp(token.text, "or") == 0 || assembler_complain(a, token, "\"or\"")) &&
	       assembler_expect_text(a, &value->text) && assembler_expect_mark(a, "}");
}

static bool expect_list(struct assembler *a, struct program_instruction *in, unsigned i)
{
	struct program_value value;

	if (!assembler_expect_mark(a, "["))
		return false;
	if (assembler_accept_mark(a, "]"))
		return true;
	do {
		if (!expect_value(a, &value))
			return false;
		vec_push(a->arena, &in->operand[i].list, value);
	} while (assembler_accept_mark(a, ","));
	return assembler_expect_mark(a, "]");
}

static bool expect_operand(struct assembler *a, struct program_instruction *in, unsigned i)
{
	switch (opcode_describe(in->op)->operand[i].kind) {
	case OPERAND_STRING:
		return assembler_expect_text(a, &in->operand[i].text);
	case OPERAND_VALUE:
		return expect_value(a, &in->operand[i].value);
	case OPERAND_NODE:
	case OPERAND_DEVICE:
		return assembler_expect_node(a, &in->operand[i].index);
	case OPERAND_LIST:
		return expect_list(a, in, i);
	case OPERAND_NUMBER:
		return assembler_expect_number(a, UINT16_MAX, &in->operand[i].index);
	case OPERAND_NONE:
	case OPERAND_KIND_COUNT:
		break;
	}
	return true;
}

/* Which operand of an instruction a word names, or operand_count after a report. */
static unsigned operand_by_name(struct assembler *a, const struct op *op, struct token token)
{
	const char *names[OPERANDS_MAX];
	unsigned i;

	for (i = 0; i < op->operand_count; i++) {
		names[i] = op->operand[i].name;
		if (strcmp(names[i], token.text) == 0)
			return i;
	}
	assembler_complain_name(a, token,
				arena_printf(a->arena, "%s has no such operand", op->name), names,
				op->operand_count);
	return i;
}

/* NAME OPERAND pairs, as actions have them. */
static bool expect_named_operands(struct assembler *a, struct program_instruction *in)
{
	const struct op *op = opcode_describe(in->op);
	bool given[OPERANDS_MAX] = {false};
	unsigned i;

	for (i = 0; i < op->operand_count; i++)
		in->operand[i].value = (struct program_value){"", PARAMETER_COUNT};
	while (tokens_peek(&a->line).kind == TOKEN_WORD) {
		struct token token = tokens_next(&a->line);

		i = operand_by_name(a, op, token);
		if (i == op->operand_count)
			return false;
		if (given[i]) {
			diag_report(a->diag, DIAG_LISTING_SYNTAX, token.span, NULL,
				    "operand \"%s\" is given twice", token.text);
			return false;
		}
		given[i] = true;
		if (!expect_operand(a, in, i))
			return false;
	}
	for (i = 0; i < op->operand_count; i++)
		if (!given[i] && (!op->operand[i].optional || op->operand[i].kind != OPERAND_VALUE))
			return assembler_complain(
				a, tokens_peek(&a->line),
				arena_printf(a->arena, "operand \"%s\"", op->operand[i].name));
	return true;
}

static bool expect_opcode(struct assembler *a, enum opcode *ret_op)
{
	const char *names[OP_COUNT];
	struct token token;

	if (!assembler_expect_word(a, "an instruction", &token))
		return false;
	*ret_op = opcode_by_name(token.text, strlen(token.text));
	if (*ret_op != OP_COUNT && *ret_op != OP_END)
		return true;
	for (unsigned i = 0; i < OP_COUNT; i++)
		names[i] = opcode_describe(i)->name;
	return assembler_complain_name(a, token, "no instruction is called so", names, OP_COUNT);
}

void assembler_read_instruction(struct assembler *a)
{
	struct program_instruction in = {0};
	const struct op *op;

	if (!expect_opcode(a, &in.op))
		return;
	op = opcode_describe(in.op);
	if (op->class == CLASS_EFFECT) {
		if (!expect_named_operands(a, &in))
			return;
	} else {
		for (unsigned i = 0; i < op->operand_count; i++)
			if (!expect_operand(a, &in, i))
				return;
	}
	if (assembler_read_source(a, &in.source))
		vec_push(a->arena, &a->code->instructions, in);
}
