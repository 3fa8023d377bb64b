#include "askpass.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* cryptroot-unlock takes a table that is older than the boot for one that nobody has looked at. */
static void touch_table(void)
{
	utimensat(AT_FDCWD, CRYPTTAB_PATH, NULL, 0);
}

static _Noreturn void be_askpass(const struct prompt_request *request, int fd)
{
	static char name[160], source[300], options[800], tried[40], tries[48], text[600];
	char *arguments[] = {ASKPASS_PATH, text, NULL};
	char *environment[] = {
		"PATH=/sbin:/usr/sbin:/bin:/usr/bin", name, source, options, tried, tries, NULL};

	snprintf(name, sizeof name, "CRYPTTAB_NAME=%s", request->name);
	snprintf(source, sizeof source, "CRYPTTAB_SOURCE=%s", request->source);
	snprintf(options, sizeof options, "CRYPTTAB_OPTIONS=%s", request->options);
	snprintf(tried, sizeof tried, "CRYPTTAB_TRIED=%u", (unsigned)request->tried);
	snprintf(tries, sizeof tries, "CRYPTTAB_OPTION_tries=%u", (unsigned)request->tries);
	snprintf(text, sizeof text, "%s: ", request->text);
	dup2(fd, STDOUT_FILENO);
	execve(ASKPASS_PATH, arguments, environment);
	_exit(127);
}

bool askpass_start(struct askpass *askpass, const struct prompt_request *request)
{
	int pair[2];

	*askpass = (struct askpass){.fd = -1};
	if (access(ASKPASS_PATH, X_OK) < 0)
		return false;
	touch_table();
	mkfifo(ASKPASS_FIFO, 0600);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return false;
	askpass->pid = fork();
	if (askpass->pid == 0)
		be_askpass(request, pair[1]);
	close(pair[1]);
	askpass->fd = pair[0];
	if (askpass->pid < 0)
		askpass_end(askpass);
	return askpass->pid > 0;
}

void askpass_end(struct askpass *askpass)
{
	if (askpass->fd >= 0)
		close(askpass->fd);
	if (askpass->pid > 0) {
		kill(askpass->pid, SIGKILL); /* it has nothing to put in order */
		while (waitpid(askpass->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	*askpass = (struct askpass){.fd = -1};
}
