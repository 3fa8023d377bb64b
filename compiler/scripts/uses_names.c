#include "uses.h"

#include <string.h>

/* --- walking --------------------------------------------------------------------------------- */

static void walk_parts(struct use_reader *reader, const struct shell_part *parts, size_t count,
		       use_visit visit)
{
	for (size_t i = 0; i < count; i++) {
		use_walk(reader, &parts[i].commands, visit);
		walk_parts(reader, parts[i].nested.item, parts[i].nested.count, visit);
	}
}

static void walk_word(struct use_reader *reader, const struct shell_word *word, use_visit visit)
{
	walk_parts(reader, word->parts.item, word->parts.count, visit);
}

static bool is_in_daemons(const struct use_reader *reader, const char *name)
{
	for (size_t i = 0; i < reader->daemons.count; i++)
		if (strcmp(reader->daemons.item[i], name) == 0)
			return true;
	return false;
}

static bool is_daemon(const struct use_reader *reader, const struct shell_command *command)
{
	if (command->background)
		return true;
	return command->kind == SHELL_FUNCTION && command->name != NULL &&
	       is_in_daemons(reader, command->name);
}

static void walk_command(struct use_reader *reader, const struct shell_command *command,
			 use_visit visit)
{
	bool background = is_daemon(reader, command);
	const char *outer = reader->inside;

	reader->background += background;
	visit(reader, command);
	if (command->kind == SHELL_FUNCTION)
		reader->inside = command->name;
	for (size_t i = 0; i < command->assignments.count; i++)
		walk_word(reader, &command->assignments.item[i].value, visit);
	for (size_t i = 0; i < command->words.count; i++)
		walk_word(reader, &command->words.item[i], visit);
	for (size_t i = 0; i < command->redirections.count; i++)
		walk_word(reader, &command->redirections.item[i]->target, visit);
	for (size_t i = 0; i < command->clauses.count; i++) {
		use_walk(reader, &command->clauses.item[i].condition, visit);
		use_walk(reader, &command->clauses.item[i].body, visit);
	}
	reader->inside = outer;
	reader->background -= background;
}

void use_walk(struct use_reader *reader, const shell_list *list, use_visit visit)
{
	bool outer = reader->command_line;

	for (size_t i = 0; i < list->count; i++) {
		if (list->item[i]->join != SHELL_PIPE)
			reader->command_line = outer;
		walk_command(reader, list->item[i], visit);
		if (use_mentions_command_line(reader, list->item[i]))
			reader->command_line = true;
	}
	reader->command_line = outer;
}

/* --- the names of the script ----------------------------------------------------------------- */

struct use_name *use_find_name(struct use_reader *reader, const char *name)
{
	for (size_t i = 0; i < reader->names.count; i++)
		if (strcmp(reader->names.item[i].name, name) == 0)
			return &reader->names.item[i];
	return NULL;
}

bool use_is_function(const struct use_reader *reader, const char *name)
{
	for (size_t i = 0; i < reader->functions.count; i++)
		if (strcmp(reader->functions.item[i], name) == 0)
			return true;
	return false;
}

static void assign(struct use_reader *reader, const char *name, const struct shell_word *value,
		   size_t offset, bool command_line)
{
	struct use_name *found = use_find_name(reader, name);

	if (found == NULL) {
		vec_push(reader->arena, &reader->names,
			 (struct use_name){.name = name, .offset = offset});
		found = &reader->names.item[reader->names.count - 1];
	}
	found->assignments++;
	found->value = found->assignments == 1 ? value : NULL;
	found->command_line = found->command_line || command_line;
}

/* The name in front of the = of a word, or the word. */
static const char *declared_name(struct use_reader *reader, const struct shell_word *word)
{
	const char *text;

	if (word->parts.count == 0 || word->parts.item[0].kind != SHELL_TEXT)
		return NULL;
	text = word->parts.item[0].text;
	return arena_strndup(reader->arena, text, strcspn(text, "="));
}

static void collect_declarations(struct use_reader *reader, const struct shell_command *command)
{
	static const char *const declaring[] = {"read",	   "export",  "local", "readonly",
						"getopts", "declare", "unset", "typeset"};
	const char *name = shell_literal(reader->arena, &command->words.item[0]);
	bool declares = false, from_command_line;

	for (size_t i = 0; name != NULL && i < sizeof declaring / sizeof declaring[0]; i++)
		declares = declares || strcmp(name, declaring[i]) == 0;
	if (!declares)
		return;
	from_command_line = use_mentions_command_line(reader, command);
	for (size_t i = 1; i < command->words.count; i++) {
		const struct shell_word *word = &command->words.item[i];
		const char *declared = declared_name(reader, word);

		/* export NAME alone says that there is a value already. */
		if (declared == NULL || *declared == '-' ||
		    (strcmp(name, "export") == 0 && word->length == strlen(declared)))
			continue;
		assign(reader, declared, NULL, word->offset, from_command_line);
	}
}

static void collect(struct use_reader *reader, const struct shell_command *command)
{
	const char *name;

	for (size_t i = 0; i < command->assignments.count; i++) {
		const struct shell_assignment *assignment = &command->assignments.item[i];

		assign(reader, assignment->name, &assignment->value, assignment->value.offset,
		       use_word_of_command_line(reader, &assignment->value));
	}
	if (command->kind == SHELL_FUNCTION && command->name != NULL)
		vec_push(reader->arena, &reader->functions, command->name);
	if (command->kind == SHELL_LOOP && command->name != NULL) {
		bool of_command_line = false;

		for (size_t i = 0; i < command->words.count; i++)
			of_command_line = of_command_line ||
					  use_word_of_command_line(reader, &command->words.item[i]);
		assign(reader, command->name, NULL, command->offset, of_command_line);
	}
	if (command->kind != SHELL_SIMPLE || command->words.count == 0)
		return;
	name = shell_literal(reader->arena, &command->words.item[0]);
	if (name != NULL)
		vec_push(reader->arena, &reader->calls,
			 (struct use_call){name, reader->inside, command->background});
	collect_declarations(reader, command);
}

/* Whether all calls of a function are from what runs in the background. */
static bool is_only_background(const struct use_reader *reader, const char *name)
{
	bool called = false;

	for (size_t i = 0; i < reader->calls.count; i++) {
		const struct use_call *call = &reader->calls.item[i];

		if (strcmp(call->name, name) != 0)
			continue;
		called = true;
		if (!call->background &&
		    (call->caller == NULL || !is_in_daemons(reader, call->caller)))
			return false;
	}
	return called;
}

void use_collect_names(struct use_reader *reader, const shell_list *list)
{
	size_t before;

	use_walk(reader, list, collect);
	/* Each turn finds those that are called by what the turn before has found. */
	do {
		before = reader->daemons.count;
		for (size_t i = 0; i < reader->functions.count; i++) {
			const char *name = reader->functions.item[i];

			if (!is_in_daemons(reader, name) && is_only_background(reader, name))
				vec_push(reader->arena, &reader->daemons, name);
		}
	} while (reader->daemons.count > before);
}

/* --- words ----------------------------------------------------------------------------------- */

enum {
	CONSTANT_DEPTH_MAX = 8, /* of variables whose values name variables */
	CONSTANTS_MAX = 10000,	/* values put in for one script */
};

static const char *constant(struct use_reader *reader, const char *name)
{
	const struct use_name *found = use_find_name(reader, name);
	const char *value;

	/* The image that a hook fills. */
	if (found == NULL && strcmp(name, "DESTDIR") == 0)
		return "$DESTDIR";
	if (found == NULL || found->value == NULL || reader->depth >= CONSTANT_DEPTH_MAX ||
	    reader->constants++ >= CONSTANTS_MAX)
		return NULL;
	reader->depth++;
	value = use_pattern(reader, found->value);
	reader->depth--;
	return value;
}

const char *use_pattern(struct use_reader *reader, const struct shell_word *word)
{
	const char *text = "";

	for (size_t i = 0; i < word->parts.count; i++) {
		const struct shell_part *part = &word->parts.item[i];
		const char *more = part->kind == SHELL_TEXT ? part->text : NULL;
		size_t length = strlen(text);

		if (part->kind == SHELL_PARAMETER)
			more = constant(reader, part->text);
		if (more == NULL)
			more = length > 0 && text[length - 1] == '*' ? "" : "*";
		if (*more != '\0')
			text = *text == '\0' ? more
					     : arena_printf(reader->arena, "%s%s", text, more);
	}
	return text;
}

/* --- the kernel command line ----------------------------------------------------------------- */

static bool list_mentions(struct use_reader *reader, const shell_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (use_mentions_command_line(reader, list->item[i]))
			return true;
	return false;
}

bool use_word_of_command_line(struct use_reader *reader, const struct shell_word *word)
{
	for (size_t i = 0; i < word->parts.count; i++) {
		const struct shell_part *part = &word->parts.item[i];
		const struct use_name *name;

		if (part->kind == SHELL_TEXT && strcmp(part->text, "/proc/cmdline") == 0)
			return true;
		if (list_mentions(reader, &part->commands))
			return true;
		/* ${word#mandos=} is what the word says, and no word any more. */
		name = part->kind == SHELL_PARAMETER ? use_find_name(reader, part->text) : NULL;
		if (name != NULL && name->command_line)
			return true;
	}
	return false;
}

bool use_mentions_command_line(struct use_reader *reader, const struct shell_command *command)
{
	for (size_t i = 0; i < command->words.count; i++)
		if (use_word_of_command_line(reader, &command->words.item[i]))
			return true;
	for (size_t i = 0; i < command->redirections.count; i++)
		if (use_word_of_command_line(reader, &command->redirections.item[i]->target))
			return true;
	return false;
}
