/* /lib/cryptsetup/askpass of the image, in three parts (askpass.h): run by the broker it holds the
 * fifo open while a prompt waits, and hands on what is written to it; run by a keyscript it has the
 * broker ask, and prints the passphrase; under the name of cryptsetup it makes way for that one. */
#include "askpass.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
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

static int hold_fifo(void)
{
	static unsigned char bytes[PASSPHRASE_MAX + 1];
	ssize_t length = 0;
	int fifo;

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

/* --- for keyscripts ------------------------------------------------------- */

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value != NULL ? value : "";
}

/* Whether what has opened another device is an answer, too: to decrypt_keyctl, which caches the
 * passphrase of a device for others; not to a script that asks for another kind of secret. */
static bool takes_cached(void)
{
	const char *script = variable("CRYPTTAB_OPTION_keyscript"), *slash = strrchr(script, '/');

	return strcmp(slash != NULL ? slash + 1 : script, "decrypt_keyctl") == 0;
}

static void fill_request(const char *text, struct prompt_request *request)
{
	size_t length = strlen(text);
	const char *tries = getenv("CRYPTTAB_OPTION_tries");

	*request = (struct prompt_request){
		.call = PROMPT_NEXT,
		.flags = takes_cached() ? 0 : PROMPT_ASK,
		.tried = (uint32_t)strtoul(variable("CRYPTTAB_TRIED"), NULL, 10),
		.tries = tries != NULL ? (uint32_t)strtoul(tries, NULL, 10) : 3,
	};
	while (length > 0 && strchr(": ", text[length - 1]) != NULL)
		length--; /* the broker writes them */
	snprintf(request->name, sizeof request->name, "%s", variable("CRYPTTAB_NAME"));
	snprintf(request->source, sizeof request->source, "%s", variable("CRYPTTAB_SOURCE"));
	snprintf(request->options, sizeof request->options, "%s", variable("_CRYPTTAB_OPTIONS"));
	snprintf(request->text, sizeof request->text, "%.*s", (int)length, text);
}

static bool print(const unsigned char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = write(STDOUT_FILENO, bytes, length);

		if (n < 0 && errno != EINTR)
			return false;
		bytes += n > 0 ? n : 0;
		length -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

static int ask(const char *text)
{
	static struct prompt_request request;
	static struct prompt_reply reply;
	bool answered;

	(void)mlock(&reply, sizeof reply);
	fill_request(text, &request);
	answered = send(PROMPT_FD, &request, sizeof request, MSG_NOSIGNAL) == sizeof request &&
		   recv(PROMPT_FD, &reply, sizeof reply, 0) == sizeof reply && reply.status == 0 &&
		   reply.length <= PASSPHRASE_MAX && print(reply.passphrase, reply.length);
	explicit_bzero(&reply, sizeof reply);
	return answered ? 0 : 1;
}

/* A keyscript has inherited the connection to the broker from whoever runs it. */
static bool is_connected(void)
{
	socklen_t size = sizeof(int);
	int type;

	return getsockopt(PROMPT_FD, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
	       type == SOCK_SEQPACKET;
}

int main(int argc, char **argv)
{
	static const struct rlimit none = {0, 0};

	if (argc < 1 || strcmp(argv[0], ASKPASS_PATH) != 0) {
		if (argc > 0)
			execv(ASKPASS_CRYPTSETUP, argv);
		fprintf(stderr, "This image has no cryptsetup; devices are opened by "
				"bootgraph-crypt.\n");
		return 127;
	}
	setrlimit(RLIMIT_CORE, &none);
	return argc > 1 && is_connected() ? ask(argv[1]) : hold_fifo();
}
