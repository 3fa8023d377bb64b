/* Linked around PID 1's calls (ld(1), --wrap): lets one of them fail. The environment says which:
 *
 *   BOOTGRAPH_FIRE=SITE:NUMBER.WHICH   the NUMBERth call of process 1 from the address SITE (in
 * hexadecimal, 0: of all its calls) fails with the WHICHth of its errors, both counted from 0
 *   BOOTGRAPH_FIRE_LOG=FD              where each call is written down, as "NAME SITE ERRORS": from
 * where it was called, and how many errors it has; and "fired NAME ERROR"
 *
 * Only process 1 is under fire. What befalls its children it has to survive anyway. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static unsigned long calls, site, number, which;
static bool recording = true;
static int log_fd = -1;

ssize_t __real_write(int fd, const void *from, size_t size);
int __real_fcntl(int fd, int command, long argument);
long __real_syscall(long number, long a, long b, long c, long d, long e);

__attribute__((constructor)) static void begin(void)
{
	const char *fire = getenv("BOOTGRAPH_FIRE"), *log = getenv("BOOTGRAPH_FIRE_LOG");

	if (fire != NULL)
		recording = sscanf(fire, "%lx:%lu.%lu", &site, &number, &which) != 3;
	if (log != NULL) {
		log_fd = atoi(log);
		__real_fcntl(log_fd, F_SETFD, FD_CLOEXEC);
	}
}

static void say(const char *format, const char *name, unsigned long a, unsigned long b)
{
	char line[128];
	int length = snprintf(line, sizeof line, format, name, a, b);

	if (log_fd >= 0 && __real_write(log_fd, line, (size_t)length) != length)
		abort(); /* the test itself is broken */
}

/* Whether this call is the one; errno is set then. */
static bool is_hit(const char *name, unsigned long from, const int *errors, unsigned long count)
{
	if (__real_syscall(SYS_getpid, 0, 0, 0, 0, 0) != 1)
		return false;
	if (recording)
		say("%s %lx %lu\n", name, from, count);
	if (recording || (site != 0 && site != from) || calls++ != number || which >= count)
		return false;
	errno = errors[which];
	say("fired %s %lu%.0lu\n", name, (unsigned long)errors[which], 0);
	errno = errors[which];
	return true;
}

#define CALL(type, failure, name, parameters, arguments, ...)                                      \
	type __real_##name parameters;                                                             \
	type __wrap_##name parameters;                                                             \
	type __wrap_##name parameters                                                              \
	{                                                                                          \
		static const int errors[] = {__VA_ARGS__};                                         \
                                                                                                   \
		if (is_hit(#name, (unsigned long)__builtin_return_address(0), errors,              \
			   sizeof errors / sizeof *errors))                                        \
			return failure;                                                            \
		return __real_##name arguments;                                                    \
	}
#include "calls.def"
