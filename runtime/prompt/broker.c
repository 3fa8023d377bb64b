#include "broker.h"
#include "prompt.h"
#include "secret.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	CLIENTS_MAX = 64,
	CACHE_MAX = 32, /* bits of client.seen */
	CONTROL_POLL = 0,
	CLIENT_POLL = 1,
	PROMPT_POLL = CLIENT_POLL + CLIENTS_MAX,
	POLL_COUNT = PROMPT_POLL + PROMPT_POLLS,
};

enum client_state {
	CLIENT_IDLE,	 /* it works, or has not asked yet */
	CLIENT_WAITING,	 /* for a passphrase or an answer, in the queue */
	CLIENT_PROMPTED, /* its prompt is open */
	CLIENT_TRYING,	 /* it has a passphrase that somebody typed */
};

struct client {
	int fd; /* -1: no client */
	enum client_state state;
	uint32_t node, serial;
	uint32_t order; /* in the queue: the smallest is the next */
	uint32_t seen;	/* of the cache, as bits */
	struct prompt_request request;
};

struct secret {
	size_t length;
	unsigned char bytes[PASSPHRASE_MAX];
};

/* What is secret: in one piece, see secret.h. */
struct secrets {
	struct secret cache[CACHE_MAX]; /* what has opened something */
	struct secret trying;		/* what somebody typed, and a client tries */
	struct prompt_secrets prompt;
	struct prompt_reply reply;
};

struct broker {
	int control;
	bool paused;
	uint32_t last_order;
	size_t cached;
	struct client client[CLIENTS_MAX];
	struct prompt prompt;
	struct secrets *secrets;
};

/* --- PID 1 ---------------------------------------------------------------- */

static void tell(const struct broker *broker, enum broker_call call, const struct client *client)
{
	struct broker_record record = {.call = call};

	if (client != NULL) {
		record.node = client->node;
		record.serial = client->serial;
	}
	(void)send(broker->control, &record, sizeof record, MSG_NOSIGNAL); /* it outlives us */
}

/* --- clients -------------------------------------------------------------- */

static void reply(struct broker *broker, struct client *client, int32_t status,
		  enum prompt_origin origin, const struct secret *secret, const char *where)
{
	struct prompt_reply *record = &broker->secrets->reply;

	memset(record, 0, sizeof *record);
	record->status = status;
	record->origin = origin;
	snprintf(record->where, sizeof record->where, "%s", where);
	if (secret != NULL) {
		record->length = (uint32_t)secret->length;
		memcpy(record->passphrase, secret->bytes, secret->length);
	}
	client->state = CLIENT_IDLE;
	tell(broker, BROKER_SERVED, client);
	/* Who is gone is noticed when its socket is read. */
	(void)send(client->fd, record, sizeof *record, MSG_NOSIGNAL | MSG_DONTWAIT);
	secret_wipe(record, sizeof *record);
}

static void close_prompt(struct broker *broker, struct client *client,
			 const struct prompt_answer *answer)
{
	prompt_close(&broker->prompt, answer);
	client->state = CLIENT_WAITING;
}

static void drop(struct broker *broker, struct client *client)
{
	if (client->state == CLIENT_PROMPTED)
		close_prompt(broker, client, NULL);
	if (client->state == CLIENT_TRYING) {
		secret_wipe(&broker->secrets->trying, sizeof broker->secrets->trying);
		prompt_over(&broker->prompt);
	}
	if (client->state == CLIENT_WAITING)
		tell(broker, BROKER_SERVED, client);
	close(client->fd);
	*client = (struct client){.fd = -1};
}

static struct client *add_client(struct broker *broker, int fd)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (broker->client[i].fd < 0) {
			broker->client[i] = (struct client){.fd = fd};
			return &broker->client[i];
		}
	close(fd); /* it sees that nobody answers */
	return NULL;
}

/* --- the cache ------------------------------------------------------------ */

static bool is_cached(const struct broker *broker, const struct secret *secret)
{
	for (size_t i = 0; i < broker->cached; i++) {
		const struct secret *other = &broker->secrets->cache[i];

		if (other->length == secret->length &&
		    memcmp(other->bytes, secret->bytes, secret->length) == 0)
			return true;
	}
	return false;
}

static void remember(struct broker *broker, const struct secret *secret)
{
	if (broker->cached < CACHE_MAX && !is_cached(broker, secret))
		broker->secrets->cache[broker->cached++] = *secret;
}

/* Gives a client a passphrase that opened something else, and that it has not had yet. */
static bool give_cached(struct broker *broker, struct client *client)
{
	if (client->request.call != PROMPT_NEXT || (client->request.flags & PROMPT_ASK) != 0)
		return false;
	for (size_t i = 0; i < broker->cached; i++)
		if ((client->seen & (1U << i)) == 0) {
			client->seen |= 1U << i;
			reply(broker, client, 0, ORIGIN_CACHE, &broker->secrets->cache[i], "");
			return true;
		}
	if ((client->request.flags & PROMPT_CACHED_ONLY) == 0)
		return false;
	reply(broker, client, -ENODATA, ORIGIN_CACHE, NULL, "");
	return true;
}

/* --- the queue ------------------------------------------------------------ */

static struct client *find_state(struct broker *broker, enum client_state state)
{
	struct client *first = NULL;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &broker->client[i];

		if (client->fd >= 0 && client->state == state &&
		    (first == NULL || client->order < first->order))
			first = client;
	}
	return first;
}

static void open_prompt(struct broker *broker, struct client *client)
{
	if (!prompt_open(&broker->prompt, &client->request)) {
		reply(broker, client, -ENODEV, ORIGIN_PEOPLE, NULL, "");
		return;
	}
	client->state = CLIENT_PROMPTED;
}

/* Sees to those who wait, the first one first. While something that was typed is tried nobody is
 * served: it may be what they want. */
static void serve_queue(struct broker *broker)
{
	struct client *client;

	if (find_state(broker, CLIENT_TRYING) != NULL)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (broker->client[i].fd >= 0 && broker->client[i].state == CLIENT_WAITING)
			give_cached(broker, &broker->client[i]);
	while (!broker->paused && find_state(broker, CLIENT_PROMPTED) == NULL &&
	       (client = find_state(broker, CLIENT_WAITING)) != NULL)
		open_prompt(broker, client);
}

/* --- what clients say ----------------------------------------------------- */

static void take_result(struct broker *broker, struct client *client, enum prompt_result result)
{
	struct secret *secret = &broker->secrets->trying;

	if (client->state != CLIENT_TRYING)
		return; /* what came of the cache says nothing new */
	if (result == RESULT_OPENED)
		remember(broker, secret);
	secret_wipe(secret, sizeof *secret);
	prompt_over(&broker->prompt);
	client->state = CLIENT_IDLE;
	if (result == RESULT_WRONG || result == RESULT_WRONG_PIN) {
		char text[240];

		snprintf(text, sizeof text, "Wrong %s for disk %s.",
			 result == RESULT_WRONG ? "passphrase" : "PIN", client->request.name);
		prompt_say(&broker->prompt, text);
	}
}

static bool is_sound(const struct prompt_request *request, ssize_t size)
{
	return size == sizeof *request && prompt_text_ends(request->name, sizeof request->name) &&
	       prompt_text_ends(request->source, sizeof request->source) &&
	       prompt_text_ends(request->options, sizeof request->options) &&
	       prompt_text_ends(request->text, sizeof request->text);
}

static void take_request(struct broker *broker, struct client *client)
{
	struct prompt_request request;
	ssize_t n = recv(client->fd, &request, sizeof request, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (!is_sound(&request, n)) {
		drop(broker, client); /* it has ended, or lost its mind */
		return;
	}
	if (request.call == PROMPT_RESULT) {
		take_result(broker, client, request.result);
		return;
	}
	if (client->state != CLIENT_IDLE ||
	    (request.call != PROMPT_NEXT && request.call != PROMPT_QUESTION)) {
		drop(broker, client);
		return;
	}
	client->request = request;
	client->state = CLIENT_WAITING;
	client->order = ++broker->last_order;
	tell(broker, BROKER_WAITS, client);
}

/* --- what people say ------------------------------------------------------ */

static void take_answer(struct broker *broker, const struct prompt_answer *answer)
{
	struct client *client = find_state(broker, CLIENT_PROMPTED);
	struct secret *secret = &broker->secrets->trying;
	bool question = client->request.call == PROMPT_QUESTION;

	if (!question) {
		secret->length = answer->length;
		memcpy(secret->bytes, answer->bytes, answer->length);
	}
	close_prompt(broker, client, answer);
	if (question) {
		reply(broker, client, answer->yes ? 0 : 1, ORIGIN_PEOPLE, NULL, answer->where);
		return;
	}
	reply(broker, client, 0, ORIGIN_PEOPLE, secret, answer->where);
	client->state = CLIENT_TRYING;
}

static void see_to_prompt(struct broker *broker, const struct pollfd *poll)
{
	struct prompt_answer answer;

	if (!broker->prompt.open)
		return;
	if (prompt_take(&broker->prompt, poll, &answer)) {
		if (answer.length <= PASSPHRASE_MAX)
			take_answer(broker, &answer);
		secret_wipe(&broker->secrets->prompt, sizeof broker->secrets->prompt);
	} else if (!prompt_alive(&broker->prompt)) {
		struct client *client = find_state(broker, CLIENT_PROMPTED);

		close_prompt(broker, client, NULL);
		reply(broker, client, -ENODEV, ORIGIN_PEOPLE, NULL, "");
	}
}

/* --- what PID 1 says ------------------------------------------------------ */

static int take_descriptor(struct msghdr *message)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	int fd = -1;

	if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
	    header->cmsg_len == CMSG_LEN(sizeof fd))
		memcpy(&fd, CMSG_DATA(header), sizeof fd);
	return fd;
}

static void pause_prompts(struct broker *broker)
{
	struct client *client = find_state(broker, CLIENT_PROMPTED);

	broker->paused = true;
	if (client != NULL)
		close_prompt(broker, client, NULL);
	tell(broker, BROKER_PAUSED, NULL);
}

/* False at the end. */
static bool take_control(struct broker *broker)
{
	struct broker_record record;
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = {&record, sizeof record};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof control};
	ssize_t n = recvmsg(broker->control, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	int fd = n == sizeof record ? take_descriptor(&message) : -1;
	struct client *client;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n != sizeof record)
		return false;
	switch (record.call) {
	case BROKER_CLIENT:
		client = fd >= 0 ? add_client(broker, fd) : NULL;
		if (client != NULL) {
			client->node = record.node;
			client->serial = record.serial;
		}
		return true;
	case BROKER_PAUSE:
		pause_prompts(broker);
		return true;
	case BROKER_RESUME:
		broker->paused = false;
		return true;
	default:
		return false;
	}
}

/* --- the loop ------------------------------------------------------------- */

static volatile sig_atomic_t is_over;

static void end(int number)
{
	(void)number;
	is_over = 1;
}

/* SIGTERM is only let through while waiting, so that none is missed. */
static void catch_end(sigset_t *ret_waiting)
{
	struct sigaction action = {.sa_handler = end};
	sigset_t blocked;

	sigaction(SIGTERM, &action, NULL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, ret_waiting);
	sigdelset(ret_waiting, SIGTERM);
}

static void wait_and_serve(struct broker *broker, const sigset_t *waiting)
{
	struct pollfd poll[POLL_COUNT];
	size_t i;

	poll[CONTROL_POLL] = (struct pollfd){.fd = broker->control, .events = POLLIN};
	for (i = 0; i < CLIENTS_MAX; i++)
		poll[CLIENT_POLL + i] =
			(struct pollfd){.fd = broker->client[i].fd, .events = POLLIN};
	prompt_polls(&broker->prompt, poll + PROMPT_POLL);
	if (ppoll(poll, POLL_COUNT, NULL, waiting) < 0)
		return;
	/* Answers before anything else: what they belong to is still as it was. */
	see_to_prompt(broker, poll + PROMPT_POLL);
	for (i = 0; i < CLIENTS_MAX; i++)
		if (poll[CLIENT_POLL + i].revents != 0 && broker->client[i].fd >= 0)
			take_request(broker, &broker->client[i]);
	if (poll[CONTROL_POLL].revents != 0 && !take_control(broker))
		is_over = 1;
	serve_queue(broker);
}

_Noreturn void broker_serve(int control)
{
	static struct broker broker;
	sigset_t waiting;

	secret_begin();
	catch_end(&waiting);
	broker.control = control;
	broker.secrets = secret_alloc(sizeof *broker.secrets);
	if (broker.secrets == NULL)
		_exit(1);
	broker.prompt.secrets = &broker.secrets->prompt;
	broker.prompt.plymouth.fd = broker.prompt.askpass.fd = -1;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		broker.client[i].fd = -1;
	while (!is_over)
		wait_and_serve(&broker, &waiting);
	prompt_close(&broker.prompt, NULL);
	prompt_over(&broker.prompt);
	secret_free(broker.secrets, sizeof *broker.secrets);
	_exit(0);
}
