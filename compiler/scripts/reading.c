#include "reading.h"

#include <string.h>

#include "follow.h"

static struct span span_at(const struct reader *reader, size_t offset, size_t length)
{
	return (struct span){.text = reader->text, .offset = offset, .length = length};
}

/* --- the handler ----------------------------------------------------------------------------- */

static void find_handler(struct reader *reader, const shell_list *list);

static bool names_prereqs(struct reader *reader, const struct shell_word *word)
{
	const char *text = shell_literal(reader->arena, word);

	/* "x$1" is compared with xprereqs. */
	return text != NULL && strlen(text) <= 8 &&
	       strcmp(text + (strlen(text) == 8), "prereqs") == 0;
}

static void found_handler(struct reader *reader, const struct shell_word *word)
{
	if (reader->reading->handles)
		return;
	reader->reading->handles = true;
	reader->reading->handler = span_at(reader, word->offset, word->length);
}

static void find_in_clauses(struct reader *reader, const struct shell_command *command)
{
	for (size_t i = 0; i < command->clauses.count; i++) {
		const struct shell_clause *clause = &command->clauses.item[i];

		for (size_t j = 0; j < clause->patterns.count; j++)
			if (names_prereqs(reader, &clause->patterns.item[j]))
				found_handler(reader, &clause->patterns.item[j]);
		find_handler(reader, &clause->condition);
		find_handler(reader, &clause->body);
	}
}

/* A pattern of a case, or an operand of a test, anywhere. */
static void find_handler(struct reader *reader, const shell_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct shell_command *command = list->item[i];

		/* "prereqs" as the first word is a call, and says nothing about the argument. */
		for (size_t j = 1; command->kind == SHELL_SIMPLE && j < command->words.count; j++)
			if (names_prereqs(reader, &command->words.item[j]))
				found_handler(reader, &command->words.item[j]);
		find_in_clauses(reader, command);
	}
}

/* --- the answer ------------------------------------------------------------------------------ */

/* From the first to the last byte, if both are in the script, and in that order. */
static struct span word_span(const struct reader *reader, size_t first, size_t last)
{
	size_t from = reader->out.origin.item[first], to = reader->out.origin.item[last];

	if (from == NOWHERE || to == NOWHERE || to < from)
		return reader->reading->handler;
	return span_at(reader, from, to - from + 1);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static void split_words(struct reader *reader)
{
	const char *text = reader->out.text.item;
	size_t count = reader->out.text.count, at = 0;

	while (at < count) {
		size_t first = at;
		const char *name;

		while (at < count && !is_blank(text[at]))
			at++;
		if (at > first) {
			name = arena_strndup(reader->arena, text + first, at - first);
			vec_push(reader->arena, &reader->reading->prereqs,
				 (struct prereq){name, word_span(reader, first, at - 1)});
			if (strpbrk(name, "*?[") != NULL && reader->reading->doubt == NULL) {
				reader->reading->doubt = "prints a pattern";
				reader->reading->doubt_span = word_span(reader, first, at - 1);
			}
		}
		at++;
	}
}

/* The name of the interpreter that the first line asks for, without its directory; "sh" if none. */
static const char *interpreter(struct arena *arena, const struct text *text)
{
	const char *at = text->data + 2, *end;

	if (text->size < 3 || memcmp(text->data, "#!", 2) != 0)
		return "sh";
	at += strspn(at, " \t");
	end = at + strcspn(at, " \t\n");
	if (end - at >= 4 && memcmp(end - 4, "/env", 4) == 0) {
		at = end + strspn(end, " \t");
		end = at + strcspn(at, " \t\n");
	}
	for (const char *slash = at; slash < end; slash++)
		if (*slash == '/')
			at = slash + 1;
	return arena_strndup(arena, at, (size_t)(end - at));
}

static bool is_shell(const char *name)
{
	static const char *const shells[] = {"sh",   "dash", "bash",	"ash", "ksh",
					     "mksh", "zsh",  "busybox", "posh"};

	for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
		if (strcmp(shells[i], name) == 0)
			return true;
	return false;
}

const struct script_reading *script_read(struct arena *arena, const struct text *text)
{
	struct script_reading *reading = arena_alloc(arena, sizeof *reading);
	struct reader reader = {.arena = arena, .text = text, .reading = reading};
	const char *name = interpreter(arena, text);
	struct shell_script script;

	reading->begin = span_at(&reader, 0, 2);
	shell_parse(arena, text, &script);
	if (script.error != NULL) {
		reading->broken = reading->doubt = script.error;
		reading->broken_span = reading->doubt_span =
			span_at(&reader, script.error_offset, 1);
	}
	reading->foreign = !is_shell(name);
	if (reading->foreign) {
		const char *found = memmem(text->data, text->size, "prereqs", 7);

		reading->handles = found != NULL;
		if (found != NULL)
			reading->handler = span_at(&reader, (size_t)(found - text->data), 7);
		reading->doubt = arena_printf(arena, "is read by %s", name);
		reading->doubt_span = span_at(&reader, 0, 2);
		return reading;
	}
	if (script.commands.count > 0)
		reading->begin = span_at(&reader, script.commands.item[0]->offset,
					 script.commands.item[0]->length);
	find_handler(&reader, &script.commands);
	if (script.error != NULL)
		return reading;
	reader.argument.known = reader.out.known = true;
	value_add(&reader, &reader.argument, "prereqs", 7, NOWHERE);
	follow(&reader, &script.commands);
	split_words(&reader);
	return reading;
}
