#include "follow.h"

#include <string.h>

/* --- values ---------------------------------------------------------------------------------- */

void value_add(struct reader *reader, struct value *value, const char *text, size_t length,
	       size_t origin)
{
	for (size_t i = 0; i < length; i++) {
		vec_push(reader->arena, &value->text, text[i]);
		vec_push(reader->arena, &value->origin, origin == NOWHERE ? NOWHERE : origin + i);
	}
}

void value_add_value(struct reader *reader, struct value *value, const struct value *more)
{
	value->known = value->known && more->known;
	for (size_t i = 0; i < more->text.count; i++)
		value_add(reader, value, more->text.item + i, 1, more->origin.item[i]);
}

const char *value_as_string(struct reader *reader, const struct value *value)
{
	if (!value->known)
		return NULL;
	return value->text.count == 0
		       ? ""
		       : arena_strndup(reader->arena, value->text.item, value->text.count);
}

/* What mkinitramfs exports: no assignment of the script's own says what these are. */
static bool is_exported(const char *name)
{
	static const char *const names[] = {"PATH",    "MODULESDIR",  "version",       "CONFDIR",
					    "DESTDIR", "DPKG_ARCH",   "verbose",       "KEYMAP",
					    "MODULES", "BUSYBOX",     "BUSYBOXDIR",    "RESUME",
					    "FSTYPE",  "__TMPCPIOGZ", "__TMPEARLYCPIO"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static struct value *find_variable(struct reader *reader, const char *name)
{
	for (size_t i = reader->variables.count; i > 0; i--)
		if (strcmp(reader->variables.item[i - 1].name, name) == 0)
			return &reader->variables.item[i - 1].value;
	return NULL;
}

void variable_set(struct reader *reader, const char *name, struct value value)
{
	struct value *variable = find_variable(reader, name);

	if (variable != NULL)
		*variable = value;
	else
		vec_push(reader->arena, &reader->variables, (struct variable){name, value});
}

static struct value parameter(struct reader *reader, const struct shell_part *part)
{
	struct value value = {.known = true}, *variable;

	if (strcmp(part->text, "1") == 0 || strcmp(part->text, "@") == 0 ||
	    strcmp(part->text, "*") == 0)
		return reader->argument;
	if (strcmp(part->text, "#") == 0) {
		value_add(reader, &value, "1", 1, NOWHERE);
		return value;
	}
	variable = find_variable(reader, part->text);
	if (variable != NULL)
		return *variable;
	value.known = strchr("0?$!-", part->text[0]) == NULL && !is_exported(part->text);
	return value;
}

struct value value_of(struct reader *reader, const struct shell_word *word)
{
	struct value value = {.known = true}, more;

	for (size_t i = 0; i < word->parts.count; i++) {
		const struct shell_part *part = &word->parts.item[i];

		switch (part->kind) {
		case SHELL_TEXT:
			value_add(reader, &value, part->text, part->length, part->offset);
			break;
		case SHELL_PARAMETER:
			more = parameter(reader, part);
			value_add_value(reader, &value, &more);
			break;
		case SHELL_OTHER:
			value.known = false;
			break;
		}
	}
	return value;
}
