#include "shell.h"
#include "array.h"
#include "environment.h"
#include "init.h"
#include "log.h"
#include "rescue_story.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PANIC_ORDER "/scripts/panic/ORDER"

enum { PANIC_SCRIPTS_LIMIT = 30 }; /* seconds */

/* --- consoles ------------------------------------------------------------- */

/* The names in /proc/consoles, the preferred one first; tty0 is whatever is shown, and its shell
 * belongs on tty1. */
unsigned consoles_read(char name[CONSOLES_MAX][CONSOLE_NAME_MAX])
{
	FILE *file = fopen("/proc/consoles", "re");
	char line[128];
	unsigned count = 0;

	while (file != NULL && count < CONSOLES_MAX && fgets(line, sizeof line, file) != NULL) {
		size_t length = strcspn(line, " \n");

		if (length == 0 || length > 20 || memchr(line, '/', length) != NULL)
			continue;
		line[length] = '\0';
		snprintf(name[count++], 32, "/dev/%.20s",
			 strcmp(line, "tty0") == 0 ? "tty1" : line);
	}
	if (file != NULL)
		fclose(file);
	return count;
}

/* --- panic= --------------------------------------------------------------- */

static void sleep_seconds(unsigned seconds)
{
	struct timespec left = {.tv_sec = seconds};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

void panic_obey(struct init *init)
{
	const char *panic = init_parameter(init, PARAMETER_PANIC);
	char line[] = "Rebooting automatically due to panic= boot argument\n";

	if (*panic == '\0')
		return;
	tracefile_flush(&init->trace);
	rescue_story_wait(init);
	if (*panic != '-' && (strspn(panic, "0123456789") != strlen(panic) || atoi(panic) == 0)) {
		say(SAY_ERROR, "Halting automatically due to panic= boot argument");
		reboot(RB_HALT_SYSTEM);
	} else {
		log_write(line, sizeof line - 1);
		if (*panic != '-')
			sleep_seconds((unsigned)strtoul(panic, NULL, 10));
		reboot(RB_AUTOBOOT);
	}
	say(SAY_ERROR, "bootgraph: that failed: %s", strerror(errno));
	for (;;)
		pause();
}

/* --- the shell ------------------------------------------------------------ */

void shell_execute(char **environment)
{
	char *busybox[] = {"sh", "-i", NULL};

	execve("/bin/sh", busybox, environment);
	execve("/bin/busybox", busybox, environment);
}

bool shell_exists(void)
{
	return access("/bin/sh", X_OK) == 0 || access("/bin/busybox", X_OK) == 0;
}

static int open_terminal(void)
{
	char name[CONSOLES_MAX][CONSOLE_NAME_MAX];
	int fd = -1;

	if (consoles_read(name) > 0)
		fd = open(name[0], O_RDWR | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		fd = open("/dev/console", O_RDWR | O_NONBLOCK | O_NOCTTY);
	if (fd >= 0) /* only the opening was not to wait for a line */
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

static void take_terminal(void)
{
	int fd = open_terminal();

	if (fd < 0)
		return;
	ioctl(fd, TIOCSCTTY, 1);
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

/* They end what has the screen, a splash, so that the shell is seen. Whatever becomes of them,
 * somebody waits for that shell. */
static void run_panic_scripts(void)
{
	char source_it[] = ". " PANIC_ORDER;
	char *arguments[] = {"sh", "-c", source_it, "sh", NULL};
	pid_t pid = access(PANIC_ORDER, R_OK) == 0 ? fork() : -1;

	if (pid == 0) {
		alarm(PANIC_SCRIPTS_LIMIT);
		execv("/bin/sh", arguments);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static _Noreturn void be_shell(struct init *init, const char *reason)
{
	array_load_modules(init);
	if (init->started)
		environment_enter(init);
	setenv("PATH", "/sbin:/usr/sbin:/bin:/usr/bin", 1);
	setenv("HOME", "/", 1);
	setenv("TERM", "linux", 1);
	take_terminal();
	run_panic_scripts();
	setenv("REASON", reason, 1);
	setenv("PS1", "(initramfs) ", 1);
	shell_execute(environ);
	_exit(127);
}

pid_t shell_start(struct init *init, const char *reason)
{
	pid_t pid = shell_exists() ? child_fork(INPUT_NONE) : -1;

	if (pid == 0)
		be_shell(init, reason);
	return pid;
}
