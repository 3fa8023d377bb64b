#include "properties.h"

#include <string.h>

static bool add(struct properties *properties, const char *text, size_t length)
{
	if (length >= sizeof properties->text - properties->length)
		return false;
	memcpy(properties->text + properties->length, text, length);
	properties->length += length;
	properties->text[properties->length] = '\0';
	return true;
}

bool properties_add_all(struct properties *properties, const char *text, size_t length)
{
	return add(properties, text, length);
}

bool properties_add(struct properties *properties, const char *key, const char *value)
{
	size_t before = properties->length;

	if (*value == '\0')
		return true;
	if (strchr(value, '\n') == NULL && add(properties, key, strlen(key)) &&
	    add(properties, "=", 1) && add(properties, value, strlen(value) + 1))
		return true;
	properties->length = before;
	return false;
}

bool properties_add_lines(struct properties *properties, const char *lines, size_t length)
{
	size_t at = 0;

	while (at < length) {
		const char *end = memchr(lines + at, '\n', length - at);
		size_t line = end != NULL ? (size_t)(end - lines) - at : length - at;

		if (line > 1 && memchr(lines + at + 1, '=', line - 1) != NULL &&
		    memchr(lines + at, '\0', line) == NULL &&
		    !(add(properties, lines + at, line) && add(properties, "", 1)))
			return false;
		at += line + 1;
	}
	return true;
}
