#include "init.h"
#include "log.h"
#include "../prompt/broker.h"
#include "../prompt/protocol.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAUSE_PATIENCE = 500 }; /* milliseconds until a shell gets the consoles all the same */

void prompts_begin(struct prompts *prompts)
{
	*prompts = (struct prompts){.fd = -1, .client = -1};
}

static int start(struct init *init)
{
	struct prompts *prompts = &init->prompts;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	prompts->pid = child_fork(INPUT_NONE);
	if (prompts->pid == 0) {
		close(pair[0]);
		prctl(PR_SET_NAME, "bootgraph-ask");
		broker_serve(pair[1]);
	}
	close(pair[1]);
	if (prompts->pid < 0) {
		int error = errno;

		prompts->pid = 0;
		close(pair[0]);
		return -error;
	}
	prompts->fd = pair[0];
	return 0;
}

/* --- clients -------------------------------------------------------------- */

static int send_client(const struct prompts *prompts, uint32_t node, uint32_t serial, int fd)
{
	struct broker_record record = {BROKER_CLIENT, node, serial};
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.bytes = {0}};
	struct iovec part = {&record, sizeof record};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof control};

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
	return sendmsg(prompts->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

int prompts_connect(struct init *init, uint32_t node, uint32_t serial)
{
	struct prompts *prompts = &init->prompts;
	int pair[2], r;

	r = prompts->pid == 0 ? start(init) : 0;
	if (r < 0)
		return r;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	r = send_client(prompts, node, serial, pair[1]);
	close(pair[1]);
	if (r == 0)
		return pair[0];
	close(pair[0]);
	return r;
}

/* --- what it says --------------------------------------------------------- */

static void tell_hold(struct init *init, const struct prompt_wait *wait, bool waits)
{
	init_tell(init, &(struct event){.kind = EVENT_HOLD,
					.node = wait->node,
					.serial = wait->serial,
					.status = waits});
}

static void take_wait(struct init *init, const struct broker_record *record)
{
	struct prompts *prompts = &init->prompts;
	struct prompt_wait wait = {record->node, record->serial};

	if (prompts->wait_count == PROMPT_WAITS_MAX)
		return; /* its limit goes on: it has more clients than it can have */
	prompts->wait[prompts->wait_count++] = wait;
	tell_hold(init, &wait, true);
}

static void take_served(struct init *init, const struct broker_record *record)
{
	struct prompts *prompts = &init->prompts;

	for (unsigned i = 0; i < prompts->wait_count; i++) {
		struct prompt_wait wait = prompts->wait[i];

		if (wait.node != record->node || wait.serial != record->serial)
			continue;
		prompts->wait[i] = prompts->wait[--prompts->wait_count];
		tell_hold(init, &wait, false);
		return;
	}
}

static void take(struct init *init, const struct broker_record *record)
{
	struct prompts *prompts = &init->prompts;

	switch (record->call) {
	case BROKER_WAITS:
		take_wait(init, record);
		break;
	case BROKER_SERVED:
		take_served(init, record);
		break;
	case BROKER_PAUSED:
		prompts->paused = true;
		break;
	default: /* it has lost its mind; its clients see the end */
		kill(prompts->pid, SIGKILL);
		break;
	}
}

void prompts_readable(struct init *init)
{
	struct broker_record record;
	ssize_t n = recv(init->prompts.fd, &record, sizeof record, MSG_DONTWAIT);

	if (n == sizeof record) {
		take(init, &record);
	} else if (n >= 0 || (errno != EAGAIN && errno != EINTR)) {
		close(init->prompts.fd); /* its end follows */
		init->prompts.fd = -1;
	}
}

/* --- sharing the consoles ------------------------------------------------- */

static void send_call(const struct prompts *prompts, enum broker_call call)
{
	struct broker_record record = {.call = call};

	(void)send(prompts->fd, &record, sizeof record, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void prompts_pause(struct init *init)
{
	struct prompts *prompts = &init->prompts;
	uint32_t until = init_now() + PAUSE_PATIENCE, now;

	if (prompts->pid == 0 || prompts->fd < 0 || prompts->paused)
		return;
	send_call(prompts, BROKER_PAUSE);
	while (!prompts->paused && prompts->fd >= 0 && (now = init_now()) < until) {
		struct pollfd answer = {.fd = prompts->fd, .events = POLLIN};

		if (poll(&answer, 1, (int)(until - now)) > 0)
			prompts_readable(init);
	}
	prompts->paused = true;
}

void prompts_resume(struct init *init)
{
	if (init->prompts.pid != 0 && init->prompts.fd >= 0 && init->prompts.paused)
		send_call(&init->prompts, BROKER_RESUME);
	init->prompts.paused = false;
}

/* --- its end -------------------------------------------------------------- */

bool prompts_ended(struct init *init, pid_t pid)
{
	struct prompts *prompts = &init->prompts;

	if (prompts->pid == 0 || pid != prompts->pid)
		return false;
	while (prompts->wait_count > 0)
		tell_hold(init, &prompts->wait[--prompts->wait_count], false);
	if (prompts->fd >= 0)
		close(prompts->fd);
	prompts_begin(prompts);
	say(SAY_WARNING, "bootgraph: who asks for passphrases has ended; the next one starts anew");
	return true;
}

bool prompts_end(struct init *init)
{
	struct prompts *prompts = &init->prompts;

	if (prompts->pid == 0)
		return false;
	if (prompts->fd >= 0)
		close(prompts->fd);
	kill(prompts->pid, SIGTERM);
	prompts_begin(prompts);
	return true;
}
