/* Listing -> program: the inverse of listing.c.
 *
 * Lines are told apart by their tabs: none for the blob's own fields and the heads of nodes, one
 * for what a node says, two for instructions. The names of all nodes are collected first, since a
 * line may refer to a node further down. An error costs its line only. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "listing.h"
#include "listing_tokens.h"
#include "names.h"

/* A node's name and index, for look-ups. */
struct named {
	const char *name;
	uint32_t node;
};

struct assembler {
	struct arena *arena;
	struct diag *diag;
	struct token_reader line;
	struct program *program;
	struct named *named; /* by name, then by index */
	size_t named_count;
	size_t node; /* the one at hand, if any */
	bool in_node;
	struct program_code *code; /* the program at hand, or NULL */
	uint64_t seen;		   /* attributes of the node at hand: bits by keyword */
	bool goal_seen;
};

/* --- errors --------------------------------------------------------------- */

static bool complain(struct assembler *a, struct token token, const char *expected)
{
	if (token.kind == TOKEN_BROKEN)
		return false;
	if (token.kind == TOKEN_END)
		diag_report(a->diag, DIAG_LISTING_SYNTAX, token.span, NULL, "%s is missing",
			    expected);
	else
		diag_report(a->diag, DIAG_LISTING_SYNTAX, token.span, NULL, "%s expected",
			    expected);
	return false;
}

static bool complain_name(struct assembler *a, struct token token, const char *what,
			  const char *const *candidates, size_t count)
{
	const char *near = diag_nearest(token.text, candidates, count);

	diag_report(a->diag, DIAG_LISTING_NAME, token.span,
		    near != NULL ? arena_printf(a->arena, "did you mean \"%s\"?", near) : NULL,
		    "%s: \"%s\"", what, token.text);
	return false;
}

static bool expect_end(struct assembler *a)
{
	struct token token = tokens_next(&a->line);

	return token.kind == TOKEN_END || complain(a, token, "end of line");
}

/* --- words, texts, numbers ------------------------------------------------ */

static bool expect_word(struct assembler *a, const char *expected, struct token *ret_token)
{
	*ret_token = tokens_next(&a->line);
	return ret_token->kind == TOKEN_WORD || complain(a, *ret_token, expected);
}

static bool expect_text(struct assembler *a, const char **ret_text)
{
	struct token token = tokens_next(&a->line);

	*ret_text = token.text;
	return token.kind == TOKEN_TEXT || complain(a, token, "a text in quotes");
}

static bool expect_mark(struct assembler *a, const char *mark)
{
	struct token token = tokens_next(&a->line);

	return (token.kind == TOKEN_MARK && strcmp(token.text, mark) == 0) ||
	       complain(a, token, arena_printf(a->arena, "\"%s\"", mark));
}

/* Whether the next token is this mark; takes it then. */
static bool accept_mark(struct assembler *a, const char *mark)
{
	struct token token = tokens_peek(&a->line);

	if (token.kind != TOKEN_MARK || strcmp(token.text, mark) != 0)
		return false;
	tokens_next(&a->line);
	return true;
}

static bool expect_number(struct assembler *a, uint32_t most, uint32_t *ret_number)
{
	struct token token = tokens_next(&a->line);
	unsigned long long number;
	char *end;

	if (token.kind != TOKEN_WORD || token.text[0] < '0' || token.text[0] > '9')
		return complain(a, token, "a number");
	errno = 0;
	number = strtoull(token.text, &end, 0);
	if (*end != '\0' || errno != 0 || number > most)
		return complain(a, token, arena_printf(a->arena, "a number up to %" PRIu32, most));
	*ret_number = (uint32_t)number;
	return true;
}

/* The source at the end of a line, if it has one. */
static bool read_source(struct assembler *a, const char **ret_source)
{
	*ret_source = "";
	if (tokens_peek(&a->line).kind == TOKEN_SOURCE)
		*ret_source = tokens_next(&a->line).text;
	return expect_end(a);
}

/* --- names of nodes ------------------------------------------------------- */

static int compare_named(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : (x->node > y->node) - (x->node < y->node);
}

static enum node_kind kind_by_name(const char *name)
{
	unsigned kind;

	for (kind = 0; kind < NODE_KIND_COUNT; kind++)
		if (strcmp(node_kind_name((enum node_kind)kind), name) == 0)
			break;
	return (enum node_kind)kind;
}

/* Reads only the heads of nodes, and silently: the errors are reported by the pass that follows. */
static void collect_names(struct assembler *a)
{
	VEC(struct named) named = {0};
	struct diag silent = {0};

	a->line.diag = &silent;
	for (size_t i = 0; i < a->line.text->line_count; i++) {
		struct token token;
		struct named one;

		tokens_begin(&a->line, i);
		token = tokens_next(&a->line);
		if (a->line.depth > 0 || token.kind != TOKEN_WORD ||
		    kind_by_name(token.text) == NODE_KIND_COUNT)
			continue;
		one.name = tokens_next(&a->line).text;
		one.node = (uint32_t)named.count;
		vec_push(a->arena, &named, one);
	}
	if (named.count > 0)
		qsort(named.item, named.count, sizeof *named.item, compare_named);
	a->named = named.item;
	a->named_count = named.count;
	a->line.diag = a->diag;
}

static bool unknown_node(struct assembler *a, struct token token)
{
	const char **names = arena_alloc(a->arena, (a->named_count + 1) * sizeof *names);

	for (size_t i = 0; i < a->named_count; i++)
		names[i] = a->named[i].name;
	return complain_name(a, token, "no node is called so", names, a->named_count);
}

/* The first of those with a name, or named_count. */
static size_t find_name(const struct assembler *a, const char *name)
{
	size_t low = 0, high = a->named_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(a->named[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < a->named_count && strcmp(a->named[low].name, name) == 0 ? low : a->named_count;
}

static bool has_name(const struct assembler *a, size_t i, const char *name)
{
	return i < a->named_count && strcmp(a->named[i].name, name) == 0;
}

/* NAME, or NAME[INDEX] where several nodes have the name. */
static bool expect_node(struct assembler *a, uint32_t *ret_node)
{
	struct token token = tokens_next(&a->line);
	uint32_t index;
	size_t i;

	if (token.kind != TOKEN_WORD && token.kind != TOKEN_TEXT)
		return complain(a, token, "a node's name");
	i = find_name(a, token.text);
	if (i == a->named_count)
		return unknown_node(a, token);
	*ret_node = a->named[i].node;
	if (accept_mark(a, "[")) {
		if (!expect_number(a, UINT16_MAX, &index) || !expect_mark(a, "]"))
			return false;
		while (has_name(a, i, token.text) && a->named[i].node != index)
			i++;
		if (!has_name(a, i, token.text)) {
			diag_report(a->diag, DIAG_LISTING_NAME, token.span, NULL,
				    "node %" PRIu32 " is not called \"%s\"", index, token.text);
			return false;
		}
		*ret_node = index;
	} else if (has_name(a, i + 1, token.text)) {
		diag_report(a->diag, DIAG_LISTING_NAME, token.span,
			    arena_printf(a->arena, "%s[%" PRIu32 "] is the first", token.text,
					 *ret_node),
			    "more than one node is called \"%s\"", token.text);
		return false;
	}
	return true;
}

/* --- operands ------------------------------------------------------------- */

static bool expect_parameter(struct assembler *a, enum parameter_id *ret_id)
{
	const char *names[PARAMETER_COUNT];
	struct token token;

	if (!expect_word(a, "a kernel parameter's name", &token))
		return false;
	*ret_id = parameter_by_name(token.text, strlen(token.text));
	if (*ret_id != PARAMETER_COUNT)
		return true;
	for (unsigned i = 0; i < PARAMETER_COUNT; i++)
		names[i] = parameter_name((enum parameter_id)i);
	return complain_name(a, token, "no kernel parameter is called so", names, PARAMETER_COUNT);
}

/* "text", {parameter} or {parameter or "default"} */
static bool expect_value(struct assembler *a, struct program_value *value)
{
	struct token token;

	*value = (struct program_value){"", PARAMETER_COUNT};
	if (!accept_mark(a, "{"))
		return expect_text(a, &value->text);
	if (!expect_parameter(a, &value->parameter))
		return false;
	if (accept_mark(a, "}"))
		return true;
	return expect_word(a, "\"or\" or \"}\"", &token) &&
	       (strcmp(token.text, "or") == 0 || complain(a, token, "\"or\"")) &&
	       expect_text(a, &value->text) && expect_mark(a, "}");
}

static bool expect_list(struct assembler *a, struct program_instruction *in, unsigned i)
{
	struct program_value value;

	if (!expect_mark(a, "["))
		return false;
	if (accept_mark(a, "]"))
		return true;
	do {
		if (!expect_value(a, &value))
			return false;
		vec_push(a->arena, &in->operand[i].list, value);
	} while (accept_mark(a, ","));
	return expect_mark(a, "]");
}

static bool expect_operand(struct assembler *a, struct program_instruction *in, unsigned i)
{
	switch (opcode_describe(in->op)->operand[i].kind) {
	case OPERAND_STRING:
		return expect_text(a, &in->operand[i].text);
	case OPERAND_VALUE:
		return expect_value(a, &in->operand[i].value);
	case OPERAND_NODE:
	case OPERAND_DEVICE:
		return expect_node(a, &in->operand[i].index);
	case OPERAND_LIST:
		return expect_list(a, in, i);
	case OPERAND_NUMBER:
		return expect_number(a, UINT16_MAX, &in->operand[i].index);
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
	complain_name(a, token, arena_printf(a->arena, "%s has no such operand", op->name), names,
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
		if (given[i])
			return complain(a, token, "each operand once");
		given[i] = true;
		if (!expect_operand(a, in, i))
			return false;
	}
	for (i = 0; i < op->operand_count; i++)
		if (!given[i] && (!op->operand[i].optional || op->operand[i].kind != OPERAND_VALUE))
			return complain(
				a, tokens_peek(&a->line),
				arena_printf(a->arena, "operand \"%s\"", op->operand[i].name));
	return true;
}

static bool expect_opcode(struct assembler *a, enum opcode *ret_op)
{
	const char *names[OP_COUNT];
	struct token token;

	if (!expect_word(a, "an instruction", &token))
		return false;
	*ret_op = opcode_by_name(token.text, strlen(token.text));
	if (*ret_op != OP_COUNT && *ret_op != OP_END)
		return true;
	for (unsigned i = 0; i < OP_COUNT; i++)
		names[i] = opcode_describe(i)->name;
	return complain_name(a, token, "no instruction is called so", names, OP_COUNT);
}

static void read_instruction(struct assembler *a)
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
	if (read_source(a, &in.source))
		vec_push(a->arena, &a->code->instructions, in);
}

/* --- what a node says ----------------------------------------------------- */

static struct program_node *node_at_hand(struct assembler *a)
{
	return &a->program->nodes.item[a->node];
}

static bool read_description(struct assembler *a)
{
	return expect_text(a, &node_at_hand(a)->description) && expect_end(a);
}

static bool read_exclusive(struct assembler *a)
{
	return expect_text(a, &node_at_hand(a)->exclusive) && expect_end(a);
}

static bool read_attempts(struct assembler *a)
{
	return expect_number(a, UINT16_MAX, &node_at_hand(a)->attempts) && expect_end(a);
}

static bool read_flags(struct assembler *a)
{
	while (tokens_peek(&a->line).kind == TOKEN_WORD) {
		struct token token = tokens_next(&a->line);
		unsigned bit = 1;

		while (bit <= NODE_FLAGS && (listing_flag_name(bit) == NULL ||
					     strcmp(listing_flag_name(bit), token.text) != 0))
			bit <<= 1;
		if (bit > NODE_FLAGS)
			return complain_name(a, token, "no flag is called so", NULL, 0);
		node_at_hand(a)->flags |= bit;
	}
	return expect_end(a);
}

/* none, default, or a number of milliseconds */
static bool read_limit(struct assembler *a)
{
	struct token token = tokens_peek(&a->line);
	uint32_t *limit = &node_at_hand(a)->limit;

	if (token.kind == TOKEN_WORD && strcmp(token.text, "none") == 0) {
		*limit = NO_LIMIT;
		tokens_next(&a->line);
		return expect_end(a);
	}
	if (token.kind == TOKEN_WORD && strcmp(token.text, "default") == 0) {
		*limit = DEFAULT_LIMIT;
		tokens_next(&a->line);
		return expect_end(a);
	}
	return expect_number(a, DEFAULT_LIMIT - 1, limit) && expect_word(a, "\"ms\"", &token) &&
	       (strcmp(token.text, "ms") == 0 || complain(a, token, "\"ms\"")) && expect_end(a);
}

static bool read_path(struct assembler *a)
{
	uint32_t node;

	while (tokens_peek(&a->line).kind != TOKEN_END) {
		if (!expect_node(a, &node))
			return false;
		vec_push(a->arena, &node_at_hand(a)->path, node);
	}
	return true;
}

static const struct attribute {
	const char *keyword;
	bool (*read)(struct assembler *a);
} attributes[] = {
	{"description", read_description},
	{"exclusive", read_exclusive},
	{"attempts", read_attempts},
	{"flags", read_flags},
	{"limit", read_limit},
	{"path", read_path},
};

enum { ATTRIBUTE_COUNT = sizeof attributes / sizeof attributes[0] };

static void read_edge(struct assembler *a, enum edge_kind kind)
{
	struct program_edge edge = {.to = (uint32_t)a->node, .kind = kind};

	if (expect_node(a, &edge.from) && read_source(a, &edge.source))
		vec_push(a->arena, &a->program->edges, edge);
}

static void begin_code(struct assembler *a, enum listing_code which)
{
	a->code = listing_code(node_at_hand(a), which);
	a->code->present = true;
	expect_end(a);
}

/* A keyword that a node has only once. */
static bool first_time(struct assembler *a, unsigned bit, struct token token)
{
	bool first = (a->seen & UINT64_C(1) << bit) == 0;

	if (!first)
		diag_report(a->diag, DIAG_LISTING_SYNTAX, token.span, NULL,
			    "the node has \"%s\" already", token.text);
	a->seen |= UINT64_C(1) << bit;
	return first;
}

static void unknown_attribute(struct assembler *a, struct token token)
{
	const char *names[ATTRIBUTE_COUNT + EDGE_KIND_COUNT + LISTING_CODE_COUNT];
	size_t count = 0;

	for (unsigned i = 0; i < ATTRIBUTE_COUNT; i++)
		names[count++] = attributes[i].keyword;
	for (unsigned i = 0; i < EDGE_KIND_COUNT; i++)
		names[count++] = edge_kind_name((enum edge_kind)i);
	for (unsigned i = 0; i < LISTING_CODE_COUNT; i++)
		names[count++] = listing_code_name(i);
	complain_name(a, token, "a node has no such line", names, count);
}

/* `start` is both an edge kind and a program: the program's line has nothing else. */
static void read_attribute(struct assembler *a)
{
	struct token token;
	bool alone;

	a->code = NULL;
	if (!expect_word(a, "what the node says", &token))
		return;
	alone = tokens_peek(&a->line).kind == TOKEN_END;
	for (unsigned i = 0; i < ATTRIBUTE_COUNT; i++)
		if (strcmp(attributes[i].keyword, token.text) == 0) {
			if (first_time(a, i, token))
				attributes[i].read(a);
			return;
		}
	for (unsigned i = 0; i < LISTING_CODE_COUNT && alone; i++)
		if (strcmp(listing_code_name(i), token.text) == 0) {
			if (first_time(a, ATTRIBUTE_COUNT + i, token))
				begin_code(a, i);
			return;
		}
	for (unsigned i = 0; i < EDGE_KIND_COUNT; i++)
		if (strcmp(edge_kind_name((enum edge_kind)i), token.text) == 0) {
			read_edge(a, (enum edge_kind)i);
			return;
		}
	unknown_attribute(a, token);
}

/* --- the blob's own lines ------------------------------------------------- */

static void read_parameter(struct assembler *a)
{
	struct program_parameter given;

	if (expect_parameter(a, &given.id) && expect_text(a, &given.text) && expect_end(a))
		vec_push(a->arena, &a->program->parameters, given);
}

static void read_goal(struct assembler *a, struct token token)
{
	if (a->goal_seen)
		complain(a, token, "one goal");
	a->goal_seen = true;
	if (expect_node(a, &a->program->goal))
		expect_end(a);
}

/* The node exists even if its line is bad, so that what follows finds its place. */
static void begin_node(struct assembler *a, enum node_kind kind)
{
	struct program_node node = {.name = "",
				    .description = "",
				    .source = "",
				    .exclusive = "",
				    .kind = kind,
				    .attempts = LISTING_ATTEMPTS,
				    .limit = NO_LIMIT};
	struct token token = tokens_next(&a->line);

	if (token.kind == TOKEN_WORD || token.kind == TOKEN_TEXT) {
		node.name = token.text;
		read_source(a, &node.source);
	} else {
		complain(a, token, "the node's name");
	}
	vec_push(a->arena, &a->program->nodes, node);
	a->node = a->program->nodes.count - 1;
	a->in_node = true;
	a->seen = 0;
}

static void read_top(struct assembler *a)
{
	static const char *const names[] = {"parameter", "goal",     "task",
					    "event",	 "reaction", "device"};
	struct token token;

	a->code = NULL;
	a->in_node = false;
	if (!expect_word(a, "parameter, goal, or the head of a node", &token))
		return;
	if (strcmp(token.text, "parameter") == 0)
		read_parameter(a);
	else if (strcmp(token.text, "goal") == 0)
		read_goal(a, token);
	else if (kind_by_name(token.text) != NODE_KIND_COUNT)
		begin_node(a, kind_by_name(token.text));
	else
		complain_name(a, token, "no line begins so", names, sizeof names / sizeof names[0]);
}

static void read_line(struct assembler *a)
{
	struct token first = tokens_peek(&a->line);

	if (first.kind == TOKEN_END)
		return;
	if (a->line.depth == 0)
		read_top(a);
	else if (a->line.depth == 1 && a->in_node)
		read_attribute(a);
	else if (a->line.depth == 2 && a->code != NULL)
		read_instruction(a);
	else
		complain(a, first,
			 a->in_node ? "one tab, or two below when, start, match or action"
				    : "the head of a node before what it says");
}

static bool check_head(struct assembler *a)
{
	const struct text *text = a->line.text;
	size_t length = strlen(LISTING_HEAD);

	if (text->size >= length && memcmp(text->data, LISTING_HEAD, length) == 0 &&
	    (text->size == length || strchr("\r\n", text->data[length]) != NULL))
		return true;
	diag_report(a->diag, DIAG_LISTING_SYNTAX, (struct span){.text = text, .length = 1}, NULL,
		    "a listing begins with the line \"" LISTING_HEAD "\"");
	return false;
}

struct program *program_assemble(struct arena *arena, struct diag *diag, const struct text *listing)
{
	size_t errors = diag->count[SEVERITY_ERROR];
	struct assembler a = {.arena = arena, .diag = diag};

	a.line = (struct token_reader){.arena = arena, .diag = diag, .text = listing};
	a.program = arena_alloc(arena, sizeof *a.program);
	a.program->arena = arena;
	if (!check_head(&a))
		return NULL;
	collect_names(&a);
	for (size_t i = 1; i < listing->line_count; i++) {
		tokens_begin(&a.line, i);
		read_line(&a);
	}
	if (!a.goal_seen)
		diag_report(diag, DIAG_LISTING_SYNTAX, (struct span){.text = listing, .length = 1},
			    NULL, "no line says which node is the goal");
	return diag->count[SEVERITY_ERROR] == errors ? a.program : NULL;
}
