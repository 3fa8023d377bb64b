#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	LINE_MAX_BYTES = 1024,
	CONSOLE_PATIENCE = 100, /* milliseconds for a console that takes nothing */
};

/* The console as an open file of its own, so that O_NONBLOCK does not reach the children. */
static int console = -1, kmsg = -1;
static enum log_level shown = SAY_WARNING;

void log_open(void)
{
	if (console < 0)
		console = open("/dev/console", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (kmsg < 0)
		kmsg = open("/dev/kmsg", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

void log_set_level(const struct boot *boot)
{
	static const char *const names[] = {"error", "warning", "info", "debug"};
	const char *word = boot->parameter[PARAMETER_LOG];
	unsigned i;

	shown = boot->parameter[PARAMETER_QUIET][0] != '\0' ? SAY_WARNING : SAY_INFO;
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(word, names[i]) == 0)
			shown = (enum log_level)i;
}

bool log_shows(enum log_level level)
{
	return level <= shown;
}

void log_write(const char *bytes, size_t length)
{
	struct pollfd ready = {.fd = console, .events = POLLOUT};

	while (console >= 0 && length > 0) {
		ssize_t n = write(console, bytes, length);

		if (n >= 0) {
			bytes += n;
			length -= (size_t)n;
		} else if (errno == EAGAIN) {
			if (poll(&ready, 1, CONSOLE_PATIENCE) <= 0)
				return;
		} else if (errno == EIO) {
			close(console); /* it was hung up, by vhangup(2) or a lost line */
			console = -1;
			log_open();
			return;
		} else if (errno != EINTR) {
			return;
		}
	}
}

/* The kernel would show a line of ours on the console once more if its level were not the lowest.
 * One without a newline may be continued, and is kept from readers until the next one comes
 * (kernel: kernel/printk/printk.c, vprintk_store). */
static void write_kmsg(const char *line, size_t length)
{
	static const char own[] = "bootgraph: "; /* most lines begin with it */
	bool has = length >= sizeof own - 1 && memcmp(line, own, sizeof own - 1) == 0;
	char record[LINE_MAX_BYTES + 32];
	int n = snprintf(record, sizeof record, "<31>%s%.*s\n", has ? "" : own, (int)length, line);

	if (kmsg >= 0 && n > 0 && write(kmsg, record, (size_t)n) < 0 && errno == EBADF)
		kmsg = -1;
}

/* What comes through one opening of it is limited to ten lines in five seconds (kernel:
 * kernel/printk/printk.c, devkmsg_open). */
void log_keep(const char *line, size_t length)
{
	int before = kmsg;

	kmsg = open("/dev/kmsg", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (kmsg >= 0) {
		write_kmsg(line, length < LINE_MAX_BYTES ? length : LINE_MAX_BYTES);
		close(kmsg);
	}
	kmsg = before;
}

void say(enum log_level level, const char *format, ...)
{
	char line[LINE_MAX_BYTES];
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(line, sizeof line - 1, format, arguments);
	va_end(arguments);
	if (n < 0)
		return;
	if ((size_t)n > sizeof line - 2)
		n = sizeof line - 2;
	if (level < SAY_DEBUG || log_shows(level))
		write_kmsg(line, (size_t)n);
	line[n++] = '\n';
	if (log_shows(level))
		log_write(line, (size_t)n);
}
