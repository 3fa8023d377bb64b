/* Program -> listing: everything the blob holds, in a form made to be reviewed and compared.
 *
 * Nodes and parameters appear by name, never by number, so that a change in one place does not
 * show in others. Instructions are printed by walking their operand kinds: a new opcode needs
 * nothing here. Lines that begin with # only help the reader; the assembler passes over them. */
#include "listing.h"
#include "names.h"
#include "../utf8.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct lister {
	const struct program *program;
	struct arena *arena;
	FILE *out;
	const bool *shared; /* for each node: another one has the same name */
};

/* --- what the assembler shares -------------------------------------------- */

const char *listing_code_name(enum listing_code which)
{
	static const char *const names[LISTING_CODE_COUNT] = {
		[LISTING_WHEN] = "when",     [LISTING_START] = "start", [LISTING_MATCH] = "match",
		[LISTING_ACTION] = "action", [LISTING_STOP] = "stop",
	};

	return names[which];
}

struct program_code *listing_code(struct program_node *node, enum listing_code which)
{
	struct program_code *codes[LISTING_CODE_COUNT] = {
		[LISTING_WHEN] = &node->when,	[LISTING_START] = &node->start,
		[LISTING_MATCH] = &node->match, [LISTING_ACTION] = &node->action,
		[LISTING_STOP] = &node->stop,
	};

	return codes[which];
}

const char *listing_flag_name(unsigned bit)
{
	return bit == NODE_RESCUE   ? "rescue"
	       : bit == NODE_DAEMON ? "daemon"
	       : bit == NODE_AGAIN  ? "again"
				    : NULL;
}

bool listing_is_word_byte(unsigned char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || (byte != '\0' && strchr("-_./:=@+%~*?", byte));
}

/* --- texts and names ------------------------------------------------------ */

/* The bytes of the character at `at` that can be shown as it is, or 0. */
static size_t shown_length(const char *at, const char *end)
{
	uint32_t character;
	size_t length = utf8_decode(at, end, &character);

	return length > 0 && utf8_columns(character) >= 0 ? length : 0;
}

static void print_text(FILE *out, const char *text)
{
	const char *end = text + strlen(text);

	fputc('"', out);
	while (text < end) {
		size_t length = shown_length(text, end);

		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if (*text == '\n')
			fputs("\\n", out);
		else if (*text == '\t')
			fputs("\\t", out);
		else if (length > 0)
			fwrite(text, 1, length, out);
		else
			fprintf(out, "\\x%02x", (unsigned char)*text);
		text += length > 0 ? length : 1;
	}
	fputc('"', out);
}

static void print_word(FILE *out, const char *word)
{
	const char *at = word;

	while (listing_is_word_byte((unsigned char)*at))
		at++;
	if (at == word || *at != '\0')
		print_text(out, word);
	else
		fputs(word, out);
}

static void print_name(const struct lister *l, FILE *out, uint32_t node)
{
	print_word(out, l->program->nodes.item[node].name);
	if (l->shared[node])
		fprintf(out, "[%" PRIu32 "]", node);
}

/* " (etc/fstab:3:1)" */
static void print_source(const struct lister *l, const char *source)
{
	const char *at = source;

	if (source == NULL || source[0] == '\0')
		return;
	while (*at >= 0x20 && *at < 0x7f && strchr("()\"\\", *at) == NULL)
		at++;
	fputs(" (", l->out);
	if (*at == '\0')
		fputs(source, l->out);
	else
		print_text(l->out, source);
	fputc(')', l->out);
}

static void print_value(FILE *out, const struct program_value *value)
{
	if (value->parameter == PARAMETER_COUNT) {
		print_text(out, value->text);
		return;
	}
	fprintf(out, "{%s", parameter_name(value->parameter));
	if (value->text[0] != '\0') {
		fputs(" or ", out);
		print_text(out, value->text);
	}
	fputc('}', out);
}

/* --- programs ------------------------------------------------------------- */

static bool is_left_out(const struct operand *operand, const struct program_value *value)
{
	return operand->optional && operand->kind == OPERAND_VALUE &&
	       value->parameter == PARAMETER_COUNT && value->text[0] == '\0';
}

static void print_operand(const struct lister *l, FILE *out, const struct program_instruction *in,
			  unsigned i)
{
	const struct operand *operand = &opcode_describe(in->op)->operand[i];

	switch (operand->kind) {
	case OPERAND_STRING:
		print_text(out, in->operand[i].text);
		break;
	case OPERAND_VALUE:
		print_value(out, &in->operand[i].value);
		break;
	case OPERAND_NODE:
	case OPERAND_DEVICE:
		print_name(l, out, in->operand[i].index);
		break;
	case OPERAND_LIST:
		fputc('[', out);
		for (size_t k = 0; k < in->operand[i].list.count; k++) {
			fputs(k > 0 ? ", " : "", out);
			print_value(out, &in->operand[i].list.item[k]);
		}
		fputc(']', out);
		break;
	case OPERAND_NUMBER:
		/* What is called a mode is read in octal by everybody. */
		fprintf(out, strcmp(operand->name, "mode") == 0 ? "0%" PRIo32 : "%" PRIu32,
			in->operand[i].index);
		break;
	case OPERAND_NONE:
	case OPERAND_KIND_COUNT:
		break;
	}
}

/* Actions name their operands; tests have one or two, and read better without. */
static void print_instruction(const struct lister *l, FILE *out,
			      const struct program_instruction *in)
{
	const struct op *op = opcode_describe(in->op);

	fputs(op->name, out);
	for (unsigned i = 0; i < op->operand_count; i++) {
		if (is_left_out(&op->operand[i], &in->operand[i].value))
			continue;
		fputc(' ', out);
		if (op->class == CLASS_EFFECT)
			fprintf(out, "%s ", op->operand[i].name);
		print_operand(l, out, in, i);
	}
}

/* A condition the way people write it; in a program its words come in postfix order. */
struct infix {
	const char *text;
	enum opcode top; /* the connective outside, for parentheses */
};

static const char *parenthesise(struct arena *arena, struct infix part, enum opcode connective)
{
	bool needed = (part.top == OP_AND || part.top == OP_OR) && part.top != connective;

	return needed ? arena_printf(arena, "(%s)", part.text) : part.text;
}

/* What one operand, or with OPERANDS_MAX the whole instruction, is in a listing. */
static const char *part_string(const struct lister *l, const struct program_instruction *in,
			       unsigned part)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const char *copy;

	if (out == NULL)
		return opcode_describe(in->op)->name;
	if (part < OPERANDS_MAX)
		print_operand(l, out, in, part);
	else
		print_instruction(l, out, in);
	fclose(out);
	copy = arena_strdup(l->arena, text);
	free(text);
	return copy;
}

static const char *instruction_string(const struct lister *l, const struct program_instruction *in)
{
	return part_string(l, in, OPERANDS_MAX);
}

/* NULL if the program does not leave exactly one answer, which the verifier would refuse. */
static const char *infix_string(const struct lister *l, const struct program_code *code)
{
	size_t count = code->instructions.count, depth = 0;
	struct infix *stack = arena_alloc(l->arena, (count + 1) * sizeof *stack);

	for (size_t i = 0; i < count; i++) {
		const struct program_instruction *in = &code->instructions.item[i];
		unsigned operands = opcode_describe(in->op)->class != CLASS_LOGIC ? 0
				    : in->op == OP_NOT				  ? 1
										  : 2;
		struct infix *top;

		if (depth < operands)
			return NULL;
		depth -= operands;
		top = &stack[depth++];
		if (operands == 0)
			top->text = instruction_string(l, in);
		else if (operands == 1)
			top->text = arena_printf(l->arena, "not %s",
						 parenthesise(l->arena, top[0], in->op));
		else
			top->text = arena_printf(l->arena, "%s %s %s",
						 parenthesise(l->arena, top[0], in->op),
						 opcode_describe(in->op)->name,
						 parenthesise(l->arena, top[1], in->op));
		top->top = in->op;
	}
	return depth == 1 ? stack[0].text : NULL;
}

const char *listing_operand(const struct program *program, const bool *shared,
			    const struct program_instruction *instruction, unsigned operand)
{
	struct lister l = {program, program->arena, NULL, shared};

	return part_string(&l, instruction, operand);
}

const char *listing_instruction(const struct program *program, const bool *shared,
				const struct program_instruction *instruction)
{
	struct lister l = {program, program->arena, NULL, shared};

	return instruction_string(&l, instruction);
}

const char *listing_condition(const struct program *program, const bool *shared,
			      const struct program_code *code)
{
	struct lister l = {program, program->arena, NULL, shared};

	return infix_string(&l, code);
}

static void print_code(const struct lister *l, const char *name, const struct program_code *code,
		       bool condition)
{
	const char *infix = NULL;

	if (!code->present)
		return;
	if (condition && code->instructions.count > 1)
		infix = infix_string(l, code);
	fprintf(l->out, "\t%s\n", name);
	if (infix != NULL)
		fprintf(l->out, "\t\t# %s\n", infix);
	for (size_t i = 0; i < code->instructions.count; i++) {
		fputs("\t\t", l->out);
		print_instruction(l, l->out, &code->instructions.item[i]);
		print_source(l, code->instructions.item[i].source);
		fputc('\n', l->out);
	}
}

/* --- nodes ---------------------------------------------------------------- */

static void print_limit(const struct lister *l, uint32_t limit)
{
	if (limit == NO_LIMIT)
		fputs("\tlimit none\n", l->out);
	else if (limit == DEFAULT_LIMIT)
		fputs("\tlimit default\n", l->out);
	else
		fprintf(l->out, "\tlimit %" PRIu32 " ms\n", limit);
}

static void print_flags(const struct lister *l, unsigned flags)
{
	if (flags == 0)
		return;
	fputs("\tflags", l->out);
	for (unsigned bit = 1; bit != 0 && bit <= flags; bit <<= 1)
		if ((flags & bit) != 0 && listing_flag_name(bit) != NULL)
			fprintf(l->out, " %s", listing_flag_name(bit));
	fputc('\n', l->out);
}

static void print_node(const struct lister *l, size_t i, const struct program_edge *edge,
		       size_t edge_count)
{
	struct program_node *node = &l->program->nodes.item[i];

	fprintf(l->out, "\n%s ", node_kind_name(node->kind));
	print_word(l->out, node->name);
	print_source(l, node->source);
	fputc('\n', l->out);
	if (node->description[0] != '\0') {
		fputs("\tdescription ", l->out);
		print_text(l->out, node->description);
		fputc('\n', l->out);
	}
	print_flags(l, node->flags);
	if (node->replaces[0] != '\0') {
		fputs("\treplaces ", l->out);
		print_text(l->out, node->replaces);
		fputc('\n', l->out);
	}
	if (node->exclusive[0] != '\0') {
		fputs("\texclusive ", l->out);
		print_text(l->out, node->exclusive);
		fputc('\n', l->out);
	}
	if (node->attempts != LISTING_ATTEMPTS)
		fprintf(l->out, "\tattempts %" PRIu32 "\n", node->attempts);
	if (node->retry_delay != 0)
		fprintf(l->out, "\tretry-delay %" PRIu32 "\n", node->retry_delay);
	print_limit(l, node->limit);
	for (size_t e = 0; e < edge_count; e++) {
		fprintf(l->out, "\t%s ", edge_kind_name(edge[e].kind));
		print_name(l, l->out, edge[e].from);
		if (edge[e].reason != REASON_DECLARED)
			fprintf(l->out, " %s", edge_reason_name(edge[e].reason));
		print_source(l, edge[e].source);
		fputc('\n', l->out);
	}
	for (unsigned which = 0; which < LISTING_CODE_COUNT; which++)
		print_code(l, listing_code_name(which), listing_code(node, which),
			   which != LISTING_ACTION);
	if (node->path.count > 0) {
		fputs("\tpath", l->out);
		for (size_t k = 0; k < node->path.count; k++) {
			fputc(' ', l->out);
			print_name(l, l->out, node->path.item[k]);
		}
		fputc('\n', l->out);
	}
}

void program_list(const struct program *program, FILE *out)
{
	struct lister l = {program, program->arena, out, names_shared(program)};
	size_t e = 0;

	fprintf(out, "%s\n", LISTING_HEAD);
	fprintf(out, "# nodes: %zu, edges: %zu\n\n", program->nodes.count, program->edges.count);
	for (size_t i = 0; i < program->parameters.count; i++) {
		fprintf(out, "parameter %s ", parameter_name(program->parameters.item[i].id));
		print_text(out, program->parameters.item[i].text);
		fputc('\n', out);
	}
	fputs("goal ", out);
	print_name(&l, out, program->goal);
	fputc('\n', out);
	for (size_t i = 0; i < program->nodes.count; i++) {
		size_t first = e;
		while (e < program->edges.count && program->edges.item[e].to == i)
			e++;
		print_node(&l, i, e > first ? &program->edges.item[first] : NULL, e - first);
	}
}
