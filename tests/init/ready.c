/* A daemon of the tests that says it is ready, after a while:
 *
 *   ready notify          to NOTIFY_SOCKET, as sd_notify(3) does
 *   ready socket PATH     by listening
 *
 * Then it waits to be ended. Exit status 1: it could not say so. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int notify(void)
{
	static const char text[] = "STATUS=up\nREADY=1\n";
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	size_t length = name != NULL ? strlen(name) : 0;

	if (fd < 0 || length < 2 || length >= sizeof address.sun_path || name[0] != '@')
		return 1;
	memcpy(address.sun_path + 1, name + 1, length - 1);
	return sendto(fd, text, strlen(text), 0, (struct sockaddr *)&address,
		      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0;
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(address.sun_path, path, sizeof address.sun_path - 1);
	return fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
	       listen(fd, 1) < 0;
}

int main(int argc, char **argv)
{
	usleep(200000);
	if (argc == 3 ? listen_at(argv[2]) : notify())
		return 1;
	puts("ready: it is");
	fflush(stdout);
	pause();
	return 0;
}
