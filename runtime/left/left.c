#include "left.h"

#include <stdlib.h>
#include <string.h>

/* One more element at the end of an array that grows, zero; NULL without memory. */
static void *grow(void **array, size_t *count, size_t size)
{
	char *more = realloc(*array, (*count + 1) * size);

	if (more == NULL)
		return NULL;
	*array = more;
	return memset(more + (*count)++ * size, 0, size);
}

static double seconds(const char *field)
{
	return field != NULL ? strtod(field, NULL) : 0;
}

static unsigned number(const char *field)
{
	return field != NULL ? (unsigned)strtoul(field, NULL, 10) : 0;
}

/* process PID START NAME UNIT */
static void read_process(struct left *left, char *line)
{
	const char *pid = field_next(&line), *start = field_next(&line);
	const char *name = field_next(&line), *unit = field_next(&line);
	struct left_process *process;

	if (unit == NULL || number(pid) <= 1)
		return;
	process = grow((void **)&left->process, &left->process_count, sizeof *process);
	if (process != NULL)
		*process = (struct left_process){.pid = (pid_t)number(pid),
						 .start = strtoull(start, NULL, 10),
						 .name = name,
						 .unit = unit};
}

/* All fields that are left. */
static void read_rest(char *line, const char ***list, size_t *count)
{
	const char *field;

	while ((field = field_next(&line)) != NULL) {
		const char **place = grow((void **)list, count, sizeof *place);

		if (place != NULL)
			*place = field;
	}
}

/* set SET path|other PRESENT EXPECTED ARRAY ABOUT MEMBER... */
static void read_set(struct left *left, char *line)
{
	const char *name = field_next(&line), *path = field_next(&line);
	const char *present = field_next(&line), *expected = field_next(&line);
	const char *array = field_next(&line), *about = field_next(&line);
	struct left_set *set;

	if (about == NULL)
		return;
	set = grow((void **)&left->set, &left->set_count, sizeof *set);
	if (set == NULL)
		return;
	*set = (struct left_set){.set = name,
				 .on_path = strcmp(path, "path") == 0,
				 .present = number(present),
				 .expected = number(expected),
				 .array = array,
				 .about = about};
	read_rest(line, &set->member, &set->member_count);
}

/* pending KIND NODE DEVICE... */
static void read_pending(struct left *left, char *line)
{
	const char *kind = field_next(&line), *node = field_next(&line);
	struct left_pending *pending;

	if (node == NULL)
		return;
	pending = grow((void **)&left->pending, &left->pending_count, sizeof *pending);
	if (pending == NULL)
		return;
	*pending = (struct left_pending){.kind = kind, .node = node};
	read_rest(line, &pending->device, &pending->device_count);
}

static void read_line(struct left *left, char *line)
{
	const char *word = field_next(&line);

	if (word == NULL)
		return;
	if (strcmp(word, "handed-over") == 0) {
		left->handed_over = seconds(field_next(&line));
		left->uptime = seconds(field_next(&line));
	} else if (strcmp(word, "process") == 0) {
		read_process(left, line);
	} else if (strcmp(word, "set") == 0) {
		read_set(left, line);
	} else if (strcmp(word, "pending") == 0) {
		read_pending(left, line);
	}
}

enum field_head left_read(const char *text, struct left *ret_left)
{
	enum field_head head;
	char *at, *line;

	*ret_left = (struct left){.text = strdup(text)};
	at = ret_left->text;
	if (at == NULL)
		return FIELD_HEAD_OTHER;
	head = field_read_head(&at, "left", 1);
	while (head == FIELD_HEAD_OURS && (line = field_next_line(&at)) != NULL)
		read_line(ret_left, line);
	return head;
}

void left_free(struct left *left)
{
	size_t i;

	for (i = 0; i < left->set_count; i++)
		free(left->set[i].member);
	for (i = 0; i < left->pending_count; i++)
		free(left->pending[i].device);
	free(left->set);
	free(left->process);
	free(left->pending);
	free(left->text);
	*left = (struct left){0};
}
