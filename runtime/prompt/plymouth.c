#include "plymouth.h"
#include "secret.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Abstract: its first byte is a NUL (unix(7)). */
static const char address[] = "/org/freedesktop/plymouthd";

enum {
	REPLY_ANSWER = 2,
	REPLY_NO_ANSWER = 5,
	REPLY_ACK = 6,
	ANSWER_HEADER = 1 + 4,
};

bool plymouth_open(struct plymouth *plymouth)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof address);

	memcpy(to.sun_path + 1, address, sizeof address - 1);
	plymouth->length = 0;
	plymouth->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (plymouth->fd >= 0 && connect(plymouth->fd, (struct sockaddr *)&to, length) == 0)
		return true;
	plymouth_close(plymouth);
	return false;
}

void plymouth_close(struct plymouth *plymouth)
{
	if (plymouth->fd >= 0)
		close(plymouth->fd);
	plymouth->fd = -1;
	if (plymouth->bytes != NULL)
		secret_wipe(plymouth->bytes, plymouth->room);
	plymouth->length = 0;
}

static bool request(struct plymouth *plymouth, char type, const char *argument)
{
	char record[3 + 255];
	size_t length = strlen(argument) < 254 ? strlen(argument) : 254;

	record[0] = type;
	record[1] = 2;
	record[2] = (char)(length + 1);
	memcpy(record + 3, argument, length);
	record[3 + length] = '\0';
	length += 4;
	return plymouth->fd >= 0 &&
	       send(plymouth->fd, record, length, MSG_NOSIGNAL) == (ssize_t)length;
}

bool plymouth_ask_passphrase(struct plymouth *plymouth, const char *text)
{
	return request(plymouth, '*', text);
}

bool plymouth_ask_question(struct plymouth *plymouth, const char *text)
{
	return request(plymouth, 'W', text);
}

bool plymouth_show(struct plymouth *plymouth, const char *text)
{
	return request(plymouth, 'M', text);
}

/* Takes one reply off the front. */
static enum plymouth_reply take_reply(struct plymouth *plymouth, const unsigned char **ret_answer,
				      size_t *ret_length)
{
	uint32_t size;

	while (plymouth->length > 0 && plymouth->bytes[0] == REPLY_ACK)
		memmove(plymouth->bytes, plymouth->bytes + 1, --plymouth->length);
	if (plymouth->length == 0)
		return PLYMOUTH_NOTHING;
	if (plymouth->bytes[0] != REPLY_ANSWER)
		return PLYMOUTH_GONE; /* no answer, or a word that is not known */
	if (plymouth->length < ANSWER_HEADER)
		return PLYMOUTH_NOTHING;
	memcpy(&size, plymouth->bytes + 1, sizeof size); /* in its host's order, which is ours */
	if (size > plymouth->room - ANSWER_HEADER)
		return PLYMOUTH_GONE;
	if (plymouth->length < ANSWER_HEADER + size)
		return PLYMOUTH_NOTHING;
	*ret_answer = plymouth->bytes + ANSWER_HEADER;
	*ret_length = size;
	while (*ret_length > 0 && (*ret_answer)[*ret_length - 1] == '\0')
		(*ret_length)--; /* some versions count the NUL */
	return PLYMOUTH_ANSWER;
}

enum plymouth_reply plymouth_read(struct plymouth *plymouth, const unsigned char **ret_answer,
				  size_t *ret_length)
{
	ssize_t n = recv(plymouth->fd, plymouth->bytes + plymouth->length,
			 plymouth->room - plymouth->length, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return PLYMOUTH_NOTHING;
	if (n <= 0)
		return PLYMOUTH_GONE;
	plymouth->length += (size_t)n;
	return take_reply(plymouth, ret_answer, ret_length);
}
