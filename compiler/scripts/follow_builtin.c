#include "follow.h"

#include <string.h>

/* --- tests ----------------------------------------------------------------------------------- */

/* Where an image is being built, what is in the image is not at its place. */
static bool is_of_the_image(const char *path)
{
	return strncmp(path, "/scripts/", 9) == 0 || strncmp(path, "/conf/", 6) == 0;
}

static enum truth test_one(const char *operator, const char * operand)
{
	if (operand == NULL)
		return MAYBE;
	if (strcmp(operator, "-n") == 0)
		return *operand != '\0';
	if (strcmp(operator, "-z") == 0)
		return *operand == '\0';
	if (strlen(operator) == 2 && strchr("efdrsxh", operator[1]) != NULL &&
	    is_of_the_image(operand))
		return NO;
	return MAYBE;
}

static enum truth test_two(const char *left, const char *operator, const char * right)
{
	bool equal;

	if (left == NULL || operator== NULL || right == NULL)
		return MAYBE;
	equal = strcmp(left, right) == 0;
	if (strcmp(operator, "=") == 0 || strcmp(operator, "==") == 0)
		return equal;
	return strcmp(operator, "!=") == 0 ? !equal : MAYBE;
}

static enum truth not(enum truth truth) { return truth == MAYBE ? MAYBE : truth == NO ? YES : NO; }

/* test(1) with the words after its name; of what it can do, what a handler asks. */
static enum truth test(const char *const *words, size_t count)
{
	if (count > 1 && words[0] != NULL && strcmp(words[0], "!") == 0)
		return not(test(words + 1, count - 1));
	if (count == 1 && words[0] != NULL)
		return *words[0] != '\0';
	if (count == 2 && words[0] != NULL)
		return test_one(words[0], words[1]);
	return count == 3 ? test_two(words[0], words[1], words[2]) : MAYBE;
}

/* --- builtins -------------------------------------------------------------------------------- */

static enum flow succeed(struct reader *reader)
{
	reader->status = YES;
	return FLOW_ON;
}

static enum flow call_echo(struct reader *reader, const struct call *call)
{
	static const char blank[] = " ", newline[] = "\n";
	size_t from = call->words.count > 1 && call->words.item[1] != NULL &&
				      strcmp(call->words.item[1], "-n") == 0
			      ? 2
			      : 1;

	for (size_t i = from; i < call->words.count; i++) {
		if (call->words.item[i] == NULL)
			return follow_lose(reader, call->command, "prints what it has computed");
		if (strchr(call->words.item[i], '\\') != NULL)
			return follow_lose(reader, call->command, "prints with a backslash");
		if (i > from)
			value_add(reader, &reader->out, blank, 1, NOWHERE);
		value_add_value(reader, &reader->out, &call->values.item[i]);
	}
	if (from == 1)
		value_add(reader, &reader->out, newline, 1, NOWHERE);
	return succeed(reader);
}

/* One use of a format; false for what is neither text, %s nor \n. */
static bool print_format(struct reader *reader, const struct value *format, const struct call *call,
			 size_t *next)
{
	const char *text = value_as_string(reader, format);

	for (size_t i = 0; text[i] != '\0'; i++) {
		if (text[i] != '%' && text[i] != '\\') {
			value_add(reader, &reader->out, text + i, 1, format->origin.item[i]);
			continue;
		}
		i++;
		if (text[i - 1] == '\\' && text[i] == 'n')
			value_add(reader, &reader->out, "\n", 1, NOWHERE);
		else if (text[i - 1] == '%' && text[i] == 's' && *next < call->values.count)
			value_add_value(reader, &reader->out, &call->values.item[(*next)++]);
		else if (text[i - 1] != '%' || text[i] != 's')
			return false;
	}
	return true;
}

static enum flow call_printf(struct reader *reader, const struct call *call)
{
	size_t next = 2, before;

	for (size_t i = 1; i < call->words.count; i++)
		if (call->words.item[i] == NULL)
			return follow_lose(reader, call->command, "prints what it has computed");
	if (call->words.count < 2)
		return follow_lose(reader, call->command, "prints nothing in particular");
	do {
		before = next;
		if (!print_format(reader, &call->values.item[1], call, &next))
			return follow_lose(reader, call->command, "prints in a form of its own");
	} while (next < call->words.count && next > before);
	return succeed(reader);
}

/* export, readonly, local: their words are assignments. */
static enum flow call_declare(struct reader *reader, const struct call *call)
{
	for (size_t i = 1; i < call->words.count; i++) {
		const char *word = call->words.item[i], *equals;
		struct value value = {.known = true};
		size_t from;

		if (word == NULL)
			return follow_lose(reader, call->command, "declares what it has computed");
		equals = strchr(word, '=');
		if (equals == NULL)
			continue;
		for (from = (size_t)(equals - word) + 1; word[from] != '\0'; from++)
			value_add(reader, &value, word + from, 1,
				  call->values.item[i].origin.item[from]);
		variable_set(reader, arena_strndup(reader->arena, word, (size_t)(equals - word)),
			     value);
	}
	return succeed(reader);
}

/* The libraries of initramfs-tools define functions and print nothing. Those in the image are not
 * there where it is built, and a shell that cannot source a file ends. */
static enum flow call_source(struct reader *reader, const struct call *call)
{
	const char *path = call->words.count > 1 ? call->words.item[1] : NULL;

	if (path == NULL)
		return follow_lose(reader, call->command, "sources another file");
	if (is_of_the_image(path))
		return FLOW_EXIT;
	if (strcmp(path, "/usr/share/initramfs-tools/hook-functions") != 0 &&
	    strcmp(path, "/usr/share/initramfs-tools/scripts/functions") != 0)
		return follow_lose(reader, call->command,
				   arena_printf(reader->arena, "sources %s", path));
	return succeed(reader);
}

static enum flow call_exit(struct reader *reader, const struct call *call)
{
	(void)reader;
	return strcmp(call->words.item[0], "exit") == 0 ? FLOW_EXIT : FLOW_RETURN;
}

static enum flow call_test(struct reader *reader, const struct call *call)
{
	size_t count = call->words.count - 1;

	if (strcmp(call->words.item[0], "[") == 0 && count > 0)
		count--; /* the ] */
	reader->status = test(call->words.item + 1, count);
	return FLOW_ON;
}

static enum flow call_nothing(struct reader *reader, const struct call *call)
{
	/* set -- gives other arguments. */
	for (size_t i = 1; i < call->words.count; i++)
		if (call->words.item[i] == NULL || strcmp(call->words.item[i], "--") == 0)
			return follow_lose(reader, call->command, "changes its arguments");
	reader->status = strcmp(call->words.item[0], "false") == 0 ? NO : YES;
	return FLOW_ON;
}

static const struct {
	const char *name;
	enum flow (*call)(struct reader *reader, const struct call *call);
} builtins[] = {
	{"echo", call_echo},	 {"printf", call_printf},    {"export", call_declare},
	{"local", call_declare}, {"readonly", call_declare}, {".", call_source},
	{"exit", call_exit},	 {"return", call_exit},	     {"[", call_test},
	{"test", call_test},	 {":", call_nothing},	     {"true", call_nothing},
	{"false", call_nothing}, {"set", call_nothing},	     {"umask", call_nothing},
};

follow_builtin follow_find_builtin(const char *name)
{
	for (size_t i = 0; i < sizeof builtins / sizeof builtins[0]; i++)
		if (strcmp(builtins[i].name, name) == 0)
			return builtins[i].call;
	return NULL;
}
