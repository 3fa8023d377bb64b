/* bootgraph-hold: holds the clock of a boot's waits on behalf of a process (bootgraph-hold(8)). */
#include "protocol.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

enum { PATIENCE = 10 }; /* seconds: PID 1 answers at once, unless it is stuck */

static const char usage[] =
	"usage: bootgraph-hold PID\n"
	"       bootgraph-hold --release PID\n"
	"\n"
	"Holds the clock of all waits of the initramfs until process PID ends, or\n"
	"releases it. For root, in an initramfs of bootgraph: see bootgraph-hold(8).\n";

static bool read_pid(const char *text, int32_t *ret_pid)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	*ret_pid = (int32_t)number;
	return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0 && number > 0 &&
	       number <= INT32_MAX;
}

static int connect_to_init(void)
{
	struct timeval patience = {.tv_sec = PATIENCE};
	struct sockaddr_un address;
	socklen_t length = hold_address(&address);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (connect(fd, (struct sockaddr *)&address, length) == 0)
		return fd;
	close(fd);
	return -1;
}

/* What PID 1 says to a request: 0 or an errno. */
static int ask(int fd, const struct hold_request *request)
{
	int32_t answer;
	ssize_t n;

	if (send(fd, request, sizeof *request, MSG_NOSIGNAL) < 0 && errno != EPIPE)
		return errno;
	n = recv(fd, &answer, sizeof answer, 0); /* a refusal may be there before the request */
	if (n < 0)
		return errno == EAGAIN ? ETIMEDOUT : errno;
	return n == sizeof answer ? answer : ECONNRESET;
}

static const char *reason(const struct hold_request *request, int error)
{
	switch (error) {
	case EPERM:
		return "only root may";
	case EINVAL:
		return "it is PID 1, or no process but a thread";
	case ESRCH:
		return request->call == HOLD_BEGIN ? "there is no such process"
						   : "it does not hold the clock";
	case EUSERS:
		return "too many processes hold the clock already";
	default:
		return strerror(error);
	}
}

int main(int argc, char **argv)
{
	struct hold_request request = {.call = HOLD_BEGIN};
	int fd, error;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return fputs(usage, stdout) < 0;
	if (argc == 3 && strcmp(argv[1], "--release") == 0)
		request.call = HOLD_END;
	else if (argc != 2)
		return fputs(usage, stderr), 2;
	if (!read_pid(argv[argc - 1], &request.pid)) {
		fprintf(stderr, "bootgraph-hold: %s: not the number of a process\n%s",
			argv[argc - 1], usage);
		return 2;
	}
	fd = connect_to_init();
	if (fd < 0) {
		fprintf(stderr,
			"bootgraph-hold: there is no clock to hold: PID 1 is no "
			"bootgraph-init, or it has handed over (%s)\n",
			strerror(errno));
		return 1;
	}
	error = ask(fd, &request);
	close(fd);
	if (error == 0)
		return 0;
	fprintf(stderr, "bootgraph-hold: process %d cannot %s the clock: %s\n", (int)request.pid,
		request.call == HOLD_BEGIN ? "hold" : "release", reason(&request, error));
	return 1;
}
