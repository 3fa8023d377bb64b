/* pelt DISK MAJOR MINOR
 *
 * Run by PID 1 in the midst of the boot, as root: what any process there can do to it.
 *
 *   signals    every one that does not ask PID 1 for something: SIGINT is Ctrl-Alt-Del, and SIGSEGV
 * and its like are a crash, which the fallback is for events     device events of its own making,
 * to the group on which the kernel sends: of a disk that there is not, and of the real disk's
 * leaving; so many that the receive buffer is full of them orphans    children of children, whose
 * ends come to PID 1
 */
#include <linux/netlink.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EVENTS = 200000, ORPHANS = 300 };

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static bool is_asked_for(int number)
{
	static const int asked[] = {SIGINT, SIGSEGV, SIGBUS,  SIGILL,
				    SIGFPE, SIGABRT, SIGKILL, SIGSTOP};

	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
		if (asked[i] == number)
			return true;
	return false;
}

static void send_signals(void)
{
	for (int number = 1; number <= SIGRTMAX; number++)
		if (!is_asked_for(number) && (number <= 31 || number >= SIGRTMIN) &&
		    kill(1, number) < 0)
			die("kill");
}

static void send_events(const char *disk, const char *major, const char *minor)
{
	struct sockaddr_nl group = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
	char event[2][256];
	int length[2];

	length[0] =
		snprintf(event[0], sizeof event[0],
			 "add@/devices/evil%cACTION=add%cDEVPATH=/devices/evil%cSUBSYSTEM=block%c"
			 "DEVNAME=evil%cDEVTYPE=disk%cMAJOR=7%cMINOR=1000%cSEQNUM=1%c",
			 0, 0, 0, 0, 0, 0, 0, 0, 0);
	length[1] =
		snprintf(event[1], sizeof event[1],
			 "remove@/devices/%s%cACTION=remove%cDEVPATH=/devices/%s%cSUBSYSTEM=block%c"
			 "DEVNAME=%s%cMAJOR=%s%cMINOR=%s%cSEQNUM=2%c",
			 disk, 0, 0, disk, 0, 0, disk, 0, major, 0, minor, 0, 0);
	if (fd < 0)
		die("socket");
	for (int i = 0; i < EVENTS;
	     i++) /* one that finds the buffer full is lost, as it should be */
		(void)sendto(fd, event[i % 2], (size_t)length[i % 2], 0, (struct sockaddr *)&group,
			     sizeof group);
	close(fd);
}

static void leave_orphans(void)
{
	for (int i = 0; i < ORPHANS; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0) {
			if (fork() == 0)
				usleep(1000U * (unsigned)(i % 20));
			_exit(i % 256);
		}
		waitpid(pid, NULL, 0);
	}
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	send_signals();
	send_events(argv[1], argv[2], argv[3]);
	leave_orphans();
	send_signals();
	printf("pelt: done\n");
	return 0;
}
