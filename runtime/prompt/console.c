#include "console.h"
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NAMES_MAX = 256 };

/* A virtual terminal, not ttyS0 and the like. */
static bool is_virtual(const char *name)
{
	return strncmp(name, "tty", 3) == 0 && name[3] >= '0' && name[3] <= '9';
}

/* Lines, because the kernel's line editing is what people expect; the newline is echoed all the
 * same, so that the cursor leaves the prompt. */
static void set_terminal(struct console *console, int fd, bool echo)
{
	struct termios wanted;

	console->has_settings = tcgetattr(fd, &console->settings) == 0;
	if (!console->has_settings)
		return;
	wanted = console->settings;
	wanted.c_lflag |= ICANON | ECHONL;
	wanted.c_lflag &= ~(tcflag_t)ECHO;
	if (echo)
		wanted.c_lflag |= ECHO | ECHOE;
	wanted.c_iflag |= ICRNL;
	wanted.c_oflag |= OPOST | ONLCR;
	tcsetattr(fd, TCSANOW, &wanted);
}

static void open_console(struct consoles *consoles, const char *name, bool echo)
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
	strcpy(console->name, name);
	set_terminal(console, fd, echo);
	tcflush(fd, TCIFLUSH);
	consoles->poll[consoles->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

void consoles_open(struct consoles *consoles, enum console_use use, bool echo)
{
	char names[NAMES_MAX], *rest = names, *name;
	int fd = open("/sys/class/tty/console/active", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, names, sizeof names - 1) : -1;

	if (fd >= 0)
		close(fd);
	consoles->count = 0;
	names[n > 0 ? n : 0] = '\0';
	while ((name = strsep(&rest, " \n")) != NULL)
		if (*name != '\0' && (use == CONSOLES_ALL || !is_virtual(name)))
			open_console(consoles, name, echo);
	if (consoles->count == 0 && use == CONSOLES_ALL)
		open_console(consoles, "console", echo);
}

static void drop(struct consoles *consoles, size_t i)
{
	struct console *console = &consoles->console[i];

	if (consoles->poll[i].fd < 0)
		return;
	if (console->has_settings)
		tcsetattr(consoles->poll[i].fd, TCSANOW, &console->settings);
	close(consoles->poll[i].fd);
	consoles->poll[i].fd = -1; /* poll(2) passes over it */
	console_forget(consoles, i);
}

void consoles_close(struct consoles *consoles)
{
	for (size_t i = 0; i < consoles->count; i++)
		drop(consoles, i);
	consoles->count = 0;
}

bool consoles_any(const struct consoles *consoles)
{
	for (size_t i = 0; i < consoles->count; i++)
		if (consoles->poll[i].fd >= 0)
			return true;
	return false;
}

/* A console that takes nothing just now is not waited for: another may be answering. */
void console_say(const struct consoles *consoles, size_t i, const char *text)
{
	if (consoles->poll[i].fd >= 0 && write(consoles->poll[i].fd, text, strlen(text)) < 0)
		return;
}

void consoles_say(const struct consoles *consoles, size_t but, const char *text)
{
	for (size_t i = 0; i < consoles->count; i++)
		if (i != but)
			console_say(consoles, i, text);
}

void console_forget(struct consoles *consoles, size_t i)
{
	secret_wipe(&consoles->typed[i], sizeof consoles->typed[i]);
}

enum console_read console_read(struct consoles *consoles, size_t i)
{
	struct typed *typed = &consoles->typed[i];
	bool hung_up = (consoles->poll[i].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
	unsigned char c;
	ssize_t n;

	while ((n = read(consoles->poll[i].fd, &c, 1)) == 1) {
		if (c == '\n' || c == '\r')
			return typed->too_long ? CONSOLE_TOO_LONG : CONSOLE_LINE;
		if (typed->length < sizeof typed->bytes)
			typed->bytes[typed->length++] = c;
		else
			typed->too_long = true;
	}
	c = 0;
	/* An end of file without a hang-up is Ctrl-D. */
	if ((n == 0 && hung_up) || (n < 0 && errno != EAGAIN && errno != EINTR))
		drop(consoles, i);
	return CONSOLE_NOTHING;
}
