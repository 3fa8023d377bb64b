#include "status.h"
#include "../image/path.h"
#include "../../runtime/left/stat.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 4096 };

/* To its end, wherever that is: files of /proc and /sys do not have the size that they say. */
char *status_read(const struct status *status, const char *path)
{
	int fd = openat(status->root_fd, path, O_RDONLY | O_CLOEXEC);
	size_t capacity = 0, length = 0;
	char *data = NULL;
	ssize_t n = 1;

	while (fd >= 0 && n > 0) {
		data = arena_grow(status->arena, data, length + PIECE, &capacity, 1);
		n = read(fd, data + length, PIECE);
		if (n > 0)
			length += (size_t)n;
	}
	if (fd < 0 || n < 0) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	close(fd);
	data[length] = '\0'; /* the last piece was empty */
	return data;
}

const char *status_read_line(const struct status *status, const char *path)
{
	char *data = status_read(status, path);

	return data != NULL ? arena_strndup(status->arena, data, strcspn(data, "\n")) : NULL;
}

/* --- what was left -------------------------------------------------------- */

bool status_check_head(struct status *status, const char *path, enum field_head head)
{
	if (head == FIELD_HEAD_OURS)
		return true;
	status->trouble = true;
	diag_report(status->diag, DIAG_NOT_LEFT, (struct span){.name = path}, NULL,
		    head == FIELD_HEAD_NEWER ? "is of a version that this program does not know"
					     : "is not what bootgraph leaves there");
	return false;
}

void status_read_left(struct status *status)
{
	static const char path[] = "run/bootgraph/left";
	char *text = status_read(status, path);
	enum field_head head;

	if (text == NULL)
		return;
	head = left_read(text, &status->left);
	status->has_left = status_check_head(status, path, head);
}

/* --- since the handoff ---------------------------------------------------- */

/* TIME WORD SUBJECT SENTENCE, in seconds since the machine was started. */
static void print_event(struct status *status, char *line)
{
	const char *time = field_next(&line), *word = field_next(&line);
	const char *subject = field_next(&line), *sentence = field_next(&line);
	double at;

	if (sentence == NULL)
		return;
	at = strtod(time, NULL) - status->left.uptime + status->left.handed_over;
	if (strcmp(word, "appeared") == 0)
		vec_push(status->arena, &status->arrivals,
			 (struct status_arrival){.node = subject, .at = at});
	if (*sentence != '\0')
		printf("%8.3f  %s\n", at, sentence);
	else
		printf("%8.3f  %s: %s\n", at, subject, word);
}

void status_print_since(struct status *status)
{
	static const char path[] = "run/bootgraph/resume";
	char *text = status_read(status, path), *line;
	enum field_head head;

	if (text == NULL)
		return;
	head = field_read_head(&text, "resume", 1);
	if (!status_check_head(status, path, head))
		return;
	status->watched = true;
	puts("\nSince the handoff (bootgraph-resume):");
	while ((line = field_next_line(&text)) != NULL)
		print_event(status, line);
}

/* --- now ------------------------------------------------------------------ */

/* A sentence of the last part, which begins with an empty line. */
static void say_now(struct status *status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say_now(struct status *status, const char *format, ...)
{
	va_list arguments;

	if (!status->told_now)
		puts("");
	status->told_now = true;
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
}

static const struct left_set *find_set(const struct status *status, const char *array)
{
	for (size_t i = 0; i < status->left.set_count; i++)
		if (strcmp(status->left.set[i].array, array) == 0)
			return &status->left.set[i];
	return NULL;
}

static void print_array(struct status *status, const char *name)
{
	const char *base = arena_printf(status->arena, "sys/block/%s/md", name);
	const char *disks =
		status_read_line(status, arena_printf(status->arena, "%s/raid_disks", base));
	const char *missing =
		status_read_line(status, arena_printf(status->arena, "%s/degraded", base));
	const struct left_set *set = find_set(status, name);

	if (disks == NULL || missing == NULL || strcmp(missing, "0") == 0)
		return;
	status->trouble = true;
	say_now(status, "Array %s lacks %s of its %s members%s.\n", name, missing, disks,
		set != NULL && !set->on_path ? "; the boot did not need it" : "");
}

/* systemd's storage daemons: processes that it is not to end (ROOT_STORAGE_DAEMONS.md). */
static void print_all_spared(struct status *status)
{
	path_names names = path_list(status->arena, status->root_fd, "proc", "[1-9]*");

	for (size_t i = 0; i < names.count; i++) {
		const char *line = status_read(
			status, arena_printf(status->arena, "proc/%s/cmdline", names.item[i]));

		if (line != NULL && line[0] == '@' && line[1] != '\0')
			say_now(status, "Still running from the initramfs: %s, process %s.\n",
				line + 1, names.item[i]);
	}
}

static void print_process(struct status *status, const struct left_process *process)
{
	const char *line = status_read_line(
		status, arena_printf(status->arena, "proc/%d/stat", (int)process->pid));
	bool runs = line != NULL && stat_start(line) == process->start;
	const char *unit =
		*process->unit != '\0' ? arena_printf(status->arena, " of %s", process->unit) : "";

	if (runs)
		say_now(status, "Still running from the initramfs: %s%s, process %d.\n",
			process->name, unit, (int)process->pid);
	else
		say_now(status,
			"No longer running from the initramfs: %s%s, which was process %d.\n",
			process->name, unit, (int)process->pid);
}

static const struct status_arrival *find_arrival(const struct status *status, const char *node)
{
	for (size_t i = 0; i < status->arrivals.count; i++)
		if (strcmp(status->arrivals.item[i].node, node) == 0)
			return &status->arrivals.item[i];
	return NULL;
}

/* What has become of it: of a unit, what has become of that which it would have made. */
static const char *pending_end(const struct status *status, const struct left_pending *pending)
{
	const struct status_arrival *arrival = find_arrival(status, pending->node);
	const char *what = strcmp(pending->kind, "device") == 0 ? "it"
			   : pending->device_count > 0		? pending->device[0]
								: NULL;

	if (what == NULL)
		return "; nobody else does it";
	if (!status->watched)
		return "";
	if (arrival == NULL)
		return arena_printf(status->arena, "; %s has not come since", what);
	return arena_printf(status->arena, "; %s has been there since %.3f s", what, arrival->at);
}

static void print_pending(struct status *status)
{
	for (size_t i = 0; i < status->left.pending_count; i++) {
		const struct left_pending *pending = &status->left.pending[i];

		say_now(status, "Not done when the real init took over: %s %s%s.\n", pending->kind,
			pending->node, pending_end(status, pending));
	}
}

void status_print_now(struct status *status)
{
	path_names names = path_list(status->arena, status->root_fd, "sys/block", "md*");

	print_pending(status);
	for (size_t i = 0; i < names.count; i++)
		print_array(status, names.item[i]);
	if (!status->has_left)
		print_all_spared(status);
	for (size_t i = 0; i < status->left.process_count; i++)
		print_process(status, &status->left.process[i]);
}
