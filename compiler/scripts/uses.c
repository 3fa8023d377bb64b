#include "uses.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "reading.h"

const char *use_kind_name(enum use_kind kind)
{
	static const char *const names[USE_KINDS] = {
		"variable", "sets",    "parameter", "reads", "writes",
		"removes",  "program", "daemon",    "waits",
	};

	return names[kind];
}

const struct script_use *script_use_find(const struct script_uses *uses, enum use_kind kind,
					 const char *name)
{
	for (size_t i = 0; i < uses->uses.count; i++)
		if (uses->uses.item[i].kind == kind && strcmp(uses->uses.item[i].name, name) == 0)
			return &uses->uses.item[i];
	return NULL;
}

struct script_use *use_add(struct use_reader *reader, enum use_kind kind, const char *name,
			   size_t offset, size_t length)
{
	struct script_uses *out = reader->out;

	for (size_t i = 0; i < out->uses.count; i++) {
		struct script_use *use = &out->uses.item[i];

		if (use->kind != kind || strcmp(use->name, name) != 0)
			continue;
		/* What is done in the foreground, too, is waited for. */
		use->background = use->background && reader->background > 0;
		return use;
	}
	vec_push(reader->arena, &out->uses,
		 (struct script_use){
			 .kind = kind,
			 .name = name,
			 .span = {.text = reader->text, .offset = offset, .length = length},
			 .background = reader->background > 0,
		 });
	return &out->uses.item[out->uses.count - 1];
}

/* --- variables ------------------------------------------------------------------------------- */

/* Positional and special parameters, and what the shell itself sets. */
static bool is_the_shells(const char *name)
{
	static const char *const names[] = {"IFS",	"PS1",	  "PS2",    "PS4", "OPTIND",
					    "OPTARG",	"PPID",	  "PWD",    "UID", "OLDPWD",
					    "LINENO",	"RANDOM", "EUID",   "_",   "HOSTNAME",
					    "FUNCNAME", "SHELL",  "SECONDS"};

	if (!isalpha((unsigned char)*name) && *name != '_')
		return true;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return strncmp(name, "BASH_", 5) == 0;
}

static void read_variable(struct use_reader *reader, const char *name, size_t offset, size_t length,
			  bool guarded)
{
	const struct use_name *own = use_find_name(reader, name);
	size_t before = reader->out->uses.count;
	struct script_use *use;

	if (is_the_shells(name) || (own != NULL && own->offset < offset))
		return;
	use = use_add(reader, USE_VARIABLE, name, offset, length);
	/* A function may be called after the assignment that follows it. */
	guarded = guarded || own != NULL;
	if (reader->out->uses.count > before)
		use->guarded = guarded;
	else if (!guarded && use->guarded) {
		use->guarded = false;
		use->span.offset = offset;
		use->span.length = length;
	}
}

static void read_part(struct use_reader *reader, const struct shell_part *part)
{
	if (part->kind != SHELL_TEXT && part->text != NULL)
		read_variable(reader, part->text, part->offset, part->length, part->guarded);
	for (size_t i = 0; i < part->nested.count; i++)
		read_part(reader, &part->nested.item[i]);
}

static void read_word(struct use_reader *reader, const struct shell_word *word)
{
	for (size_t i = 0; i < word->parts.count; i++)
		read_part(reader, &word->parts.item[i]);
}

/* $NAME and ${NAME in a here-document, which is expanded unless its end is quoted. */
static void read_document(struct use_reader *reader, const struct shell_redirection *here)
{
	const char *data = reader->text->data;
	size_t end = here->body_offset + here->body_length;

	if (here->target.parts.count != 1 || here->target.parts.item[0].quoted)
		return;
	for (size_t at = here->body_offset; at + 1 < end; at++) {
		size_t from = at + 1 + (data[at + 1] == '{'), to = from;

		if (data[at] == '\\')
			at++; /* what is behind it stands for itself */
		else if (data[at] == '$') {
			while (to < end && (isalnum((unsigned char)data[to]) || data[to] == '_'))
				to++;
			if (to > from)
				read_variable(reader,
					      arena_strndup(reader->arena, data + from, to - from),
					      at, to - at, data[to] == ':');
		}
	}
}

/* --- files ----------------------------------------------------------------------------------- */

/* Where scripts keep what others are to find. Programs and devices are no such places. */
static bool is_shared(const char *path)
{
	static const char *const places[] = {"/run/", "/conf/",	     "/etc/",
					     "/tmp/", "/cryptroot/", "$DESTDIR/scripts/"};

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (strncmp(path, places[i], strlen(places[i])) == 0)
			return strspn(path + strlen(places[i]), "*/") <
			       strlen(path + strlen(places[i]));
	return false;
}

void use_add_file(struct use_reader *reader, enum use_kind kind, const struct shell_word *word)
{
	const char *path = use_pattern(reader, word);

	if (strncmp(path, "/var/run/", 9) == 0)
		path += 4;
	if (strncmp(path, "conf/", 5) == 0)
		path = arena_printf(reader->arena, "/%s", path); /* init's directory is / */
	if (is_shared(path))
		use_add(reader, kind, path, word->offset, word->length);
}

/* --- commands -------------------------------------------------------------------------------- */

static void read_redirections(struct use_reader *reader, const struct shell_command *command)
{
	for (size_t i = 0; i < command->redirections.count; i++) {
		const struct shell_redirection *redirection = command->redirections.item[i];

		read_word(reader, &redirection->target);
		if (redirection->direction == SHELL_HERE)
			read_document(reader, redirection);
		else if (redirection->direction == SHELL_READS)
			use_add_file(reader, USE_READS, &redirection->target);
		else if (redirection->direction != SHELL_DUPLICATES)
			use_add_file(reader, USE_WRITES, &redirection->target);
	}
}

static void visit(struct use_reader *reader, const struct shell_command *command)
{
	for (size_t i = 0; i < command->words.count; i++)
		read_word(reader, &command->words.item[i]);
	for (size_t i = 0; i < command->assignments.count; i++)
		read_word(reader, &command->assignments.item[i].value);
	for (size_t i = 0; i < command->clauses.count; i++)
		for (size_t j = 0; j < command->clauses.item[i].patterns.count; j++)
			read_word(reader, &command->clauses.item[i].patterns.item[j]);
	read_redirections(reader, command);
	use_read_parameters(reader, command);
	use_read_settings(reader, command);
	if (command->kind == SHELL_SIMPLE)
		use_read_call(reader, command);
}

const struct script_uses *script_uses_read(struct arena *arena, const char *phase,
					   const struct script *script)
{
	struct script_uses *out = arena_alloc(arena, sizeof *out);
	struct use_reader reader = {.arena = arena, .text = script->text, .out = out};
	struct shell_script parsed;

	if (script->text == NULL || script->reading == NULL || script->reading->foreign)
		return NULL;
	/* What stands before a mistake is read all the same: sh has accepted the script. */
	shell_parse(arena, script->text, &parsed);
	use_collect_names(&reader, &parsed.commands);
	use_walk(&reader, &parsed.commands, visit);
	use_annotate(&reader, phase, script->name);
	return out;
}

const struct script_use *script_longest_wait(const struct script_uses *uses)
{
	const struct script_use *longest = NULL;
	unsigned long most = 0;

	for (size_t i = 0; i < uses->uses.count; i++) {
		const struct script_use *use = &uses->uses.item[i];
		unsigned long seconds = strtoul(use->name, NULL, 10);

		if (use->kind != USE_WAITS || use->background)
			continue;
		if (strcmp(use->name, "no limit") == 0)
			return use;
		if (seconds > most) {
			most = seconds;
			longest = use;
		}
	}
	return longest;
}
