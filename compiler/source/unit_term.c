/* start-on, when and if-host: texts and mappings into trees of terms.
 *
 * start-on has upstart's words (init(5) of upstart 1.13, "start on"). There, `and` and `or` bind
 * equally and to the left (parse_on_operator in upstart's init/parse_job.c), so that "a or b and c"
 * is "(a or b) and c"; in most other languages it is "a or (b and c)". Here it is an error: what is
 * read in two ways is written with parentheses. */
#include "unit_spec.h"

#include <string.h>

enum { PARENTHESES_MAX = 16 };

enum argument {
	ARGUMENT_NOTHING,
	ARGUMENT_UNIT,
	ARGUMENT_PATH,
	ARGUMENT_DEVICE,
};

struct event_word {
	const char *word;
	enum term_kind kind;
	enum argument argument;
};

static const struct event_word events[] = {
#define EVENT(term, spelling, argument, text) {spelling, TERM_##term, ARGUMENT_##argument},
#include "unit_keywords.def"
};

enum { EVENT_COUNT = sizeof events / sizeof events[0] };

struct condition_key {
	const char *key;
	enum term_kind kind;
};

static const struct condition_key conditions[] = {
#define CONDITION(term, spelling, text) {spelling, TERM_##term},
#include "unit_keywords.def"
};

enum { CONDITION_COUNT = sizeof conditions / sizeof conditions[0] };

static struct term *term_new(struct unit_reader *reader, enum term_kind kind, struct span span)
{
	struct term *term = arena_alloc(reader->arena, sizeof *term);

	term->kind = kind;
	term->span = span;
	return term;
}

/* --- event expressions ------------------------------------------------------------------------ */

/* expression = operand { "and" operand } | operand { "or" operand }
 * operand    = "(" expression ")" | word [argument] */
struct scanner {
	struct unit_reader *reader;
	struct word scalar;
	size_t at;	   /* behind the token at hand */
	struct word token; /* text NULL at the end */
	unsigned depth;	   /* of parentheses */
};

static bool is_space(char c)
{
	return c != '\0' && strchr(" \t\r\n", c) != NULL;
}

/* The bytes of a word: up to a blank or a parenthesis outside of quotation marks (LABEL="my disk").
 */
static size_t word_length(const char *at)
{
	bool quoted = false;
	size_t n = 0;

	while (at[n] != '\0' && (quoted || (!is_space(at[n]) && strchr("()", at[n]) == NULL))) {
		quoted ^= at[n] == '"';
		n++;
	}
	return n;
}

static void next_token(struct scanner *scanner)
{
	const char *text = scanner->scalar.text;
	size_t length;

	while (is_space(text[scanner->at]))
		scanner->at++;
	length = text[scanner->at] == '(' || text[scanner->at] == ')'
			 ? 1
			 : word_length(text + scanner->at);
	scanner->token.span = yaml_part(scanner->scalar, scanner->at, length);
	scanner->token.text =
		length == 0 ? NULL
			    : arena_strndup(scanner->reader->arena, text + scanner->at, length);
	scanner->at += length;
}

static bool at_word(const struct scanner *scanner, const char *word)
{
	return scanner->token.text != NULL && strcmp(scanner->token.text, word) == 0;
}

static struct term *expression_error(struct scanner *scanner, const char *hint, const char *message)
{
	diag_report(scanner->reader->diag, DIAG_UNIT_EXPRESSION, scanner->token.span, hint, "%s",
		    message);
	return NULL;
}

static const struct event_word *event_by_word(const char *word)
{
	unsigned i;

	for (i = 0; i < EVENT_COUNT; i++)
		if (strcmp(events[i].word, word) == 0)
			return &events[i];
	return NULL;
}

static const char *event_hint(struct scanner *scanner, const char *word)
{
	const char *words[EVENT_COUNT];
	unsigned i;

	for (i = 0; i < EVENT_COUNT; i++)
		words[i] = events[i].word;
	return unit_hint(scanner->reader, word, words, EVENT_COUNT);
}

static bool check_argument(struct scanner *scanner, enum argument argument)
{
	switch (argument) {
	case ARGUMENT_PATH:
		return unit_check_path(scanner->reader, scanner->token);
	case ARGUMENT_DEVICE:
		return unit_check_device(scanner->reader, scanner->token);
	default:
		return unit_check_name(scanner->reader, scanner->token);
	}
}

static const char *argument_name(enum argument argument)
{
	return argument == ARGUMENT_PATH     ? "a path"
	       : argument == ARGUMENT_DEVICE ? "a device reference"
					     : "the name of a unit";
}

/* An event: a word of the table and what follows it, or the bare name of a unit. */
static struct term *read_event(struct scanner *scanner)
{
	struct unit_reader *reader = scanner->reader;
	const struct event_word *event = event_by_word(scanner->token.text);
	struct word word = scanner->token;
	struct term *term;

	if (strcmp(word.text, "stopping") == 0)
		return expression_error(scanner, "\"stopped\" is true once a unit has ended",
					"only daemons stop, and there are none in this version");
	next_token(scanner);
	if (event == NULL) {
		if (!unit_check_name(reader, word))
			return NULL;
		if (scanner->token.text != NULL && !at_word(scanner, ")") &&
		    !at_word(scanner, "and") && !at_word(scanner, "or"))
			return expression_error(scanner, event_hint(scanner, word.text),
						"\"and\" or \"or\" is missing here");
		term = term_new(reader, TERM_EVENT, word.span);
		term->name = word;
		return term;
	}
	term = term_new(reader, event->kind, word.span);
	if (event->argument == ARGUMENT_NOTHING)
		return term;
	if (scanner->token.text == NULL || strchr("()", scanner->token.text[0]) != NULL)
		return expression_error(scanner, NULL,
					arena_printf(reader->arena, "%s needs %s", event->word,
						     argument_name(event->argument)));
	if (!check_argument(scanner, event->argument))
		return NULL;
	term->name = scanner->token;
	next_token(scanner);
	return term;
}

static struct term *read_terms(struct scanner *scanner);

static struct term *read_parentheses(struct scanner *scanner)
{
	struct term *term;

	if (++scanner->depth > PARENTHESES_MAX)
		return expression_error(scanner, NULL, "too many parentheses inside each other");
	next_token(scanner);
	term = read_terms(scanner);
	if (term == NULL)
		return NULL;
	if (!at_word(scanner, ")"))
		return expression_error(scanner, NULL, "a parenthesis is not closed");
	next_token(scanner);
	scanner->depth--;
	return term;
}

static struct term *read_operand(struct scanner *scanner)
{
	if (at_word(scanner, "("))
		return read_parentheses(scanner);
	if (scanner->token.text == NULL || at_word(scanner, ")") || at_word(scanner, "and") ||
	    at_word(scanner, "or"))
		return expression_error(scanner, NULL, "an event is missing here");
	return read_event(scanner);
}

static struct term *read_terms(struct scanner *scanner)
{
	struct unit_reader *reader = scanner->reader;
	struct term *first = read_operand(scanner), *all, *next;
	const char *operator= scanner->token.text;

	if (first == NULL || (!at_word(scanner, "and") && !at_word(scanner, "or")))
		return first;
	all = term_new(reader, at_word(scanner, "and") ? TERM_AND : TERM_OR, first->span);
	vec_push(reader->arena, &all->terms, first);
	while (at_word(scanner, "and") || at_word(scanner, "or")) {
		if (!at_word(scanner, operator))
			return expression_error(scanner, "write (a and b) or c, or a and (b or c)",
						"\"and\" and \"or\" side by side need parentheses");
		next_token(scanner);
		next = read_operand(scanner);
		if (next == NULL)
			return NULL;
		vec_push(reader->arena, &all->terms, next);
	}
	return all;
}

static struct term *scan_expression(struct unit_reader *reader, struct word scalar)
{
	struct scanner scanner = {.reader = reader, .scalar = scalar};
	struct term *term;

	next_token(&scanner);
	term = read_terms(&scanner);
	if (term != NULL && scanner.token.text != NULL)
		return expression_error(&scanner, NULL,
					at_word(&scanner, ")")
						? "no parenthesis is open here"
						: "\"and\" or \"or\" is missing here");
	return term;
}

/* --- sequences of terms ------------------------------------------------------------------------
 */

typedef struct term *read_term(struct unit_reader *reader, const struct yaml_node *node);

/* What all, any, and, or have as their value. Reads on after an error, to see all of them. */
static struct term *read_sequence(struct unit_reader *reader, enum term_kind kind,
				  const struct yaml_pair *pair, read_term *read_item)
{
	struct term *all = term_new(reader, kind, pair->key.span), *item;
	bool good = true;
	size_t i;

	if (pair->value->kind != YAML_SEQUENCE || pair->value->items.count == 0) {
		unit_wrong_shape(reader, pair->value, pair->key.text, "a sequence");
		return NULL;
	}
	for (i = 0; i < pair->value->items.count; i++) {
		item = read_item(reader, pair->value->items.item[i]);
		if (item != NULL)
			vec_push(reader->arena, &all->terms, item);
		else
			good = false;
	}
	return good ? all : NULL;
}

struct term *unit_expression(struct unit_reader *reader, const struct yaml_node *node)
{
	const struct yaml_pair *pair = node->pairs.item;

	if (node->kind == YAML_SCALAR && !yaml_is_null(node))
		return scan_expression(reader, node->scalar);
	if (node->kind == YAML_MAPPING && node->pairs.count == 1) {
		if (strcmp(pair->key.text, "and") == 0)
			return read_sequence(reader, TERM_AND, pair, unit_expression);
		if (strcmp(pair->key.text, "or") == 0)
			return read_sequence(reader, TERM_OR, pair, unit_expression);
	}
	unit_wrong_shape(reader, node, "start-on",
			 "an event expression, {and: [...]} or {or: [...]}");
	return NULL;
}

/* --- conditions --------------------------------------------------------------------------------
 */

static struct term *read_cmdline(struct unit_reader *reader, struct term *term,
				 const struct yaml_node *value)
{
	if (!unit_text(reader, value, "cmdline", &term->name))
		return NULL;
	if (term->name.text[0] != '\0' &&
	    term->name.text[strcspn(term->name.text, "= \t\n")] == '\0')
		return term;
	diag_report(reader->diag, DIAG_UNIT_CONDITION, term->name.span,
		    "{parameter: name, is: value} looks at a value",
		    "not one word of a command line: \"%s\"", term->name.text);
	return NULL;
}

static const char *parameter_hint(struct unit_reader *reader, const char *name)
{
	const char *names[PARAMETER_COUNT];
	unsigned i;

	for (i = 0; i < PARAMETER_COUNT; i++)
		names[i] = parameter_name((enum parameter_id)i);
	return unit_hint(reader, name, names, PARAMETER_COUNT);
}

static struct term *read_parameter(struct unit_reader *reader, struct term *term,
				   const struct yaml_node *node, const struct yaml_node *value)
{
	size_t i;

	if (!unit_text(reader, value, "parameter", &term->name))
		return NULL;
	if (parameter_by_name(term->name.text, strlen(term->name.text)) == PARAMETER_COUNT) {
		diag_report(reader->diag, DIAG_UNIT_CONDITION, term->name.span,
			    parameter_hint(reader, term->name.text),
			    "unknown kernel parameter: \"%s\"", term->name.text);
		return NULL;
	}
	for (i = 0; i < node->pairs.count; i++)
		if (strcmp(node->pairs.item[i].key.text, "is") == 0 &&
		    !unit_text(reader, node->pairs.item[i].value, "is", &term->pattern))
			return NULL;
	return term;
}

static const struct condition_key *condition_by_key(const char *key)
{
	unsigned i;

	for (i = 0; i < CONDITION_COUNT; i++)
		if (strcmp(conditions[i].key, key) == 0)
			return &conditions[i];
	return NULL;
}

static struct term *unknown_condition(struct unit_reader *reader, const struct word *key)
{
	const char *keys[CONDITION_COUNT];
	unsigned i;

	for (i = 0; i < CONDITION_COUNT; i++)
		keys[i] = conditions[i].key;
	diag_report(reader->diag, DIAG_UNIT_CONDITION, key->span,
		    unit_hint(reader, key->text, keys, CONDITION_COUNT),
		    "unknown condition: \"%s\"", key->text);
	return NULL;
}

/* A condition has one key, beside which only a parameter has another one: `is`. */
static const struct yaml_pair *only_pair(struct unit_reader *reader, const struct yaml_node *node)
{
	const struct yaml_pair *pair = NULL;
	bool has_is = false;
	size_t i;

	if (node->kind != YAML_MAPPING || node->pairs.count == 0) {
		unit_wrong_shape(reader, node, "a condition", "a mapping such as {cmdline: word}");
		return NULL;
	}
	for (i = 0; i < node->pairs.count; i++) {
		if (strcmp(node->pairs.item[i].key.text, "is") == 0) {
			has_is = true;
		} else if (pair == NULL) {
			pair = &node->pairs.item[i];
		} else {
			diag_report(reader->diag, DIAG_UNIT_CONDITION, node->pairs.item[i].key.span,
				    "write {all: [{...}, {...}]} or {any: [{...}, {...}]}",
				    "two conditions in one mapping");
			return NULL;
		}
	}
	if (pair != NULL && (!has_is || strcmp(pair->key.text, "parameter") == 0))
		return pair;
	diag_report(reader->diag, DIAG_UNIT_CONDITION, node->span, NULL,
		    "\"is\" belongs to a parameter: {parameter: name, is: value}");
	return NULL;
}

struct term *unit_condition(struct unit_reader *reader, const struct yaml_node *node)
{
	const struct yaml_pair *pair = only_pair(reader, node);
	const struct condition_key *condition;
	struct term *term, *inner;

	if (pair == NULL)
		return NULL;
	condition = condition_by_key(pair->key.text);
	if (condition == NULL)
		return unknown_condition(reader, &pair->key);
	if (condition->kind == TERM_AND || condition->kind == TERM_OR)
		return read_sequence(reader, condition->kind, pair, unit_condition);
	term = term_new(reader, condition->kind, pair->key.span);
	switch (condition->kind) {
	case TERM_CMDLINE:
		return read_cmdline(reader, term, pair->value);
	case TERM_PARAMETER:
		return read_parameter(reader, term, node, pair->value);
	case TERM_FILE:
		return unit_path(reader, pair->value, "file", &term->name) ? term : NULL;
	default:
		inner = unit_condition(reader, pair->value);
		if (inner == NULL)
			return NULL;
		vec_push(reader->arena, &term->terms, inner);
		return term;
	}
}

/* Whether all that a condition asks can be answered when the graph is compiled. */
static bool is_about_host(struct unit_reader *reader, const struct term *term)
{
	bool good = true;
	size_t i;

	if (term->kind == TERM_CMDLINE || term->kind == TERM_PARAMETER) {
		diag_report(reader->diag, DIAG_UNIT_CONDITION, term->span,
			    "\"when\" is decided at boot",
			    "if-host cannot ask for the kernel command line");
		return false;
	}
	for (i = 0; i < term->terms.count; i++)
		good = is_about_host(reader, term->terms.item[i]) && good;
	return good;
}

struct term *unit_host_condition(struct unit_reader *reader, const struct yaml_node *node)
{
	struct term *term = unit_condition(reader, node);

	return term != NULL && is_about_host(reader, term) ? term : NULL;
}
