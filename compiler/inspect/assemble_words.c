/* Words, numbers and names of nodes in a listing, and what is said when they are wrong. */
#include "assembler.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- errors --------------------------------------------------------------- */

bool assembler_complain(struct assembler *a, struct token token, const char *expected)
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

bool assembler_complain_name(struct assembler *a, struct token token, const char *what,
			     const char *const *candidates, size_t count)
{
	const char *near = diag_nearest(token.text, candidates, count);

	diag_report(a->diag, DIAG_LISTING_NAME, token.span,
		    near != NULL ? arena_printf(a->arena, "did you mean \"%s\"?", near) : NULL,
		    "%s: \"%s\"", what, token.text);
	return false;
}

bool assembler_expect_end(struct assembler *a)
{
	struct token token = tokens_next(&a->line);

	return token.kind == TOKEN_END || assembler_complain(a, token, "end of line");
}

/* --- words, texts, numbers ------------------------------------------------ */

bool assembler_expect_word(struct assembler *a, const char *expected, struct token *ret_token)
{
	*ret_token = tokens_next(&a->line);
	return ret_token->kind == TOKEN_WORD || assembler_complain(a, *ret_token, expected);
}

bool assembler_expect_text(struct assembler *a, const char **ret_text)
{
	struct token token = tokens_next(&a->line);

	*ret_text = token.text;
	return token.kind == TOKEN_TEXT || assembler_complain(a, token, "a text in quotes");
}

bool assembler_expect_mark(struct assembler *a, const char *mark)
{
	struct token token = tokens_next(&a->line);

	return (token.kind == TOKEN_MARK && strcmp(token.text, mark) == 0) ||
	       assembler_complain(a, token, arena_printf(a->arena, "\"%s\"", mark));
}

bool assembler_accept_mark(struct assembler *a, const char *mark)
{
	struct token token = tokens_peek(&a->line);

	if (token.kind != TOKEN_MARK || strcmp(token.text, mark) != 0)
		return false;
	tokens_next(&a->line);
	return true;
}

bool assembler_expect_number(struct assembler *a, uint32_t most, uint32_t *ret_number)
{
	struct token token = tokens_next(&a->line);
	unsigned long long number;
	char *end;

	if (token.kind != TOKEN_WORD || token.text[0] < '0' || token.text[0] > '9')
		return assembler_complain(a, token, "a number");
	errno = 0;
	number = strtoull(token.text, &end, 0);
	if (*end != '\0' || errno != 0 || number > most)
		return assembler_complain(a, token,
					  arena_printf(a->arena, "a number up to %" PRIu32, most));
	*ret_number = (uint32_t)number;
	return true;
}

bool assembler_read_source(struct assembler *a, const char **ret_source)
{
	*ret_source = "";
	if (tokens_peek(&a->line).kind == TOKEN_SOURCE)
		*ret_source = tokens_next(&a->line).text;
	return assembler_expect_end(a);
}

/* --- names of nodes ------------------------------------------------------- */

static int compare_named(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : (x->node > y->node) - (x->node < y->node);
}

enum node_kind assembler_kind_by_name(const char *name)
{
	unsigned kind;

	for (kind = 0; kind < NODE_KIND_COUNT; kind++)
		if (strcmp(node_kind_name((enum node_kind)kind), name) == 0)
			break;
	return (enum node_kind)kind;
}

void assembler_collect_names(struct assembler *a)
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
		    assembler_kind_by_name(token.text) == NODE_KIND_COUNT)
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
	return assembler_complain_name(a, token, "no node is called so", names, a->named_count);
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

bool assembler_expect_node(struct assembler *a, uint32_t *ret_node)
{
	struct token token = tokens_next(&a->line);
	uint32_t index;
	size_t i;

	if (token.kind != TOKEN_WORD && token.kind != TOKEN_TEXT)
		return assembler_complain(a, token, "a node's name");
	i = find_name(a, token.text);
	if (i == a->named_count)
		return unknown_node(a, token);
	*ret_node = a->named[i].node;
	if (assembler_accept_mark(a, "[")) {
		if (!assembler_expect_number(a, UINT16_MAX, &index) ||
		    !assembler_expect_mark(a, "]"))
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

bool assembler_expect_parameter(struct assembler *a, enum parameter_id *ret_id)
{
	const char *names[PARAMETER_COUNT];
	struct token token;

	if (!assembler_expect_word(a, "a kernel parameter's name", &token))
		return false;
	*ret_id = parameter_by_name(token.text, strlen(token.text));
	if (*ret_id != PARAMETER_COUNT)
		return true;
	for (unsigned i = 0; i < PARAMETER_COUNT; i++)
		names[i] = parameter_name((enum parameter_id)i);
	return assembler_complain_name(a, token, "no kernel parameter is called so", names,
				       PARAMETER_COUNT);
}
