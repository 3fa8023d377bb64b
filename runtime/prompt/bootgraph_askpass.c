/* /lib/cryptsetup/askpass of the image: holds the fifo open while a prompt waits, and hands on what
 * is written to it (askpass.h). Under the name of cryptsetup it only says what it is. */
#include "askpass.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Reads until the writer is done. Opening for reading and writing would keep the end of file away;
 * so the fifo is opened without waiting, and watched. */
static ssize_t read_passphrase(int fifo, unsigned char *bytes, size_t room)
{
	struct pollfd ready = {.fd = fifo, .events = POLLIN};
	size_t length = 0;

	for (;;) {
		ssize_t n;

		if (poll(&ready, 1, -1) < 0 && errno != EINTR)
			return -1;
		n = read(fifo, bytes + length, room - length);
		if (n > 0)
			length += (size_t)n;
		if (length == room || (n == 0 && length > 0))
			return (ssize_t)length;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -1;
		if (n == 0) /* somebody opened it and wrote nothing */
			return 0;
	}
}

int main(int argc, char **argv)
{
	static unsigned char bytes[PASSPHRASE_MAX + 1];
	ssize_t length = 0;
	int fifo;

	if (argc < 1 || strcmp(argv[0], ASKPASS_PATH) != 0) {
		fprintf(stderr, "This image has no cryptsetup; devices are opened by "
				"bootgraph-crypt.\n");
		return 1;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)mlock(bytes, sizeof bytes);
	while (length == 0) {
		fifo = open(ASKPASS_FIFO, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (fifo < 0)
			return 1;
		length = read_passphrase(fifo, bytes, sizeof bytes);
		close(fifo);
	}
	if (length < 0 || send(STDOUT_FILENO, bytes, (size_t)length, MSG_NOSIGNAL) < 0)
		return 1;
	explicit_bzero(bytes, sizeof bytes);
	pause(); /* until the broker knows what became of it */
	return 0;
}
