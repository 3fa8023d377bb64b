#include "tracefile.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

static const char last_line[] = "remark truncated\n";

static bool make_room(struct tracefile *trace, size_t length)
{
	size_t room = trace->room > 0 ? trace->room : TRACE_BUFFER;
	char *text;

	if (length <= trace->room - trace->length)
		return true;
	while (room - trace->length < length)
		room *= 2;
	text = realloc(trace->text, room);
	if (text == NULL)
		return false;
	trace->text = text;
	trace->room = room;
	return true;
}

/* The unfinished line goes, and one that says so comes in its place, with the time of that line. */
static void truncate_here(struct tracefile *trace)
{
	const char *space;

	trace->full = true;
	if (trace->text == NULL)
		return;
	space = memchr(trace->text + trace->line, ' ', trace->length - trace->line);
	trace->length = space != NULL ? (size_t)(space + 1 - trace->text) : trace->line;
	if (space == NULL || !make_room(trace, sizeof last_line - 1))
		return;
	memcpy(trace->text + trace->length, last_line, sizeof last_line - 1);
	trace->length += sizeof last_line - 1;
}

static void end_line(struct tracefile *trace)
{
	if (trace->echo)
		log_write(trace->text + trace->line, trace->length - trace->line);
	trace->line = trace->length;
	if (trace->length >= TRACE_BUFFER)
		tracefile_flush(trace);
}

static void take(void *context, const char *bytes, size_t length)
{
	struct tracefile *trace = context;

	if (trace->full || length == 0)
		return;
	if (trace->written + trace->length + length > TRACE_MAX - 64 || !make_room(trace, length)) {
		truncate_here(trace);
		return;
	}
	memcpy(trace->text + trace->length, bytes, length);
	trace->length += length;
	if (bytes[length - 1] == '\n')
		end_line(trace);
}

void tracefile_begin(struct tracefile *trace, bool echo)
{
	trace->sink = (struct trace_sink){take, trace};
	trace->fd = -1;
	trace->echo = echo;
	take(trace, TRACE_FIRST_LINE, sizeof TRACE_FIRST_LINE - 1);
}

/* Only in the /run that the real system keeps, not in the initramfs's own directory of that name.
 */
static bool run_is_mounted(void)
{
	struct stat root, run;

	return stat("/", &root) == 0 && stat("/run", &run) == 0 && root.st_dev != run.st_dev;
}

void tracefile_open(struct tracefile *trace)
{
	if (trace->fd >= 0 || !run_is_mounted())
		return;
	if (mkdir("/run/bootgraph", 0755) < 0 && errno != EEXIST)
		return;
	trace->fd = open("/run/bootgraph/trace",
			 O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
}

void tracefile_flush(struct tracefile *trace)
{
	size_t at = 0;

	if (trace->fd < 0)
		return;
	while (at < trace->line) {
		ssize_t n = write(trace->fd, trace->text + at, trace->line - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) { /* /run is full: the trace ends here */
			trace->full = true;
			at = trace->line;
			break;
		}
		at += (size_t)n;
		trace->written += (size_t)n;
	}
	if (at == 0)
		return;
	memmove(trace->text, trace->text + at, trace->length - at);
	trace->length -= at;
	trace->line = 0;
}

void tracefile_remark(struct tracefile *trace, uint32_t now, const char *text)
{
	trace_remark(&trace->sink, now, text);
}
