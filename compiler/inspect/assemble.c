/* Listing -> program: the inverse of listing.c.
 *
 * Lines are told apart by their tabs: none for the blob's own fields and the heads of nodes, one
 * for what a node says, two for instructions. The names of all nodes are collected first, since a
 * line may refer to a node further down. An error costs its line only. */
#include "assembler.h"

#include <string.h>

/* --- what a node says ----------------------------------------------------- */

static struct program_node *node_at_hand(struct assembler *a)
{
	return &a->program->nodes.item[a->node];
}

static bool read_description(struct assembler *a)
{
	return assembler_expect_text(a, &node_at_hand(a)->description) && assembler_expect_end(a);
}

static bool read_replaces(struct assembler *a)
{
	return assembler_expect_text(a, &node_at_hand(a)->replaces) && assembler_expect_end(a);
}

static bool read_exclusive(struct assembler *a)
{
	return assembler_expect_text(a, &node_at_hand(a)->exclusive) && assembler_expect_end(a);
}

static bool read_attempts(struct assembler *a)
{
	return assembler_expect_number(a, UINT16_MAX, &node_at_hand(a)->attempts) &&
	       assembler_expect_end(a);
}

static bool read_retry_delay(struct assembler *a)
{
	return assembler_expect_number(a, UINT16_MAX, &node_at_hand(a)->retry_delay) &&
	       assembler_expect_end(a);
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
			return assembler_complain_name(a, token, "no flag is called so", NULL, 0);
		node_at_hand(a)->flags |= bit;
	}
	return assembler_expect_end(a);
}

/* none, default, or a number of milliseconds */
static bool read_limit(struct assembler *a)
{
	struct token token = tokens_peek(&a->line);
	uint32_t *limit = &node_at_hand(a)->limit;

	if (token.kind == TOKEN_WORD && strcmp(token.text, "none") == 0) {
		*limit = NO_LIMIT;
		tokens_next(&a->line);
		return assembler_expect_end(a);
	}
	if (token.kind == TOKEN_WORD && strcmp(token.text, "default") == 0) {
		*limit = DEFAULT_LIMIT;
		tokens_next(&a->line);
		return assembler_expect_end(a);
	}
	return assembler_expect_number(a, DEFAULT_LIMIT - 1, limit) &&
	       assembler_expect_word(a, "\"ms\"", &token) &&
	       (strcmp(token.text, "ms") == 0 || assembler_complain(a, token, "\"ms\"")) &&
	       assembler_expect_end(a);
}

static bool read_path(struct assembler *a)
{
	uint32_t node;

	while (tokens_peek(&a->line).kind != TOKEN_END) {
		if (!assembler_expect_node(a, &node))
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
	{"replaces", read_replaces},
	{"exclusive", read_exclusive},
	{"attempts", read_attempts},
	{"retry-delay", read_retry_delay},
	{"flags", read_flags},
	{"limit", read_limit},
	{"path", read_path},
};

enum { ATTRIBUTE_COUNT = sizeof attributes / sizeof attributes[0] };

/* Behind the name, what an edge follows from; nothing for one that a unit declares. */
static bool read_reason(struct assembler *a, enum edge_reason *ret_reason)
{
	const char *names[EDGE_REASON_COUNT];
	struct token token;
	unsigned reason;

	if (tokens_peek(&a->line).kind != TOKEN_WORD)
		return true;
	token = tokens_next(&a->line);
	for (reason = 0; reason < EDGE_REASON_COUNT; reason++) {
		names[reason] = edge_reason_name((enum edge_reason)reason);
		if (strcmp(names[reason], token.text) == 0) {
			*ret_reason = (enum edge_reason)reason;
			return true;
		}
	}
	return assembler_complain_name(a, token, "no edge follows from this", names,
				       EDGE_REASON_COUNT);
}

static void read_edge(struct assembler *a, enum edge_kind kind)
{
	struct program_edge edge = {.to = (uint32_t)a->node, .kind = kind};

	if (assembler_expect_node(a, &edge.from) && read_reason(a, &edge.reason) &&
	    assembler_read_source(a, &edge.source))
		vec_push(a->arena, &a->program->edges, edge);
}

static void begin_code(struct assembler *a, enum listing_code which)
{
	a->code = listing_code(node_at_hand(a), which);
	a->code->present = true;
	assembler_expect_end(a);
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
	assembler_complain_name(a, token, "a node has no such line", names, count);
}

/* `start` is both an edge kind and a program: the program's line has nothing else. */
static void read_attribute(struct assembler *a)
{
	struct token token;
	bool alone;

	a->code = NULL;
	if (!assembler_expect_word(a, "what the node says", &token))
		return;
	alone = tokens_peek(&a->line).kind == TOKEN_END;
	for (unsigned i = 0; i < ATTRIBUTE_COUNT; i++)
		if (strcmp(attributes[i].keyword, token.text) == 0) {
			if (first_time(a, i, token))
				attributes[i].read(a);
			return;
		}
	for (unsigned i = 0; i < EDGE_KIND_COUNT && !alone; i++)
		if (strcmp(edge_kind_name((enum edge_kind)i), token.text) == 0) {
			read_edge(a, (enum edge_kind)i);
			return;
		}
	for (unsigned i = 0; i < LISTING_CODE_COUNT; i++)
		if (strcmp(listing_code_name(i), token.text) == 0) {
			if (first_time(a, ATTRIBUTE_COUNT + i, token))
				begin_code(a, i);
			return;
		}
	unknown_attribute(a, token);
}

/* --- the blob's own lines ------------------------------------------------- */

static void read_parameter(struct assembler *a)
{
	struct program_parameter given;

	if (assembler_expect_parameter(a, &given.id) && assembler_expect_text(a, &given.text) &&
	    assembler_expect_end(a))
		vec_push(a->arena, &a->program->parameters, given);
}

static void read_goal(struct assembler *a, struct token token)
{
	if (a->goal_seen)
		diag_report(a->diag, DIAG_LISTING_SYNTAX, token.span, NULL,
			    "a graph has one goal, and this is the second");
	a->goal_seen = true;
	if (assembler_expect_node(a, &a->program->goal))
		assembler_expect_end(a);
}

/* The node exists even if its line is bad, so that what follows finds its place. */
static void begin_node(struct assembler *a, enum node_kind kind)
{
	struct program_node node = {.name = "",
				    .description = "",
				    .source = "",
				    .replaces = "",
				    .exclusive = "",
				    .kind = kind,
				    .attempts = LISTING_ATTEMPTS,
				    .limit = NO_LIMIT};
	struct token token = tokens_next(&a->line);

	if (token.kind == TOKEN_WORD || token.kind == TOKEN_TEXT) {
		node.name = token.text;
		assembler_read_source(a, &node.source);
	} else {
		assembler_complain(a, token, "the node's name");
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
	if (!assembler_expect_word(a, "parameter, goal, or the head of a node", &token))
		return;
	if (strcmp(token.text, "parameter") == 0)
		read_parameter(a);
	else if (strcmp(token.text, "goal") == 0)
		read_goal(a, token);
	else if (assembler_kind_by_name(token.text) != NODE_KIND_COUNT)
		begin_node(a, assembler_kind_by_name(token.text));
	else
		assembler_complain_name(a, token, "no line begins so", names,
					sizeof names / sizeof names[0]);
}

static void read_line(struct assembler *a)
{
	struct token first = tokens_peek(&a->line);

	if (first.kind == TOKEN_END)
		return;
	if (*a->line.at == ' ')
		assembler_complain(a, first, "a tab, and not spaces, before this");
	else if (a->line.depth == 0)
		read_top(a);
	else if (a->line.depth == 1 && a->in_node)
		read_attribute(a);
	else if (a->line.depth == 2 && a->code != NULL)
		assembler_read_instruction(a);
	else
		assembler_complain(a, first,
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
	assembler_collect_names(&a);
	for (size_t i = 1; i < listing->line_count; i++) {
		tokens_begin(&a.line, i);
		read_line(&a);
	}
	if (!a.goal_seen)
		diag_report(diag, DIAG_LISTING_SYNTAX, (struct span){.text = listing, .length = 1},
			    NULL, "no line says which node is the goal");
	return diag->count[SEVERITY_ERROR] == errors ? a.program : NULL;
}
