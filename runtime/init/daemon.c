#include "daemon.h"
#include "init.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	ARGUMENTS_MAX = 256,
	LOOK_AGAIN = 20, /* milliseconds between two looks at whether it is ready */
};

/* --- the keeper --------------------------------------------------------------- */

/* One program that is being waited for, and how it says that it is ready. */
struct keeper {
	const char *ready; /* "exit", "notify", "pidfile PATH", "socket PATH", or "" */
	const char *path;  /* of these two */
	pid_t pid;
	bool exited; /* with 0: what it has left behind is the daemon */
	int notify;  /* sd_notify(3)'s socket, or -1 */
};

/* An abstract address: nothing is left behind, and no directory is needed. */
static int open_notify(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	size_t length;
	char name[64];

	if (fd < 0)
		return -1;
	length = (size_t)snprintf(name, sizeof name, "@bootgraph/notify/%d", (int)getpid());
	memcpy(address.sun_path + 1, name + 1, length - 1);
	if (bind(fd, (struct sockaddr *)&address,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0 ||
	    setenv("NOTIFY_SOCKET", name, 1) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* What somebody left there before would be taken for the new one's. */
static void prepare(struct keeper *keeper, const char *ready)
{
	const char *blank = strchr(ready, ' ');

	*keeper = (struct keeper){
		.ready = ready, .path = blank != NULL ? blank + 1 : "", .notify = -1};
	if (*keeper->path != '\0')
		unlink(keeper->path);
	if (strcmp(ready, "notify") == 0)
		keeper->notify = open_notify();
}

/* A name that begins with @ asks systemd, and our own handoff, to spare the process (systemd:
 * ROOT_STORAGE_DAEMONS). */
static _Noreturn void become(struct init *init, const struct effect *effect, int complaint)
{
	static char name[512] = "@";
	const char *argument[ARGUMENTS_MAX + 1];
	const char *path = machine_list_value(&init->machine, effect->list, 0);
	uint32_t n = 0;

	while (n < ARGUMENTS_MAX &&
	       (argument[n] = machine_list_value(&init->machine, effect->list, n)) != NULL)
		n++;
	argument[n] = NULL;
	if (n > 0 && *effect->text[2] != '\0') {
		strncat(name, path, sizeof name - 2);
		argument[0] = name;
	}
	if (n > 0)
		execv(path, (char *const *)argument);
	if (write(complaint, &errno, sizeof errno) < 0)
		_exit(126);
	_exit(127);
}

/* Starts the program; 0, or why it could not be executed. */
static int start(struct keeper *keeper, struct init *init, const struct effect *effect)
{
	int complaint[2], error = 0;

	if (pipe2(complaint, O_CLOEXEC) < 0)
		return errno;
	keeper->pid = fork();
	if (keeper->pid == 0)
		become(init, effect, complaint[1]);
	close(complaint[1]);
	if (keeper->pid < 0)
		error = errno;
	else if (read(complaint[0], &error, sizeof error) != sizeof error)
		error = 0; /* it is closed by the execution */
	close(complaint[0]);
	return error;
}

static pid_t read_pid(const char *path)
{
	char text[32];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
	long pid;

	if (fd >= 0)
		close(fd);
	if (length <= 0)
		return 0;
	text[length] = '\0';
	pid = strtol(text, NULL, 10);
	return pid > 1 && kill((pid_t)pid, 0) == 0 ? (pid_t)pid : 0;
}

static bool is_listening(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool listening;

	strncpy(address.sun_path, path, sizeof address.sun_path - 1);
	listening = fd >= 0 && (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ||
				errno == EPROTOTYPE || errno == EAGAIN);
	if (fd >= 0)
		close(fd);
	return listening;
}

static bool is_notified(int fd)
{
	char text[1024];
	ssize_t length = recv(fd, text, sizeof text - 1, MSG_DONTWAIT);

	if (length <= 0)
		return false;
	text[length] = '\0';
	return strncmp(text, "READY=1", 7) == 0 || strstr(text, "\nREADY=1") != NULL;
}

/* Who is the daemon, now that it is ready; 0 if it is not yet. */
static pid_t ready_pid(struct keeper *keeper)
{
	if (*keeper->ready == '\0')
		return keeper->pid;
	if (strncmp(keeper->ready, "pidfile ", 8) == 0)
		return read_pid(keeper->path);
	if (strncmp(keeper->ready, "socket ", 7) == 0)
		return is_listening(keeper->path) ? keeper->pid : 0;
	return keeper->notify >= 0 && is_notified(keeper->notify) ? keeper->pid : 0;
}

/* The program's own end before it was ready is a failure, unless that is how it says so, or it has
 * left the daemon behind. */
static bool has_failed(struct keeper *keeper, struct report *report, int32_t *ret_status)
{
	int status;

	if (keeper->exited || waitpid(keeper->pid, &status, WNOHANG) != keeper->pid)
		return false;
	keeper->exited =
		WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
		(strcmp(keeper->ready, "exit") == 0 || strncmp(keeper->ready, "pidfile ", 8) == 0);
	if (keeper->exited)
		return false;
	*ret_status = WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
	if (*ret_status == 0)
		*ret_status = -ESRCH;
	report_say(report, *ret_status, "it ended before it was ready");
	return true;
}

int32_t work_daemon(struct init *init, const struct effect *effect, struct report *report)
{
	struct keeper keeper;
	int32_t status;
	pid_t pid;
	int error;

	prepare(&keeper, effect->text[1]);
	error = start(&keeper, init, effect);
	if (error != 0)
		return report_say(report, -error, "%s: %s",
				  machine_list_value(&init->machine, effect->list, 0),
				  strerror(error));
	for (;;) {
		struct pollfd notify = {keeper.notify, POLLIN, 0};

		if (has_failed(&keeper, report, &status))
			return status;
		pid = ready_pid(&keeper);
		if (pid > 0 || (keeper.exited && strcmp(keeper.ready, "exit") == 0))
			return report_say(report, 0, "%d", (int)pid);
		poll(&notify, 1, LOOK_AGAIN);
	}
}

/* --- PID 1 -------------------------------------------------------------------- */

static struct daemon *add_daemon(struct daemons *daemons)
{
	if (daemons->count == daemons->room) {
		size_t room = daemons->room > 0 ? 2 * daemons->room : 4;
		struct daemon *more = realloc(daemons->daemon, room * sizeof *more);

		if (more == NULL)
			return NULL;
		daemons->daemon = more;
		daemons->room = room;
	}
	return &daemons->daemon[daemons->count++];
}

void daemon_ready(struct init *init, const struct child *keeper, const char *number)
{
	pid_t pid = (pid_t)strtol(number, NULL, 10);
	struct daemon *daemon = pid > 1 ? add_daemon(&init->daemons) : NULL;

	if (daemon != NULL)
		*daemon = (struct daemon){.pid = pid,
					  .group = keeper->pid,
					  .node = keeper->node,
					  .serial = keeper->serial,
					  .kill_at = NEVER};
	init_end(init, keeper->node, keeper->serial, 0);
	/* It may have ended, and been taken for an orphan, before the keeper was heard. */
	if (daemon != NULL && kill(pid, 0) < 0 && errno == ESRCH)
		daemon_ended(init, pid, 0);
}

/* The whole group that it was started in, which it may have left. */
static void signal_daemon(const struct daemon *daemon, int number)
{
	kill(-daemon->group, number);
	kill(daemon->pid, number);
}

void daemon_stop(struct init *init, uint32_t node)
{
	size_t i;

	for (i = 0; i < init->daemons.count; i++) {
		struct daemon *daemon = &init->daemons.daemon[i];

		if (daemon->node != node || daemon->told)
			continue;
		daemon->told = true;
		daemon->kill_at = init_now() + KILL_GRACE;
		signal_daemon(daemon, SIGTERM);
	}
}

bool daemon_ended(struct init *init, pid_t pid, int wait_status)
{
	struct daemons *daemons = &init->daemons;
	struct daemon daemon;
	struct node node;
	size_t i;

	for (i = 0; i < daemons->count && daemons->daemon[i].pid != pid; i++)
		;
	if (i == daemons->count)
		return false;
	daemon = daemons->daemon[i];
	daemons->daemon[i] = daemons->daemon[--daemons->count];
	blob_node(&init->blob, daemon.node, &node);
	if (!daemon.told)
		say(SAY_WARNING,
		    "bootgraph: the daemon %s has ended", /* it need not be a failure */
		    blob_string(&init->blob, node.name));
	init_end(init, daemon.node, daemon.serial,
		 WIFSIGNALED(wait_status) ? STATUS_SIGNAL + WTERMSIG(wait_status)
					  : WEXITSTATUS(wait_status));
	return true;
}

void daemons_tick(struct init *init, uint32_t now)
{
	size_t i;

	for (i = 0; i < init->daemons.count; i++) {
		struct daemon *daemon = &init->daemons.daemon[i];

		if (daemon->kill_at <= now) {
			signal_daemon(daemon, SIGKILL);
			daemon->kill_at = NEVER;
		}
	}
}

uint32_t daemons_deadline(const struct init *init)
{
	uint32_t deadline = NEVER;
	size_t i;

	for (i = 0; i < init->daemons.count; i++)
		if (init->daemons.daemon[i].kill_at < deadline)
			deadline = init->daemons.daemon[i].kill_at;
	return deadline;
}
