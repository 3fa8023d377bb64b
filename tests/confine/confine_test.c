/* confine-test BOOTGRAPH-PROBE
 *
 * Each thing that a confined process must not be able to do is tried in a child of its own, and so
 * is what it has to be able to do. */
#include "../../runtime/helper/confine.h"
#include "../../runtime/probe/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_CONFINED = 77, WENT_WELL = 0, REFUSED = 1, FAILED_OTHERWISE = 2, ANYTHING = -1 };

static const char *probe; /* the helper */
#define MADE "/tmp/confine-test-made"
static char image[] = "/tmp/confine-test-XXXXXX";

static int result(long r)
{
	return r >= 0 ? WENT_WELL : errno == EPERM ? REFUSED : FAILED_OTHERWISE;
}

static int open_to_write(void)
{
	return result(open(image, O_WRONLY));
}

static int open_both_ways(void)
{
	return result(openat(AT_FDCWD, image, O_RDWR | O_NONBLOCK));
}

static int make_file(void)
{
	return result(open(MADE, O_RDONLY | O_CREAT, 0600));
}

static int truncate_file(void)
{
	return result(open(image, O_RDONLY | O_TRUNC));
}

static int unlink_file(void)
{
	return result(unlink(image));
}

static int write_behind(void)
{
	return result(pwrite(STDOUT_FILENO, "x", 1, 0));
}

static int discard(void)
{
	unsigned long long range[2] = {0, 4096};

	return result(ioctl(STDIN_FILENO, BLKDISCARD, range));
}

static int push_terminal(void)
{
	return result(ioctl(STDIN_FILENO, 0x5412 /* TIOCSTI */, "x"));
}

static int mount_something(void)
{
	return result(mount("none", "/tmp", "tmpfs", 0, NULL));
}

static int open_socket(void)
{
	return result(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int end_init(void)
{
	return result(kill(1, 0));
}

static int trace_somebody(void)
{
	return result(ptrace(PTRACE_SEIZE, getppid(), 0, 0));
}

static int leave_namespace(void)
{
	return result(unshare(CLONE_NEWNS));
}

static int load_module(void)
{
	return result(syscall(SYS_finit_module, STDIN_FILENO, "", 0));
}

static int make_node(void)
{
	return result(mknod("/tmp/confine-test-node", S_IFIFO | 0600, 0));
}

static int open_network(void)
{
	return result(socket(AF_INET, SOCK_DGRAM, 0));
}

static int run_program(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return result(-1);
}

static int read_file(void)
{
	char byte;
	int fd = open(image, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	return result(fd < 0 ? -1 : pread(fd, &byte, 1, 0));
}

static int write_answer(void)
{
	return result(write(STDERR_FILENO, "", 0));
}

/* libblkid, loaded and run as the probe child would. */
static int run_helper(void)
{
	execl(probe, probe, image, (char *)NULL);
	return result(-1);
}

static const struct attempt {
	const char *name;
	int (*try)(void);
	int come_of_it[4]; /* in the order of enum confinement */
} attempts[] = {
	{"open a file to write", open_to_write, {REFUSED, REFUSED, WENT_WELL, WENT_WELL}},
	{"open a file for both", open_both_ways, {REFUSED, REFUSED, WENT_WELL, WENT_WELL}},
	{"make a file", make_file, {REFUSED, REFUSED, WENT_WELL, WENT_WELL}},
	{"truncate a file", truncate_file, {REFUSED, REFUSED, ANYTHING, ANYTHING}},
	{"write at a place", write_behind, {REFUSED, REFUSED, ANYTHING, ANYTHING}},
	{"discard blocks", discard, {REFUSED, REFUSED, ANYTHING, ANYTHING}},
	{"type into a terminal", push_terminal, {REFUSED, REFUSED, ANYTHING, ANYTHING}},
	{"mount", mount_something, {REFUSED, REFUSED, REFUSED, REFUSED}},
	{"open a socket", open_socket, {REFUSED, REFUSED, WENT_WELL, WENT_WELL}},
	{"open a socket to the network", open_network, {REFUSED, REFUSED, REFUSED, REFUSED}},
	{"send a signal to PID 1", end_init, {REFUSED, REFUSED, REFUSED, REFUSED}},
	{"trace a process", trace_somebody, {REFUSED, REFUSED, REFUSED, REFUSED}},
	{"leave the namespace", leave_namespace, {REFUSED, REFUSED, REFUSED, REFUSED}},
	{"load a module", load_module, {REFUSED, REFUSED, REFUSED, REFUSED}},
	{"make a node", make_node, {REFUSED, REFUSED, ANYTHING, ANYTHING}},
	{"run a program", run_program, {WENT_WELL, REFUSED, REFUSED, WENT_WELL}},
	{"read a file", read_file, {WENT_WELL, WENT_WELL, WENT_WELL, WENT_WELL}},
	{"write an answer", write_answer, {WENT_WELL, WENT_WELL, WENT_WELL, WENT_WELL}},
	{"run the helper", run_helper, {WENT_WELL, REFUSED, REFUSED, WENT_WELL}},
	{"unlink a file", unlink_file, {REFUSED, REFUSED, ANYTHING, ANYTHING}},
};

/* The child's exit status, or 256 and more if a signal ended it. */
static int try_confined(const struct attempt *attempt, enum confinement confinement)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(confine(confinement) < 0 ? NOT_CONFINED : attempt->try());
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		abort();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

/* A file with swap space's mark, which the helper knows. */
static bool make_image(void)
{
	static unsigned char bytes[65536];
	int fd = mkstemp(image);
	bool good;

	bytes[1024] = 1;  /* version, */
	bytes[1028] = 15; /* last page: include/linux/swap.h */
	memcpy(bytes + 4086, "SWAPSPACE2", 10);
	good = fd >= 0 && write(fd, bytes, sizeof bytes) == sizeof bytes;
	close(fd);
	return good;
}

static bool compare(const struct attempt *attempt, int who, int found)
{
	static const char *const names[] = {"prober", "reader", "opener", "tool"};

	if (found == attempt->come_of_it[who])
		return true;
	fprintf(stderr, "%s, %s: %d, expected %d\n", names[who], attempt->name, found,
		attempt->come_of_it[who]);
	return false;
}

int main(int argc, char **argv)
{
	bool good = argc == 2 && make_image();

	probe = argc == 2 ? argv[1] : NULL;
	for (size_t i = 0; good && i < sizeof attempts / sizeof *attempts; i++)
		for (int who = CONFINED_PROBER; who <= CONFINED_TOOL; who++)
			if (attempts[i].come_of_it[who] != ANYTHING)
				good &= compare(&attempts[i], who,
						try_confined(&attempts[i], (enum confinement)who));
	unlink(image);
	unlink(MADE);
	return good ? 0 : 1;
}
