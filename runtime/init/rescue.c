#include "image.h"
#include "init.h"
#include "log.h"
#include "rescue_story.h"
#include "shell.h"
#include "../core/explain.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vt.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	REPORT_BYTES = 16384,
	DEVICES_SHOWN = 100,
	SHELL_TOO_QUICK =
		1000, /* milliseconds: a shell that ends sooner is not asked for again at once */
};

/* --- the report ----------------------------------------------------------- */

struct text {
	char bytes[REPORT_BYTES];
	size_t length;
	char last[EXPLAIN_LINE_MAX]; /* line of the explanation */
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct text *text, const char *format, ...)
{
	size_t room = sizeof text->bytes - text->length;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(text->bytes + text->length, room, format, arguments);
	va_end(arguments);
	if (n > 0)
		text->length += (size_t)n < room ? (size_t)n : room - 1;
}

struct explanation {
	struct init *init;
	struct text *text;
	char reason[256]; /* the last one that was put together */
};

static void explanation_line(void *context, const char *line)
{
	struct init *init = ((struct explanation *)context)->init;
	struct text *text = ((struct explanation *)context)->text;

	trace_because(&init->trace.sink, init_now(), line);
	add(text, "  %s\n", line);
	snprintf(text->last, sizeof text->last, "%s", line);
}

static const char *explanation_reason(void *context, uint32_t node)
{
	struct explanation *explanation = context;
	const struct init *init = explanation->init;
	const char *reason = notes_of(&init->notes, node)->reason;

	if (reason != NULL)
		return reason;
	members_explain(init, machine_node_title(&init->machine, node), explanation->reason,
			sizeof explanation->reason);
	return explanation->reason[0] != '\0' ? explanation->reason : NULL;
}

/* What stands on a disk is not to steer the terminal: beyond ASCII only well-formed UTF-8 is shown,
 * and of that no control character. */
static void add_shown(struct text *text, const char *key, const char *value)
{
	const unsigned char *c = (const unsigned char *)value;

	if (value == NULL)
		return;
	add(text, " %s", key);
	while (*c != '\0') {
		int more = *c < 0x80		     ? 0
			   : *c >= 0xc2 && *c < 0xe0 ? 1
			   : (*c & 0xf0) == 0xe0     ? 2
						     : -1;
		int i = 0;

		while (i < more && (c[i + 1] & 0xc0) == 0x80)
			i++;
		if (i != more || *c < ' ' || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0)) {
			add(text, "?");
			c++;
		} else {
			add(text, "%.*s", more + 1, (const char *)c);
			c += more + 1;
		}
	}
}

static void add_size(struct text *text, uint64_t bytes)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	unsigned unit = 0;

	for (bytes /= 1024; bytes >= 10240 && unit < 3; bytes /= 1024)
		unit++;
	add(text, " %u %s", (unsigned)bytes, units[unit]);
}

static void add_device(struct text *text, const struct seen *seen)
{
	add(text, "  %s %u:%u", seen->name != NULL ? seen->name : "?",
	    (unsigned)(seen->number >> 20), (unsigned)(seen->number & 0xfffff));
	if (seen->size > 0)
		add_size(text, seen->size);
	if (seen->outcome == PROBE_FAILED)
		add(text, " cannot be read");
	else if (seen->outcome == PROBE_AMBIVALENT)
		add(text, " signs of more than one file system");
	else if (seen->outcome == PROBE_TABLE)
		add(text, " partition table");
	else if (seen->outcome == PROBE_OUTCOME_COUNT)
		add(text, " not read");
	add_shown(text, "", seen->type);
	add_shown(text, "UUID=", seen->uuid);
	add_shown(text, "LABEL=", seen->label);
	add_shown(text, "PARTUUID=", seen->part_uuid);
	add_shown(text, "PARTLABEL=", seen->part_name);
	add(text, "\n");
}

static void add_devices(struct text *text, const struct devices *devices)
{
	uint32_t i, shown = 0;

	if (devices->present == 0) {
		add(text, "No block device was seen: is the driver of the disk in the image?\n");
		return;
	}
	add(text, "Block devices seen:\n");
	for (i = 0; i < devices->count && shown < DEVICES_SHOWN; i++)
		if (devices->seen[i].present) {
			add_device(text, &devices->seen[i]);
			shown++;
		}
	if (devices->present > shown)
		add(text, "  and %u more\n", (unsigned)(devices->present - shown));
}

/* Those that the lines above have not named: nothing in the graph waits for their members. */
static void add_sets(const struct init *init, struct text *text)
{
	const struct sets *sets = &init->members.sets;
	const char *heading = "What lacks a part:\n";
	char line[EXPLAIN_LINE_MAX];

	for (uint32_t i = 0; i < sets->told_count; i++) {
		members_describe_lack(init, sets->told[i].set, line, sizeof line);
		if (*line == '\0' || strstr(text->bytes, line) != NULL)
			continue;
		add(text, "%s  %s\n", heading, line);
		heading = "";
	}
}

static void write_report(struct init *init, struct text *text, const char *sentence)
{
	struct text *body = calloc(1, sizeof *body);
	struct explanation explanation = {.init = init, .text = body};

	memset(text, 0, sizeof *text);
	if (body != NULL && init->started)
		machine_explain(
			&init->machine,
			&(struct explain_sink){explanation_line, explanation_reason, &explanation});
	if (sentence != NULL)
		snprintf(text->last, sizeof text->last, "%s", sentence);
	else
		snprintf(text->last, sizeof text->last, "%s",
			 body != NULL && body->last[0] != '\0' ? body->last
							       : "the boot cannot go on");
	add(text, "\nbootgraph: the boot stopped: %s\n", text->last);
	if (body != NULL && body->length > 0)
		add(text, "Why, from the goal downwards:\n%s", body->bytes);
	rescue_story_keep(init, text->last, body != NULL ? body->bytes : "");
	free(body);
	if (!init->started)
		return;
	add_sets(init, text);
	add_devices(text, &init->devices);
}

static bool write_to(const char *path, int flags, const struct text *text)
{
	int fd = open(path, flags | O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644);
	struct pollfd ready = {.fd = fd, .events = POLLOUT};
	size_t at = 0;

	while (fd >= 0 && at < text->length) {
		ssize_t n = write(fd, text->bytes + at, text->length - at);

		if (n > 0)
			at += (size_t)n;
		else if (!(n < 0 && errno == EINTR) &&
			 !(n < 0 && errno == EAGAIN && poll(&ready, 1, 500) > 0))
			break;
	}
	if (fd >= 0)
		close(fd);
	return fd >= 0 && at == text->length;
}

/* --- consoles ------------------------------------------------------------- */

/* What is on the screen may be something else: initramfs-tools does the same with chvt. */
static void show_first_terminal(const char *name)
{
	int fd = open(name, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return;
	ioctl(fd, VT_ACTIVATE, 1);
	close(fd);
}

/* Line by line, as the kernel's log takes it: the journal of the real system has it from there, and
 * so has whoever reads it where there is no console. */
static void say_in_log(const struct text *text, bool console)
{
	const char *line = text->bytes, *end;

	for (; *line != '\0'; line = end + (*end == '\n')) {
		end = line + strcspn(line, "\n");
		if (end > line && console)
			say(SAY_ERROR, "%.*s", (int)(end - line), line);
		else if (end > line)
			log_keep(line, (size_t)(end - line));
	}
}

static void say_everywhere(const struct text *text)
{
	char name[CONSOLES_MAX][CONSOLE_NAME_MAX];
	unsigned i, count = consoles_read(name), reached = 0;

	for (i = 0; i < count; i++) {
		if (strcmp(name[i], "/dev/tty1") == 0)
			show_first_terminal(name[i]);
		reached += write_to(name[i], 0, text);
	}
	say_in_log(text, reached == 0);
	write_to(RESCUE_REPORT, O_CREAT | O_TRUNC, text);
}

/* --- panic= --------------------------------------------------------------- */

void rescue_stop(struct init *init, const char *sentence)
{
	say(SAY_ERROR, "bootgraph: the boot stopped: %s", sentence);
	rescue_story_keep(init, sentence, "");
	panic_obey(init);
	for (;;)
		pause();
}

/* --- the shell ------------------------------------------------------------ */

static void start_shell(struct init *init, const char *reason)
{
	struct rescue *rescue = &init->rescue;

	if (init_now() - rescue->begun < SHELL_TOO_QUICK && rescue->begun != 0)
		sleep(1); /* a console that is gone would make a loop of this */
	rescue->begun = init_now();
	rescue->shell = shell_start(init, reason);
	if (rescue->shell > 0)
		return;
	rescue->shell = 0;
	rescue->no_shell = true;
	say(SAY_ERROR, "bootgraph: there is no shell in this image; waiting for devices");
}

void rescue_open(struct init *init, const char *sentence)
{
	struct text *text = malloc(sizeof *text);
	struct rescue *rescue = &init->rescue;

	rescue->wanted = false;
	rescue->open = true;
	rescue->left = false;
	prompts_pause(init); /* two that read from one console would each get half */
	if (init->started) {
		notes_write(&init->notes, &init->machine, "/run/bootgraph/outcome");
		image_keep_blob(&init->blob, BLOB_KEPT);
	}
	if (text == NULL) {
		say(SAY_ERROR, "bootgraph: the boot stopped, and there is no memory to say why");
	} else {
		write_report(init, text, sentence);
		if (init_parameter(init, PARAMETER_PANIC)[0] == '\0' && shell_exists())
			add(text, "Leave this shell (exit) to look again.\n");
		say_everywhere(text);
	}
	tracefile_flush(&init->trace);
	panic_obey(init);
	start_shell(init, text != NULL ? text->last : "");
	free(text);
}

bool rescue_ended(struct init *init, pid_t pid)
{
	if (pid != init->rescue.shell)
		return false;
	init->rescue.shell = 0;
	init->rescue.left = true;
	return true;
}
