#include "ask.h"
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

enum {
	CONSOLES_MAX = 8,
	ANSWER_MAX = 64,
	NAMES_MAX = 256,
};

struct console {
	char name[32];
	char line[ANSWER_MAX]; /* what has been typed so far */
	size_t length;
};

struct consoles {
	struct console console[CONSOLES_MAX];
	struct pollfd poll[CONSOLES_MAX]; /* fd -1: it has gone */
	size_t count;
};

/* --- consoles ------------------------------------------------------------- */

static void open_console(struct consoles *consoles, const char *name)
{
	struct console *console = &consoles->console[consoles->count];
	char path[64];
	int fd;

	if (consoles->count == CONSOLES_MAX || strlen(name) >= sizeof console->name)
		return;
	snprintf(path, sizeof path, "/dev/%s", name);
	fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	tcflush(fd, TCIFLUSH); /* what was typed before is no answer to this */
	strcpy(console->name, name);
	consoles->poll[consoles->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void open_consoles(struct consoles *consoles)
{
	char names[NAMES_MAX], *rest = names, *name;
	int fd = open("/sys/class/tty/console/active", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, names, sizeof names - 1) : -1;

	if (fd >= 0)
		close(fd);
	names[n > 0 ? n : 0] = '\0';
	while ((name = strsep(&rest, " \n")) != NULL)
		if (*name != '\0')
			open_console(consoles, name);
	if (consoles->count == 0)
		open_console(consoles, "console");
}

static bool any_left(const struct consoles *consoles)
{
	for (size_t i = 0; i < consoles->count; i++)
		if (consoles->poll[i].fd >= 0)
			return true;
	return false;
}

static void drop(struct consoles *consoles, size_t i)
{
	close(consoles->poll[i].fd);
	consoles->poll[i].fd = -1; /* poll(2) passes over it */
}

/* A console that takes nothing just now is not waited for: another may be answering. */
static void put(const struct consoles *consoles, size_t i, const char *text)
{
	if (consoles->poll[i].fd >= 0 && write(consoles->poll[i].fd, text, strlen(text)) < 0)
		return;
}

/* --- answers -------------------------------------------------------------- */

/* 0 yes, 1 no, -1 neither. */
static int understand(const char *line)
{
	if (strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0)
		return 0;
	if (strcasecmp(line, "n") == 0 || strcasecmp(line, "no") == 0)
		return 1;
	return -1;
}

/* Takes in what was typed. True at the end of a line, which is then in console->line; one that is
 * too long loses its end, and so is no answer. */
static bool read_line(struct consoles *consoles, size_t i)
{
	struct console *console = &consoles->console[i];
	char c;
	ssize_t n;

	while ((n = read(consoles->poll[i].fd, &c, 1)) == 1) {
		if (c == '\n' || c == '\r') {
			console->line[console->length] = '\0';
			console->length = 0;
			return true;
		}
		if (console->length < ANSWER_MAX - 1)
			console->line[console->length++] = c;
	}
	if (n == 0 || (errno != EAGAIN && errno != EINTR))
		drop(consoles, i); /* the other end has gone */
	return false;
}

static void tell_others(const struct consoles *consoles, size_t answered, int answer)
{
	char text[64];

	snprintf(text, sizeof text, "\n(answered on %s: %s)\n", consoles->console[answered].name,
		 answer == 0 ? "yes" : "no");
	for (size_t i = 0; i < consoles->count; i++)
		if (i != answered)
			put(consoles, i, text);
}

/* The answer to the question, or -1 when nobody is left to give one. */
static int wait_for_answer(struct consoles *consoles, const char *question, size_t *ret_console)
{
	while (any_left(consoles)) {
		if (poll(consoles->poll, consoles->count, -1) < 0 && errno != EINTR)
			return -1;
		for (size_t i = 0; i < consoles->count; i++) {
			int answer;

			if (consoles->poll[i].fd < 0 || consoles->poll[i].revents == 0 ||
			    !read_line(consoles, i))
				continue;
			answer = understand(consoles->console[i].line);
			*ret_console = i;
			if (answer >= 0)
				return answer;
			put(consoles, i, question);
		}
	}
	return -1;
}

int32_t work_ask(struct init *init, const struct effect *effect, struct report *report)
{
	struct consoles consoles = {0};
	char question[512];
	size_t i, at = 0;
	int answer;

	(void)init;
	snprintf(question, sizeof question, "%.480s [y/n] ", effect->text[0]);
	open_consoles(&consoles);
	for (i = 0; i < consoles.count; i++)
		put(&consoles, i, question);
	answer = wait_for_answer(&consoles, question, &at);
	if (answer < 0)
		return report_say(report, -ENODEV, "no console can answer: %s", effect->text[0]);
	tell_others(&consoles, at, answer);
	if (answer > 0)
		return report_say(report, 1, "the answer on %s was no", consoles.console[at].name);
	return 0;
}
