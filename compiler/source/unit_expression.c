/* start-on: events, joined by and, or and parentheses.
 *
 * The words are upstart's (init(5) of upstart 1.13, "start on"). There, `and` and `or` bind equally
 * and to the left (parse_on_operator in upstart's init/parse_job.c), so that "a or b and c" is
 * "(a or b) and c"; in most other languages it is "a or (b and c)". Here it is an error: what is
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

	next_token(scanner);
	if (event == NULL) {
		if (!unit_check_name(reader, word))
			return NULL;
		if (scanner->token.text != NULL && !at_word(scanner, ")") &&
		    !at_word(scanner, "and") && !at_word(scanner, "or"))
			return expression_error(scanner, event_hint(scanner, word.text),
						"\"and\" or \"or\" is missing here");
		term = unit_term(reader, TERM_EVENT, word.span);
		term->name = word;
		return term;
	}
	term = unit_term(reader, event->kind, word.span);
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
	all = unit_term(reader, at_word(scanner, "and") ? TERM_AND : TERM_OR, first->span);
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

struct term *unit_expression(struct unit_reader *reader, const struct yaml_node *node)
{
	const struct yaml_pair *pair = node->pairs.item;

	if (node->kind == YAML_SCALAR && !yaml_is_null(node))
		return scan_expression(reader, node->scalar);
	if (node->kind == YAML_MAPPING && node->pairs.count == 1) {
		if (strcmp(pair->key.text, "and") == 0)
			return unit_term_sequence(reader, TERM_AND, pair, unit_expression);
		if (strcmp(pair->key.text, "or") == 0)
			return unit_term_sequence(reader, TERM_OR, pair, unit_expression);
	}
	unit_wrong_shape(reader, node, "start-on",
			 "an event expression, {and: [...]} or {or: [...]}");
	return NULL;
}
