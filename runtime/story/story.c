#include "story.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- writing -------------------------------------------------------------- */

enum { CUT_BYTES = sizeof "cut\n" - 1 };

/* A line, if it fits with reserve bytes to spare; else nothing. */
static bool add_line(char text[STORY_MAX], size_t *length, size_t reserve, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static bool add_line(char text[STORY_MAX], size_t *length, size_t reserve, const char *format, ...)
{
	size_t room = STORY_MAX - *length;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(text + *length, room, format, arguments);
	va_end(arguments);
	if (n < 0 || (size_t)n + reserve >= room) {
		text[*length] = '\0';
		return false;
	}
	*length += (size_t)n;
	return true;
}

size_t story_write(const struct story *story, char text[STORY_MAX])
{
	bool cut = story->cut;
	size_t length = 0, i;

	text[0] = '\0';
	add_line(text, &length, 0, "bootgraph-rescue 1\nat %lld\nboot %.40s\nrelease %.64s\n",
		 story->at, story->boot, story->release);
	/* A sentence is one line of an explanation at most, which is half of the room. */
	add_line(text, &length, CUT_BYTES, "stopped %.511s\n", story->stopped);
	for (i = 0; i < story->path_count && !cut; i++)
		cut = !add_line(text, &length, CUT_BYTES, "because %s\n", story->path[i]);
	if (cut)
		add_line(text, &length, 0, "cut\n");
	return length;
}

/* --- reading -------------------------------------------------------------- */

/* Control characters: those of ASCII, and U+0080 to U+009F. */
static void make_harmless(char *text)
{
	unsigned char *c;

	for (c = (unsigned char *)text; *c != '\0'; c++)
		if ((*c < ' ' && *c != '\n') || *c == 0x7f)
			*c = '?';
		else if (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
			c[0] = c[1] = '?';
}

/* What follows a line's first word, if that is this one; else NULL. */
static const char *after(const char *line, const char *word)
{
	size_t length = strlen(word);

	return strncmp(line, word, length) == 0 && line[length] == ' ' ? line + length + 1 : NULL;
}

static void read_line(struct story *story, const char *line)
{
	const char *rest;

	if ((rest = after(line, "at")) != NULL)
		story->at = strtoll(rest, NULL, 10);
	else if ((rest = after(line, "boot")) != NULL)
		story->boot = rest;
	else if ((rest = after(line, "release")) != NULL)
		story->release = rest;
	else if ((rest = after(line, "stopped")) != NULL)
		story->stopped = rest;
	else if ((rest = after(line, "because")) != NULL && story->path_count < STORY_PATH_MAX)
		story->path[story->path_count++] = rest;
	else if (rest != NULL || strcmp(line, "cut") == 0)
		story->cut = true;
}

enum field_head story_read(char *text, struct story *ret_story)
{
	enum field_head head = field_read_head(&text, "rescue", 1);
	char *line;

	*ret_story = (struct story){.boot = "", .release = "", .stopped = ""};
	if (head != FIELD_HEAD_OURS)
		return head;
	make_harmless(text);
	while ((line = field_next_line(&text)) != NULL)
		read_line(ret_story, line);
	return *ret_story->stopped != '\0' ? head : FIELD_HEAD_OTHER;
}

const char *story_tale(const char *text)
{
	const char *tale = strstr(text, "\nstopped ");

	return tale != NULL ? tale + 1 : NULL;
}
