#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SOCKET = 3 }; /* the keeper's only descriptor beside the three standard ones */

/* --- becoming the keeper --------------------------------------------------------------------- */

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	int error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
	return written;
}

/* In a user namespace we are nobody until we say who we are: root, as in mkinitramfs. */
static const char *become_root(uid_t uid, gid_t gid)
{
	char map[64];

	if (!write_file("/proc/self/setgroups", "deny"))
		return "/proc/self/setgroups";
	snprintf(map, sizeof map, "0 %u 1", (unsigned)uid);
	if (!write_file("/proc/self/uid_map", map))
		return "/proc/self/uid_map";
	snprintf(map, sizeof map, "0 %u 1", (unsigned)gid);
	if (!write_file("/proc/self/gid_map", map))
		return "/proc/self/gid_map";
	return NULL;
}

static const char *settle(int socket)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return "/dev/null";
	/* Standard error stays: if this process crashes somebody should see it. No program that it
	 * runs has it. */
	if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(socket, SOCKET) < 0)
		return "dup2";
	if (close_range(SOCKET + 1, ~0U, 0) < 0)
		return "close_range";
	if (fcntl(SOCKET, F_SETFD, FD_CLOEXEC) < 0)
		return "fcntl";
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return "prctl";
	return NULL;
}

/* --- one program ----------------------------------------------------------------------------- */

/* One of the program's outputs. */
struct stream {
	int fd; /* -1 at its end */
	char *data;
	size_t size;
};

struct program {
	pid_t pid;
	int pidfd;
	struct stream out, err;
	int setup; /* what went wrong before the program was executed comes through here */
	bool ended;
};

/* What the child reports when it cannot get as far as the program. */
struct setup_failure {
	const char *what;
	int error;
};

/* As a shell would say it, with a shell's status. */
static _Noreturn void not_executed(const char *path)
{
	int error = errno;

	dprintf(2, "%s: %s\n", path, strerror(error));
	_exit(error == ENOENT || error == ENOTDIR ? 127 : 126);
}

static _Noreturn void run_program(const struct sandbox_view *view, char **argv, char **envp,
				  int out, int err, int setup)
{
	struct setup_failure failure = {.what = sandbox_fresh_places(view)};

	if (failure.what == NULL && (dup2(out, 1) < 0 || dup2(err, 2) < 0))
		failure.what = "dup2";
	if (failure.what == NULL && chdir("/") < 0)
		failure.what = "chdir";
	if (failure.what == NULL)
		failure.what = sandbox_confine();
	failure.error = errno;
	if (failure.what != NULL)
		_exit(write(setup, &failure, sizeof failure) == sizeof failure ? 125 : 124);
	/* Whoever started us may have had SIGPIPE ignored. */
	signal(SIGPIPE, SIG_DFL);
	umask(022);
	setsid();
	environ = envp;
	/* execvp gives a file without #! to /bin/sh, as a shell does. */
	execvp(argv[0], argv);
	not_executed(argv[0]);
}

static bool start_program(const struct sandbox_view *view, char **argv, char **envp,
			  struct program *program)
{
	int out[2], err[2], setup[2];
	struct clone_args arguments = {
		.flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_PIDFD,
		.exit_signal = SIGCHLD,
		.pidfd = (uint64_t)(uintptr_t)&program->pidfd,
	};

	/* The keeper has nothing else open: were one of these to fail, it is the machine's end of
	 * descriptors, and the keeper's end is near, too. */
	if (pipe2(out, O_CLOEXEC | O_NONBLOCK) < 0 || pipe2(err, O_CLOEXEC | O_NONBLOCK) < 0 ||
	    pipe2(setup, O_CLOEXEC) < 0)
		return false;
	/* The program's ends block, as anybody expects of a pipe. */
	fcntl(out[1], F_SETFL, 0);
	fcntl(err[1], F_SETFL, 0);
	program->pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
	if (program->pid == 0)
		run_program(view, argv, envp, out[1], err[1], setup[1]);
	close(out[1]);
	close(err[1]);
	close(setup[1]);
	program->out.fd = out[0];
	program->err.fd = err[0];
	program->setup = setup[0];
	return program->pid > 0;
}

/* --- watching it ----------------------------------------------------------------------------- */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads what there is; false when it has become too much. */
static bool drain(struct stream *stream)
{
	while (stream->fd >= 0) {
		ssize_t n = read(stream->fd, stream->data + stream->size,
				 SANDBOX_OUTPUT_MAX - stream->size);

		if (n > 0)
			stream->size += (size_t)n;
		if (stream->size == SANDBOX_OUTPUT_MAX)
			return false;
		if (n > 0 || (n < 0 && errno == EINTR))
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		close(stream->fd);
		stream->fd = -1;
	}
	return true;
}

/* Waits for the end of the program and of all that it started, and reads what they say until then.
 * Stops early with one of the flags set. */
static void watch(struct program *program, struct sandbox_answer *answer)
{
	int64_t deadline = now_ms() + (int64_t)SANDBOX_SECONDS * 1000;

	while (!program->ended || program->out.fd >= 0 || program->err.fd >= 0) {
		struct pollfd polled[] = {
			{.fd = program->out.fd, .events = POLLIN},
			{.fd = program->err.fd, .events = POLLIN},
			{.fd = program->ended ? -1 : program->pidfd, .events = POLLIN},
			{.fd = SOCKET, .events = POLLRDHUP},
		};
		int64_t left = deadline - now_ms();

		if (poll(polled, 4, left < 0 ? 0 : (int)left) < 0)
			continue;
		if (polled[3].revents != 0)
			_exit(0); /* nobody is waiting for us any more */
		if (polled[2].revents != 0)
			program->ended = true;
		answer->too_long = !drain(&program->out) || !drain(&program->err);
		answer->timed_out = !program->ended && now_ms() >= deadline;
		if (answer->too_long || answer->timed_out)
			return;
	}
}

static void end(struct program *program, struct sandbox_answer *answer)
{
	/* The first process of a PID namespace takes all others with it, also when it is killed. */
	if (!program->ended)
		kill(program->pid, SIGKILL);
	while (waitpid(program->pid, &answer->status, 0) < 0 && errno == EINTR)
		;
	if (program->out.fd >= 0)
		close(program->out.fd);
	if (program->err.fd >= 0)
		close(program->err.fd);
	close(program->setup);
	close(program->pidfd);
}

/* --- requests -------------------------------------------------------------------------------- */

static void run(const struct sandbox_view *view, char **argv, char **envp, struct program *program,
		struct sandbox_answer *answer)
{
	struct setup_failure failure;

	if (!start_program(view, argv, envp, program)) {
		*answer = (struct sandbox_answer){.failed = "clone3", .error = errno};
		return;
	}
	watch(program, answer);
	if (program->ended && sandbox_read(program->setup, &failure, sizeof failure)) {
		answer->failed = failure.what;
		answer->error = failure.error;
	}
	end(program, answer);
	answer->out_size = program->out.size;
	answer->err_size = program->err.size;
}

static void *allocate(size_t size)
{
	void *memory = malloc(size);

	if (memory == NULL)
		_exit(1);
	return memory;
}

/* `count` strings, one after the other, as an array that ends with NULL. *at moves on. */
static char **string_array(char **at, unsigned count)
{
	char **array = allocate((count + 1) * sizeof *array);

	for (unsigned i = 0; i < count; i++) {
		array[i] = *at;
		*at += strlen(*at) + 1;
	}
	array[count] = NULL;
	return array;
}

/* Takes one request and answers it; false when there is none any more. */
static bool serve(const struct sandbox_view *view, struct program *program)
{
	struct sandbox_request request;
	struct sandbox_answer answer = {0};
	char *strings, *at, **argv, **envp;
	bool sent;

	if (!sandbox_read(SOCKET, &request, sizeof request) || request.arguments == 0)
		return false;
	at = strings = allocate(request.size + 1);
	if (!sandbox_read(SOCKET, strings, request.size))
		_exit(1);
	argv = string_array(&at, request.arguments);
	envp = string_array(&at, request.variables);
	run(view, argv, envp, program, &answer);
	sent = sandbox_write(SOCKET, &answer, sizeof answer) &&
	       (answer.failed != NULL ||
		(sandbox_write(SOCKET, program->out.data, answer.out_size) &&
		 sandbox_write(SOCKET, program->err.data, answer.err_size)));
	free(envp);
	free(argv);
	free(strings);
	return sent;
}

_Noreturn void sandbox_keep(const struct sandbox_view *view, int socket, bool map_user, uid_t uid,
			    gid_t gid)
{
	struct sandbox_answer ready = {.failed = settle(socket)};
	struct program program;
	char *out = allocate(SANDBOX_OUTPUT_MAX), *err = allocate(SANDBOX_OUTPUT_MAX);

	if (ready.failed == NULL && map_user)
		ready.failed = become_root(uid, gid);
	if (ready.failed == NULL)
		ready.failed = sandbox_enter_view(view);
	ready.error = errno;
	if (!sandbox_write(SOCKET, &ready, sizeof ready) || ready.failed != NULL)
		_exit(1);
	do
		program = (struct program){.out.data = out, .err.data = err};
	while (serve(view, &program));
	_exit(0);
}
