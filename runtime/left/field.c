#include "field.h"

#include <stdlib.h>
#include <string.h>

/* --- writing -------------------------------------------------------------- */

void field_write(FILE *file, const char *text)
{
	if (*text == '\0')
		fputc('-', file);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c <= ' ' || c >= 0x7f || c == '\\')
			fprintf(file, "\\x%02x", c);
		else
			fputc(c, file);
	}
}

void field_write_time(FILE *file, uint32_t milliseconds)
{
	fprintf(file, "%u.%03u", (unsigned)(milliseconds / 1000), (unsigned)(milliseconds % 1000));
}

/* --- reading -------------------------------------------------------------- */

static int digit_value(char c)
{
	const char *digits = "0123456789abcdef", *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

void field_decode(const char *from, size_t length, char *to)
{
	const char *end = from + length;

	while (from < end) {
		if (end - from >= 4 && from[0] == '\\' && from[1] == 'x' &&
		    digit_value(from[2]) >= 0 && digit_value(from[3]) >= 0) {
			*to++ = (char)(digit_value(from[2]) * 16 + digit_value(from[3]));
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

enum field_head field_read_head(char **text, const char *kind, unsigned newest)
{
	size_t length = strlen(kind);
	char *line = *text, *number;
	unsigned long version;

	if (strncmp(line, "bootgraph-", 10) != 0 || strncmp(line + 10, kind, length) != 0 ||
	    line[10 + length] != ' ')
		return FIELD_HEAD_OTHER;
	number = line + 10 + length + 1;
	if (*number < '1' || *number > '9')
		return FIELD_HEAD_OTHER;
	version = strtoul(number, text, 10);
	if (**text != '\n')
		return FIELD_HEAD_OTHER;
	(*text)++;
	return version <= newest ? FIELD_HEAD_OURS : FIELD_HEAD_NEWER;
}

char *field_next_line(char **text)
{
	char *line = *text, *end = strchr(line, '\n');

	if (end == NULL)
		return NULL;
	*end = '\0';
	*text = end + 1;
	return line;
}

char *field_next(char **line)
{
	char *field = *line + strspn(*line, " ");
	size_t length = strcspn(field, " ");

	if (length == 0)
		return NULL;
	*line = field + length + (field[length] != '\0');
	if (length == 1 && *field == '-')
		length = 0;
	field_decode(field, length, field);
	return field;
}
