#include "config.h"

#include <string.h>

struct parser {
	struct lvm_memory *memory;
	struct lvm_error *error;
	const char *at, *end;
	unsigned line;
};

static bool fail_at(struct parser *parser, const char *what)
{
	lvm_set_error(parser->error, "line %u: %s", parser->line, what);
	parser->error->line = parser->line;
	return false;
}

static void skip_space(struct parser *parser)
{
	for (; parser->at < parser->end; parser->at++) {
		if (*parser->at == '\n')
			parser->line++;
		else if (*parser->at == '#')
			while (parser->at + 1 < parser->end && parser->at[1] != '\n')
				parser->at++;
		else if (*parser->at != ' ' && *parser->at != '\t' && *parser->at != '\r')
			break;
	}
}

/* Takes one character if it comes next. */
static bool accept(struct parser *parser, char c)
{
	skip_space(parser);
	if (parser->at == parser->end || *parser->at != c)
		return false;
	parser->at++;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* lvm takes nearly everything for part of a name; these are what names of volumes, groups and
 * settings are made of. */
static bool is_name(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       c == '-' || c == '.' || c == '+' || c == '/';
}

/* --- values ------------------------------------------------------------------ */

/* A text up to its quotation mark. Backslashes are lvm's way to have both in it. */
static bool read_text(struct parser *parser, struct lvm_value *value)
{
	char quote = *parser->at++;
	const char *begin = parser->at;
	char *to;

	while (parser->at < parser->end && *parser->at != quote) {
		if (*parser->at == '\n')
			return fail_at(parser, "a text does not end");
		if (quote == '"' && *parser->at == '\\')
			parser->at++;
		parser->at += parser->at < parser->end;
	}
	if (parser->at == parser->end)
		return fail_at(parser, "a text does not end");
	to = lvm_take(parser->memory, (size_t)(parser->at - begin) + 1, 1);
	if (to == NULL)
		return lvm_fail_full(parser->error);
	value->kind = LVM_TEXT;
	value->text = to;
	for (; begin < parser->at; begin++) {
		begin += quote == '"' && *begin == '\\';
		*to++ = *begin;
	}
	parser->at++;
	return true;
}

static bool read_number(struct parser *parser, struct lvm_value *value)
{
	const char *begin = parser->at;
	bool negative = *parser->at == '-';

	value->kind = LVM_NUMBER;
	parser->at += negative;
	if (parser->at == parser->end || !is_digit(*parser->at))
		return fail_at(parser, "a number is expected");
	for (; parser->at < parser->end && is_digit(*parser->at); parser->at++)
		if (__builtin_mul_overflow(value->number, 10, &value->number) ||
		    __builtin_add_overflow(value->number, *parser->at - '0', &value->number))
			return fail_at(parser, "the number is too large");
	if (negative)
		value->number = -value->number;
	if (parser->at == parser->end || *parser->at != '.')
		return true;
	do
		parser->at++;
	while (parser->at < parser->end && is_digit(*parser->at));
	value->kind = LVM_FLOAT;
	value->text = lvm_copy(parser->memory, begin, (size_t)(parser->at - begin));
	return value->text != NULL || lvm_fail_full(parser->error);
}

static bool read_value(struct parser *parser, struct lvm_value **ret_value)
{
	skip_space(parser);
	*ret_value = lvm_take(parser->memory, 1, sizeof **ret_value);
	if (*ret_value == NULL)
		return lvm_fail_full(parser->error);
	if (parser->at == parser->end)
		return fail_at(parser, "it ends in the middle");
	if (*parser->at == '"' || *parser->at == '\'')
		return read_text(parser, *ret_value);
	if (*parser->at == '-' || is_digit(*parser->at))
		return read_number(parser, *ret_value);
	return fail_at(parser, "a text, a number or a list is expected");
}

/* What stands behind the equals sign. */
static bool read_values(struct parser *parser, const struct lvm_value **ret_first)
{
	struct lvm_value *value, *last = NULL;
	bool list = accept(parser, '[');

	*ret_first = NULL;
	if (list && accept(parser, ']'))
		return true;
	do {
		if (last != NULL && accept(parser, ']'))
			return true; /* a comma before the bracket: lvm.conf may have it */
		if (!read_value(parser, &value))
			return false;
		if (last == NULL)
			*ret_first = value;
		else
			last->next = value;
		last = value;
	} while (list && accept(parser, ','));
	if (list && !accept(parser, ']'))
		return fail_at(parser, "a comma or ] is expected");
	return true;
}

/* --- nodes ------------------------------------------------------------------- */

static bool read_key(struct parser *parser, struct lvm_node *node)
{
	const char *begin = parser->at;

	node->line = parser->line;
	if (*begin == '"' || *begin == '\'') {
		struct lvm_value value = {0};

		if (!read_text(parser, &value))
			return false;
		node->key = value.text;
		return true;
	}
	while (parser->at < parser->end && is_name(*parser->at))
		parser->at++;
	if (parser->at == begin)
		return fail_at(parser, "a name is expected");
	node->key = lvm_copy(parser->memory, begin, (size_t)(parser->at - begin));
	return node->key != NULL || lvm_fail_full(parser->error);
}

/* A section's begin, or an assignment. */
static bool read_node(struct parser *parser, struct lvm_node *node)
{
	if (!read_key(parser, node))
		return false;
	if (accept(parser, '{')) {
		node->is_section = true;
		return true;
	}
	if (!accept(parser, '='))
		return fail_at(parser, "= or { is expected");
	return read_values(parser, &node->value);
}

bool lvm_config_parse(struct lvm_memory *memory, const char *text, size_t length,
		      struct lvm_node **ret_first, struct lvm_error *error)
{
	const char *nul = length > 0 ? memchr(text, '\0', length) : NULL;
	struct parser parser = {memory, error, text, nul != NULL ? nul : text + length, 1};
	struct lvm_node **up[LVM_DEPTH_MAX], **place = ret_first, *node;
	unsigned depth = 0;

	*ret_first = NULL;
	for (;;) {
		if (depth > 0 && accept(&parser, '}')) {
			place = up[--depth];
			continue;
		}
		skip_space(&parser);
		if (parser.at == parser.end)
			return depth == 0 || fail_at(&parser, "a section does not end");
		node = lvm_take(memory, 1, sizeof *node);
		if (node == NULL)
			return lvm_fail_full(error);
		if (!read_node(&parser, node))
			return false;
		*place = node;
		place = &node->next;
		if (!node->is_section)
			continue;
		if (depth == LVM_DEPTH_MAX)
			return fail_at(&parser, "sections are nested too deeply");
		up[depth++] = place;
		place = &node->child;
	}
}

/* --- looking things up --------------------------------------------------------- */

const struct lvm_node *lvm_find(const struct lvm_node *first, const char *key)
{
	while (first != NULL && strcmp(first->key, key) != 0)
		first = first->next;
	return first;
}

const char *lvm_find_text(const struct lvm_node *first, const char *key)
{
	const struct lvm_node *node = lvm_find(first, key);

	return node != NULL && node->value != NULL && node->value->kind == LVM_TEXT
		       ? node->value->text
		       : NULL;
}

int64_t lvm_find_number(const struct lvm_node *first, const char *key, int64_t otherwise)
{
	const struct lvm_node *node = lvm_find(first, key);

	return node != NULL && node->value != NULL && node->value->kind == LVM_NUMBER
		       ? node->value->number
		       : otherwise;
}

bool lvm_has_word(const struct lvm_value *value, const char *word)
{
	for (; value != NULL; value = value->next)
		if (value->kind == LVM_TEXT && strcmp(value->text, word) == 0)
			return true;
	return false;
}
