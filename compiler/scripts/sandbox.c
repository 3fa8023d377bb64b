#include "sandbox.h"

#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct sandbox {
	int socket;
	pid_t keeper;
};

bool sandbox_read(int fd, void *data, size_t size)
{
	char *at = data;

	while (size > 0) {
		ssize_t n = read(fd, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		size -= (size_t)n;
	}
	return true;
}

bool sandbox_write(int fd, const void *data, size_t size)
{
	const char *at = data;

	while (size > 0) {
		/* The other end may be gone; that is an error, not the end of this process. */
		ssize_t n = send(fd, at, size, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		at += n;
		size -= (size_t)n;
	}
	return true;
}

static const char *describe(struct arena *arena, const char *what, int error)
{
	return arena_printf(arena, "%s: %s", what, strerror(error));
}

/* --- the keeper ------------------------------------------------------------------------------ */

/* Like fork, in new namespaces. */
static pid_t fork_into(uint64_t flags)
{
	struct clone_args arguments = {.flags = flags, .exit_signal = SIGCHLD};

	return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

/* Starts the keeper; false with errno if the machine gives us no namespaces. */
static bool start_keeper(struct sandbox *sandbox, const struct sandbox_view *view, bool map_user)
{
	uint64_t flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int ends[2], error;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return false;
	sandbox->keeper = fork_into(map_user ? flags | CLONE_NEWUSER : flags);
	if (sandbox->keeper == 0) {
		close(ends[0]);
		sandbox_keep(view, ends[1], map_user, uid, gid);
	}
	error = errno;
	close(ends[1]);
	if (sandbox->keeper < 0) {
		close(ends[0]);
		errno = error;
		return false;
	}
	sandbox->socket = ends[0];
	return true;
}

/* The keeper's first answer says whether the view could be made. */
static bool is_ready(struct sandbox *sandbox, struct arena *arena, const char **ret_why)
{
	struct sandbox_answer answer;

	if (!sandbox_read(sandbox->socket, &answer, sizeof answer)) {
		*ret_why = "its keeper died";
		return false;
	}
	if (answer.failed != NULL)
		*ret_why = describe(arena, answer.failed, answer.error);
	return answer.failed == NULL;
}

struct sandbox *sandbox_open(struct arena *arena, const struct sandbox_view *view,
			     const char **ret_why)
{
	struct sandbox *sandbox = arena_alloc(arena, sizeof *sandbox);
	bool started = false;

	/* Root needs no user namespace, unless it is the root of a container that may not mount. */
	if (geteuid() == 0)
		started = start_keeper(sandbox, view, false);
	if (!started)
		started = start_keeper(sandbox, view, true);
	if (!started) {
		*ret_why = describe(arena, "no namespaces", errno);
		return NULL;
	}
	if (!is_ready(sandbox, arena, ret_why)) {
		sandbox_close(sandbox);
		return NULL;
	}
	return sandbox;
}

void sandbox_close(struct sandbox *sandbox)
{
	close(sandbox->socket);
	/* It is the first process of its namespace: nothing in there outlives it. */
	kill(sandbox->keeper, SIGKILL);
	while (waitpid(sandbox->keeper, NULL, 0) < 0 && errno == EINTR)
		;
}

/* --- requests -------------------------------------------------------------------------------- */

typedef VEC(char) bytes;

static unsigned add_strings(struct arena *arena, bytes *all, const char *const *strings)
{
	unsigned count = 0;

	for (; strings[count] != NULL; count++)
		for (const char *at = strings[count];; at++) {
			vec_push(arena, all, *at);
			if (*at == '\0')
				break;
		}
	return count;
}

static bool send_request(struct sandbox *sandbox, struct arena *arena, const char *const *argv,
			 const char *const *envp)
{
	struct sandbox_request request = {0};
	bytes all = {0};

	request.arguments = add_strings(arena, &all, argv);
	request.variables = add_strings(arena, &all, envp);
	request.size = all.count;
	return sandbox_write(sandbox->socket, &request, sizeof request) &&
	       sandbox_write(sandbox->socket, all.item, all.count);
}

static const char *receive(struct sandbox *sandbox, struct arena *arena, size_t size)
{
	char *data = arena_alloc(arena, size + 1);

	return sandbox_read(sandbox->socket, data, size) ? data : NULL;
}

bool sandbox_run(struct sandbox *sandbox, struct arena *arena, const char *const *argv,
		 const char *const *envp, struct sandbox_result *ret_result, const char **ret_why)
{
	struct sandbox_answer answer;

	*ret_why = "its keeper died";
	if (!send_request(sandbox, arena, argv, envp) ||
	    !sandbox_read(sandbox->socket, &answer, sizeof answer))
		return false;
	if (answer.failed != NULL) {
		*ret_why = describe(arena, answer.failed, answer.error);
		return false;
	}
	*ret_result = (struct sandbox_result){
		.status = answer.status,
		.timed_out = answer.timed_out,
		.too_long = answer.too_long,
		.out_size = answer.out_size,
		.err_size = answer.err_size,
	};
	ret_result->out = receive(sandbox, arena, answer.out_size);
	ret_result->err = receive(sandbox, arena, answer.err_size);
	return ret_result->out != NULL && ret_result->err != NULL;
}
