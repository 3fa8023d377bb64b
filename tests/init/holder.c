/* Asks PID 1 for the clock in every way that it must not be asked (runtime/hold/protocol.h), and
 * says what came of it, one line each: `holder: WHAT: ERRNO`, 0 for what was granted. */
#include "../../runtime/hold/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SILENT = 40, HOLDERS = 64, ROUNDS = 2000, NOBODY = 65534 };

static int connect_to_init(void)
{
	struct sockaddr_un address;
	socklen_t length = hold_address(&address);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	if (connect(fd, (struct sockaddr *)&address, length) < 0)
		_exit(100);
	return fd;
}

static int ask_on(int fd, const void *bytes, size_t size)
{
	int32_t answer = ECONNRESET;

	(void)send(fd, bytes, size, MSG_NOSIGNAL);
	if (recv(fd, &answer, sizeof answer, 0) < 0)
		answer = errno;
	close(fd);
	return answer;
}

static int ask(enum hold_call call, pid_t pid)
{
	struct hold_request request = {call, pid};

	return ask_on(connect_to_init(), &request, sizeof request);
}

static void show(const char *what, int answer)
{
	printf("holder: %s: %d\n", what, answer);
	fflush(stdout);
}

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Connections that say nothing keep nobody from being heard. */
static void be_silent(void)
{
	int fd[SILENT];

	for (int i = 0; i < SILENT; i++)
		fd[i] = connect_to_init();
	show("behind the silent", ask(HOLD_BEGIN, getpid()));
	show("released", ask(HOLD_END, getpid()));
	for (int i = 0; i < SILENT; i++)
		close(fd[i]);
}

static void talk_nonsense(void)
{
	struct hold_request wrong = {77, getpid()}, longer[2] = {{HOLD_BEGIN, getpid()}};

	show("unknown call", ask_on(connect_to_init(), &wrong, sizeof wrong));
	show("too short", ask_on(connect_to_init(), "x", 1));
	show("too long", ask_on(connect_to_init(), longer, sizeof longer));
	show("process 0", ask(HOLD_BEGIN, 0));
	show("process 1", ask(HOLD_BEGIN, 1));
	show("a group", ask(HOLD_BEGIN, -getpid()));
	show("released unheld", ask(HOLD_END, getpid()));
}

/* Neither on behalf of itself nor of somebody else. */
static void be_nobody(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		if (setuid(NOBODY) < 0)
			_exit(100);
		show("nobody", ask(HOLD_BEGIN, getpid()));
		show("nobody for root", ask(HOLD_BEGIN, parent));
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static bool fork_again_as(pid_t wanted)
{
	char text[16];
	int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY);
	int length = snprintf(text, sizeof text, "%d", (int)wanted - 1);
	bool set = fd >= 0 && write(fd, text, (size_t)length) == length;
	pid_t pid = set ? sleeper() : -1;

	close(fd);
	return pid == wanted;
}

/* A number that means another process by now. */
static void be_dead(void)
{
	pid_t pid = sleeper();

	show("a child", ask(HOLD_BEGIN, pid));
	show("a child twice", ask(HOLD_BEGIN, pid));
	end(pid);
	show("a dead child", ask(HOLD_BEGIN, pid));
	pid = sleeper();
	show("another child", ask(HOLD_BEGIN, pid));
	end(pid);
	if (!fork_again_as(pid))
		show("no process of that number could be made", errno);
	show("released by its heir", ask(HOLD_END, pid));
	show("held by its heir", ask(HOLD_BEGIN, pid));
	end(pid);
	pid = fork();
	if (pid == 0)
		_exit(0);
	siginfo_t info;
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	show("a zombie", ask(HOLD_BEGIN, pid));
	waitpid(pid, NULL, 0);
}

static void be_many(void)
{
	pid_t pid[HOLDERS];
	int granted = 0;

	for (int i = 0; i < HOLDERS; i++) {
		pid[i] = sleeper();
		granted += ask(HOLD_BEGIN, pid[i]) == 0;
	}
	show(granted == HOLDERS ? "as many as there may be" : "too few", granted);
	show("one more", ask(HOLD_BEGIN, getpid()));
	for (int i = 0; i < HOLDERS; i++)
		end(pid[i]);
	show("after their end", ask(HOLD_BEGIN, getpid()));
	for (int i = 0; i < ROUNDS; i++)
		if (ask(HOLD_BEGIN, getpid()) != 0)
			show("refused", i);
	show("after a flood", ask(HOLD_END, getpid()));
}

int main(void)
{
	be_silent();
	talk_nonsense();
	be_nobody();
	be_dead();
	be_many();
	show("and ends with it", ask(HOLD_BEGIN, getpid()));
	return 0;
}
