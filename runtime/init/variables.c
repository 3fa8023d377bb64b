#include "variables.h"

#include <string.h>

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Whether a shell takes the name (POSIX.1-2017, 3.235). */
static bool is_name(const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (!is_letter(name[i]) && (i == 0 || name[i] < '0' || name[i] > '9'))
			return false;
	return length > 0;
}

const char *variables_next(const struct variables *variables, const char *text)
{
	const char *next = text == NULL ? variables->text : text + strlen(text) + 1;

	return next < variables->text + variables->length ? next : NULL;
}

static const char *find(const struct variables *variables, const char *name, size_t length)
{
	const char *text = NULL;

	while ((text = variables_next(variables, text)) != NULL)
		if (strncmp(text, name, length) == 0 && text[length] == '=')
			return text;
	return NULL;
}

const char *variables_get(const struct variables *variables, const char *name)
{
	size_t length = strlen(name);
	const char *text = find(variables, name, length);

	return text != NULL ? text + length + 1 : NULL;
}

static void take_out(struct variables *variables, const char *name, size_t length)
{
	const char *text = find(variables, name, length);
	size_t at, size;

	if (text == NULL)
		return;
	at = (size_t)(text - variables->text);
	size = strlen(text) + 1;
	memmove(variables->text + at, variables->text + at + size, variables->length - at - size);
	variables->length -= size;
	variables->count--;
}

void variables_unset(struct variables *variables, const char *name)
{
	take_out(variables, name, strlen(name));
}

static bool add(struct variables *variables, const char *name, size_t name_length,
		const char *value)
{
	size_t size = name_length + 1 + strlen(value) + 1;
	char *to;

	if (!is_name(name, name_length))
		return false;
	take_out(variables, name, name_length);
	if (size > sizeof variables->text - variables->length || variables->count == VARIABLES_MAX)
		return false;
	to = variables->text + variables->length;
	memcpy(to, name, name_length);
	to[name_length] = '=';
	memcpy(to + name_length + 1, value, strlen(value) + 1);
	variables->length += size;
	variables->count++;
	return true;
}

bool variables_set(struct variables *variables, const char *name, const char *value)
{
	return add(variables, name, strlen(name), value);
}

bool variables_put(struct variables *variables, const char *text)
{
	size_t length = strcspn(text, "=");

	return text[length] == '=' && add(variables, text, length, text + length + 1);
}
