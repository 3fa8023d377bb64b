#include "uses.h"

#include <ctype.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_one_of(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

/* --- arguments that are files ----------------------------------------------------------------- */

enum operands {
	OPERANDS_READ,
	OPERANDS_WRITTEN,
	OPERANDS_REMOVED,
	OPERANDS_COPIED, /* the last is written, the others are read */
};

static const struct {
	const char *program;
	enum operands operands;
} programs[] = {
	{"[", OPERANDS_READ},	     {"test", OPERANDS_READ},	   {"[[", OPERANDS_READ},
	{".", OPERANDS_READ},	     {"source", OPERANDS_READ},	   {"cat", OPERANDS_READ},
	{"grep", OPERANDS_READ},     {"egrep", OPERANDS_READ},	   {"fgrep", OPERANDS_READ},
	{"head", OPERANDS_READ},     {"tail", OPERANDS_READ},	   {"cut", OPERANDS_READ},
	{"sort", OPERANDS_READ},     {"wc", OPERANDS_READ},	   {"cmp", OPERANDS_READ},
	{"readlink", OPERANDS_READ}, {"stat", OPERANDS_READ},	   {"sed", OPERANDS_READ},
	{"awk", OPERANDS_READ},	     {"rm", OPERANDS_REMOVED},	   {"unlink", OPERANDS_REMOVED},
	{"touch", OPERANDS_WRITTEN}, {"tee", OPERANDS_WRITTEN},	   {"mkfifo", OPERANDS_WRITTEN},
	{"mknod", OPERANDS_WRITTEN}, {"cp", OPERANDS_COPIED},	   {"mv", OPERANDS_COPIED},
	{"ln", OPERANDS_COPIED},     {"install", OPERANDS_COPIED},
};

/* sed -i writes what it reads. */
static bool writes_in_place(struct use_reader *reader, const struct shell_command *command)
{
	for (size_t i = 1; i < command->words.count; i++) {
		const char *word = shell_literal(reader->arena, &command->words.item[i]);

		if (word != NULL &&
		    (strncmp(word, "-i", 2) == 0 || strncmp(word, "--in-place", 10) == 0))
			return true;
	}
	return false;
}

static enum use_kind operand_kind(enum operands operands, bool last)
{
	switch (operands) {
	case OPERANDS_WRITTEN:
		return USE_WRITES;
	case OPERANDS_REMOVED:
		return USE_REMOVES;
	case OPERANDS_COPIED:
		return last ? USE_WRITES : USE_READS;
	case OPERANDS_READ:
		break;
	}
	return USE_READS;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* cp SCRIPT $DESTDIR/scripts/local-top: a directory takes the name of what is copied into it. */
static void add_image_script(struct use_reader *reader, const struct shell_command *command,
			     size_t first)
{
	static const char top[] = "$DESTDIR/scripts/";
	const struct shell_word *last = &command->words.item[command->words.count - 1];
	const char *path = use_pattern(reader, last), *name, *slash;

	if (command->words.count < first + 3 || strncmp(path, top, sizeof top - 1) != 0)
		return;
	slash = strchr(path + sizeof top - 1, '/');
	/* scripts/mine is a file, the one that boot=mine sources. */
	if (slash != NULL ? slash[1] != '\0' : !script_phase_is_known(path + sizeof top - 1))
		return;
	name = base_name(use_pattern(reader, last - 1));
	if (*name != '\0' && strchr(name, '*') == NULL)
		use_add(reader, USE_WRITES,
			arena_printf(reader->arena, "%s%s%s", path, slash != NULL ? "" : "/", name),
			last->offset, last->length);
}

/* copy_exec SOURCE TARGET, copy_file TYPE SOURCE TARGET: the target is a place in the image. */
static void read_image_copy(struct use_reader *reader, const char *name,
			    const struct shell_command *command, size_t first)
{
	bool typed = strcmp(name, "copy_file") == 0;
	const struct shell_word *target;
	const char *path;

	if ((!typed && strcmp(name, "copy_exec") != 0) ||
	    command->words.count != first + 3 + (size_t)typed)
		return;
	target = &command->words.item[command->words.count - 1];
	path = use_pattern(reader, target);
	if (strncmp(path, "/scripts/", 9) == 0)
		use_add(reader, USE_WRITES, arena_printf(reader->arena, "$DESTDIR%s", path),
			target->offset, target->length);
}

static void read_files(struct use_reader *reader, const char *name,
		       const struct shell_command *command, size_t first)
{
	enum operands operands;
	size_t row = 0;

	while (row < COUNT(programs) && strcmp(programs[row].program, name) != 0)
		row++;
	if (row == COUNT(programs))
		return;
	operands = programs[row].operands;
	if (strcmp(name, "sed") == 0 && writes_in_place(reader, command))
		operands = OPERANDS_WRITTEN;
	for (size_t i = first + 1; i < command->words.count; i++)
		use_add_file(reader, operand_kind(operands, i + 1 == command->words.count),
			     &command->words.item[i]);
	if (operands == OPERANDS_COPIED)
		add_image_script(reader, command, first);
}

/* --- files that are sourced ------------------------------------------------------------------- */

static void read_source(struct use_reader *reader, const struct shell_command *command)
{
	static const char *const libraries[] = {"/scripts/functions", "/scripts/local",
						"/scripts/nfs"};
	const char *path =
		command->words.count > 1 ? use_pattern(reader, &command->words.item[1]) : "";

	if (!is_one_of(path, libraries, COUNT(libraries)))
		reader->out->opaque = true;
}

/* --- waits ----------------------------------------------------------------------------------- */

static bool is_number(const char *text)
{
	return isdigit((unsigned char)*text) && text[strspn(text, "0123456789.")] == '\0';
}

static void add_wait(struct use_reader *reader, const char *seconds,
		     const struct shell_command *command)
{
	use_add(reader, USE_WAITS, is_number(seconds) ? seconds : "*", command->offset,
		command->length);
}

/* sleep 5, udevadm settle --timeout=30 */
static void read_wait(struct use_reader *reader, const char *name,
		      const struct shell_command *command, size_t first)
{
	const char *timeout = "120"; /* udevadm(8) */
	bool settles = false;

	if (strcmp(name, "sleep") == 0 && first + 1 < command->words.count)
		add_wait(reader, use_pattern(reader, &command->words.item[first + 1]), command);
	if (strcmp(name, "udevadm") != 0)
		return;
	for (size_t i = first + 1; i < command->words.count; i++) {
		const char *word = use_pattern(reader, &command->words.item[i]);

		settles = settles || strcmp(word, "settle") == 0;
		if (strncmp(word, "--timeout=", 10) == 0)
			timeout = word + 10;
		else if (strcmp(word, "-t") == 0 && i + 1 < command->words.count)
			timeout = use_pattern(reader, &command->words.item[i + 1]);
	}
	if (settles)
		add_wait(reader, timeout, command);
}

/* --- calls ------------------------------------------------------------------------------------ */

static bool is_builtin(const char *name)
{
	static const char *const names[] = {
		":",	   ".",	     "[",      "[[",	"break",  "cd",	      "command", "continue",
		"declare", "echo",   "eval",   "exit",	"export", "false",    "getopts", "hash",
		"let",	   "local",  "printf", "pwd",	"read",	  "readonly", "return",	 "set",
		"shift",   "source", "test",   "times", "trap",	  "true",     "type",	 "typeset",
		"ulimit",  "umask",  "unset",  "wait",	"alias",  "unalias",  "kill",	 "shopt"};

	return is_one_of(name, names, COUNT(names));
}

/* The word that is really called: exec, nohup and the like run what follows them. command -v and
 * type only ask. */
static size_t called_word(struct use_reader *reader, const struct shell_command *command)
{
	static const char *const wrappers[] = {"exec",	  "nohup", "setsid",
					       "command", "env",   "busybox"};
	size_t i = 0;

	while (i + 1 < command->words.count) {
		const char *name = shell_literal(reader->arena, &command->words.item[i]);
		const char *next = shell_literal(reader->arena, &command->words.item[i + 1]);

		if (name == NULL || !is_one_of(name, wrappers, COUNT(wrappers)) || next == NULL ||
		    *next == '-')
			break;
		i++;
	}
	return i;
}

static void add_program(struct use_reader *reader, const char *name,
			const struct shell_command *command, size_t word)
{
	const struct shell_word *called = &command->words.item[word];

	if (strchr(name, '*') == NULL && *name != '\0')
		use_add(reader, USE_PROGRAM, name, called->offset, called->length);
}

void use_read_call(struct use_reader *reader, const struct shell_command *command)
{
	size_t first = command->words.count == 0 ? 0 : called_word(reader, command);
	const char *name;

	if (command->words.count == 0)
		return;
	name = use_pattern(reader, &command->words.item[first]);
	if (command->background)
		use_add(reader, USE_DAEMON, name, command->offset, command->length);
	if (strcmp(name, ".") == 0 || strcmp(name, "source") == 0)
		read_source(reader, command);
	if (strcmp(name, "eval") == 0)
		reader->out->opaque = true;
	read_files(reader, name, command, first);
	read_image_copy(reader, name, command, first);
	if (is_builtin(name) || use_is_function(reader, name))
		return;
	if (use_library_call(reader, name, command))
		return;
	add_program(reader, name, command, first);
	read_wait(reader, name, command, first);
}

/* --- parameters of the kernel command line ------------------------------------------------------
 */

static bool is_parameter_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-';
}

/* A pattern of a case: everything before its first *, or a word. root=/dev/nbd* is root=. */
static void add_pattern(struct use_reader *reader, const struct shell_word *pattern)
{
	const char *text = use_pattern(reader, pattern);
	size_t length = 0;

	while (is_parameter_char(text[length]))
		length++;
	if (length == 0 || (text[length] != '\0' && text[length] != '=' && text[length] != '*'))
		return;
	length += text[length] == '=';
	use_add(reader, USE_PARAMETER, arena_strndup(reader->arena, text, length), pattern->offset,
		pattern->length);
}

/* The last word in a regular expression that could be a parameter: '^(.*\s)?cryptopts='. */
static void add_expression(struct use_reader *reader, const struct shell_word *word)
{
	const char *text = use_pattern(reader, word), *best = NULL;
	size_t best_length = 0;

	for (const char *at = text; *at != '\0';) {
		size_t length = 0;

		if (at[0] == '\\' && at[1] != '\0') {
			at += 2;
			continue;
		}
		while (is_parameter_char(at[length]))
			length++;
		if (length >= 3 && isalpha((unsigned char)*at)) {
			best = at;
			best_length = length + (at[length] == '=');
		}
		at += length > 0 ? length : 1;
	}
	if (best != NULL)
		use_add(reader, USE_PARAMETER, arena_strndup(reader->arena, best, best_length),
			word->offset, word->length);
}

void use_read_parameters(struct use_reader *reader, const struct shell_command *command)
{
	static const char *const matchers[] = {"grep", "egrep", "sed"};
	const char *name;

	if (command->kind == SHELL_CASE &&
	    use_word_of_command_line(reader, &command->words.item[0])) {
		for (size_t i = 0; i < command->clauses.count; i++)
			for (size_t j = 0; j < command->clauses.item[i].patterns.count; j++)
				add_pattern(reader, &command->clauses.item[i].patterns.item[j]);
		return;
	}
	if (command->kind != SHELL_SIMPLE || command->words.count < 2 ||
	    !(reader->command_line || use_mentions_command_line(reader, command)))
		return;
	name = use_pattern(reader, &command->words.item[0]);
	for (size_t i = 1; is_one_of(name, matchers, COUNT(matchers)) && i < command->words.count;
	     i++) {
		const char *word = use_pattern(reader, &command->words.item[i]);

		if (*word == '-')
			continue;
		add_expression(reader, &command->words.item[i]);
		break;
	}
}

/* --- /conf/param.conf --------------------------------------------------------------------------
 */

/* NAME=... or export NAME=... at the beginning of a line. */
static void add_setting(struct use_reader *reader, const char *line, size_t offset, size_t length,
			bool exported)
{
	struct script_use *use;
	size_t name = 0;

	line += strspn(line, " \t");
	if (strncmp(line, "export ", 7) == 0) {
		exported = true;
		line += 7;
	}
	while (isalnum((unsigned char)line[name]) || line[name] == '_')
		name++;
	if (name == 0 || line[name] != '=')
		return;
	use = use_add(reader, USE_SETS, arena_strndup(reader->arena, line, name), offset, length);
	use->exported = use->exported || exported;
}

static void read_output(struct use_reader *reader, const struct shell_command *command)
{
	static const char *const printing[] = {"echo", "printf"};
	bool exported = false;

	for (size_t i = 0; i < command->redirections.count; i++) {
		const struct shell_redirection *here = command->redirections.item[i];
		size_t at = here->body_offset, end = at + here->body_length;

		while (here->direction == SHELL_HERE && at < end) {
			size_t length = strcspn(reader->text->data + at, "\n");

			add_setting(reader,
				    arena_strndup(reader->arena, reader->text->data + at, length),
				    at, length, false);
			at += length + 1;
		}
	}
	if (command->kind != SHELL_SIMPLE || command->words.count < 2 ||
	    !is_one_of(use_pattern(reader, &command->words.item[0]), printing, COUNT(printing)))
		return;
	for (size_t i = 1; i < command->words.count; i++) {
		const char *word = use_pattern(reader, &command->words.item[i]);

		add_setting(reader, word, command->words.item[i].offset,
			    command->words.item[i].length, exported);
		exported = strcmp(word, "export") == 0;
	}
}

void use_read_settings(struct use_reader *reader, const struct shell_command *command)
{
	shell_list one = {0};

	for (size_t i = 0; i < command->redirections.count; i++) {
		const struct shell_redirection *redirection = command->redirections.item[i];

		if ((redirection->direction == SHELL_WRITES ||
		     redirection->direction == SHELL_APPENDS) &&
		    strcmp(use_pattern(reader, &redirection->target), "/conf/param.conf") == 0) {
			vec_push(reader->arena, &one, (struct shell_command *)command);
			use_walk(reader, &one, read_output);
			return;
		}
	}
}
