#include "graph.h"

#include <string.h>

/* A field name's length at the beginning of a text, 0 if there is none. */
static size_t name_length(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_.-");
}

static const struct word *find_field(const struct field_value *fields, const char *name,
				     size_t length)
{
	for (; fields->name != NULL; fields++)
		if (strlen(fields->name) == length && memcmp(fields->name, name, length) == 0)
			return &fields->value;
	return NULL;
}

void expand_fields(struct arena *arena, struct word *word, const struct field_value *fields)
{
	const char *at = word->text, *c;
	struct span span = word->span;
	bool replaced = false;
	VEC(char) out = {0};

	while (*at != '\0') {
		size_t length = *at == '{' ? name_length(at + 1) : 0;
		const struct word *value = NULL;

		if (length > 0 && at[1 + length] == '}' && !(at > word->text && at[-1] == '$'))
			value = find_field(fields, at + 1, length);
		if (value == NULL) {
			vec_push(arena, &out, *at++);
			continue;
		}
		for (c = value->text; *c != '\0'; c++)
			vec_push(arena, &out, *c);
		if (!replaced && value->span.text != NULL)
			span = value->span;
		replaced = true;
		at += length + 2;
	}
	vec_push(arena, &out, '\0');
	*word = (struct word){out.item, span};
}

/* A shell's ${name} is text; any other {name is meant as a placeholder. */
static bool has_placeholder(const char *text)
{
	const char *at = text;

	for (; (at = strchr(at, '{')) != NULL; at++)
		if (!(at > text && at[-1] == '$') && name_length(at + 1) > 0)
			return true;
	return false;
}

static const char *nearest_parameter(const char *name)
{
	const char *names[PARAMETER_COUNT];
	unsigned i;

	for (i = 0; i < PARAMETER_COUNT; i++)
		names[i] = parameter_name((enum parameter_id)i);
	return diag_nearest(name, names, PARAMETER_COUNT);
}

bool expand_value(struct arena *arena, struct diag *diag, const struct word *word,
		  struct program_value *ret_value)
{
	const char *text = word->text, *nearest, *rest;
	size_t length, size = strlen(text);
	enum parameter_id id;

	*ret_value = (struct program_value){text, PARAMETER_COUNT};
	if (!has_placeholder(text))
		return true;
	length = name_length(text + 1);
	rest = text + 1 + length;
	if (*text != '{' || text[size - 1] != '}' ||
	    (rest != text + size - 1 && strncmp(rest, " or ", 4) != 0)) {
		diag_report(diag, DIAG_PLACEHOLDER, word->span, NULL,
			    "a placeholder has to be the whole value: \"%s\"", text);
		return false;
	}
	id = parameter_by_name(text + 1, length);
	if (id == PARAMETER_COUNT) {
		const char *name = arena_strndup(arena, text + 1, length);

		nearest = nearest_parameter(name);
		diag_report(diag, DIAG_PLACEHOLDER, word->span,
			    nearest != NULL ? arena_printf(arena, "did you mean {%s}?", nearest)
					    : NULL,
			    "neither a kernel parameter nor a field of for-each: {%s}", name);
		return false;
	}
	ret_value->parameter = id;
	ret_value->text = "";
	if (*rest != '}')
		ret_value->text =
			arena_strndup(arena, rest + 4, (size_t)(text + size - 1 - rest - 4));
	return true;
}

const char *value_string(struct arena *arena, const struct program_value *value)
{
	if (value->parameter == PARAMETER_COUNT)
		return value->text;
	if (value->text[0] == '\0')
		return arena_printf(arena, "{%s}", parameter_name(value->parameter));
	return arena_printf(arena, "{%s or %s}", parameter_name(value->parameter), value->text);
}
