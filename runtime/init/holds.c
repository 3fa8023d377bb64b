#include "init.h"
#include "log.h"
#include "../hold/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { EVENTS_PER_TURN = 32 }; /* then the others have their turn */

/* --- what is watched ------------------------------------------------------ */

static int watch(const struct holds *holds, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(holds->poll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* Closing alone would not do: a child that was forked meanwhile has the same open file, and with it
 * the epoll instance goes on watching (epoll(7), Q6). */
static void forget(const struct holds *holds, int fd)
{
	epoll_ctl(holds->poll, EPOLL_CTL_DEL, fd, NULL);
	close(fd);
}

static int open_listener(void)
{
	struct sockaddr_un address;
	socklen_t length = hold_address(&address);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, HOLD_CLIENTS_MAX) < 0) {
		int error = errno;

		close(fd);
		return -error;
	}
	return fd;
}

int holds_begin(struct holds *holds)
{
	int r;

	*holds = (struct holds){.poll = -1};
	for (unsigned i = 0; i < HOLD_CLIENTS_MAX; i++)
		holds->client[i] = -1;
	holds->listener = open_listener();
	if (holds->listener < 0)
		return holds->listener;
	holds->poll = epoll_create1(EPOLL_CLOEXEC);
	r = holds->poll < 0 ? -errno : watch(holds, holds->listener);
	if (r < 0) {
		close(holds->listener);
		if (holds->poll >= 0)
			close(holds->poll);
		holds->poll = holds->listener = -1;
	}
	return r;
}

/* --- holders -------------------------------------------------------------- */

static bool has_ended(int pidfd)
{
	struct pollfd end = {.fd = pidfd, .events = POLLIN};

	return poll(&end, 1, 0) > 0;
}

/* Its name is its own choice: it is shown, and no more. */
static void read_name(pid_t pid, char *name, size_t room)
{
	char path[32];
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, name, room - 1) : -1;
	if (fd >= 0)
		close(fd);
	name[n > 0 ? n : 0] = '\0';
	name[strcspn(name, "\n")] = '\0';
	for (; *name != '\0'; name++)
		if ((unsigned char)*name < ' ' || (unsigned char)*name >= 0x7f)
			*name = '?';
}

static void announce(struct init *init, const struct holder *holder, const char *what)
{
	char text[96];

	snprintf(text, sizeof text, "process %d (%s) %s", (int)holder->pid, holder->name, what);
	say(SAY_INFO, "bootgraph: %s", text);
	tracefile_remark(&init->trace, init_now(), text);
}

static void tell(struct init *init, bool begins)
{
	init_tell(init, &(struct event){.kind = EVENT_HOLD, .node = NONE, .status = begins});
}

static void release(struct init *init, struct holder *holder, const char *why)
{
	struct holds *holds = &init->holds;

	announce(init, holder, why);
	forget(holds, holder->fd);
	*holder = holds->holder[--holds->count];
	tell(init, false);
}

/* A holder whose end was not read yet is none: its number may be another's by now. */
static struct holder *find_holder(struct init *init, pid_t pid)
{
	struct holds *holds = &init->holds;

	for (unsigned i = 0; i < holds->count; i++) {
		struct holder *holder = &holds->holder[i];

		if (holder->pid != pid)
			continue;
		if (!has_ended(holder->fd))
			return holder;
		release(init, holder, "held the clock, and has ended");
		return NULL;
	}
	return NULL;
}

static int hold(struct init *init, pid_t pid)
{
	struct holds *holds = &init->holds;
	struct holder *holder;
	int fd, r;

	if (pid <= 1)
		return -EINVAL; /* it would hold it for ever */
	if (find_holder(init, pid) != NULL)
		return 0;
	if (holds->count == HOLDERS_MAX)
		return -EUSERS;
	fd = (int)syscall(SYS_pidfd_open, pid, 0); /* closed on exec by itself (pidfd_open(2)) */
	if (fd < 0)
		return -errno;
	r = has_ended(fd) ? -ESRCH : watch(holds, fd);
	if (r < 0) {
		close(fd);
		return r;
	}
	holder = &holds->holder[holds->count++];
	*holder = (struct holder){.pid = pid, .fd = fd};
	read_name(pid, holder->name, sizeof holder->name);
	announce(init, holder, "holds the clock");
	tell(init, true);
	return 0;
}

static int unhold(struct init *init, pid_t pid)
{
	struct holder *holder = find_holder(init, pid);

	if (holder == NULL)
		return -ESRCH;
	release(init, holder, "releases the clock");
	return 0;
}

/* --- who asks ------------------------------------------------------------- */

static void reply(int fd, int status)
{
	int32_t answer = -status;

	(void)send(fd, &answer, sizeof answer, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void drop_client(struct holds *holds, int *client)
{
	if (*client < 0)
		return;
	/* A child may have it open, too, and the other end is not to wait for that. */
	shutdown(*client, SHUT_RDWR);
	forget(holds, *client);
	*client = -1;
}

static bool is_root(int fd)
{
	struct ucred peer;
	socklen_t length = sizeof peer;

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == 0;
}

/* What it has asked already is thrown away, and it can ask no more: a connection that is closed
 * with something unread is reset, and the answer lost. */
static void refuse(int fd)
{
	char request[sizeof(struct hold_request)];

	shutdown(fd, SHUT_RD);
	while (recv(fd, request, sizeof request, MSG_DONTWAIT) > 0)
		;
	reply(fd, -EPERM);
	close(fd);
}

static void take_connection(struct holds *holds)
{
	int *place = &holds->client[holds->next_client];
	int fd = accept4(holds->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return; /* it has thought better of it */
	if (!is_root(fd)) {
		refuse(fd);
		return;
	}
	holds->next_client = (holds->next_client + 1) % HOLD_CLIENTS_MAX;
	drop_client(holds, place); /* it has said nothing while seven others came */
	if (watch(holds, fd) < 0)
		close(fd);
	else
		*place = fd;
}

static void take_request(struct init *init, int *client)
{
	struct hold_request request;
	ssize_t n = recv(*client, &request, sizeof request, MSG_DONTWAIT | MSG_TRUNC);
	int r = -EBADMSG;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n == sizeof request && request.call == HOLD_BEGIN)
		r = hold(init, request.pid);
	else if (n == sizeof request && request.call == HOLD_END)
		r = unhold(init, request.pid);
	if (n > 0)
		reply(*client, r);
	drop_client(&init->holds, client);
}

/* --- all of them ---------------------------------------------------------- */

static void take(struct init *init, int fd)
{
	struct holds *holds = &init->holds;

	if (fd == holds->listener) {
		take_connection(holds);
		return;
	}
	for (unsigned i = 0; i < HOLD_CLIENTS_MAX; i++)
		if (holds->client[i] == fd) {
			take_request(init, &holds->client[i]);
			return;
		}
	for (unsigned i = 0; i < holds->count; i++)
		if (holds->holder[i].fd == fd) {
			release(init, &holds->holder[i], "held the clock, and has ended");
			return;
		}
}

/* One at a time: what one of them does may close another's descriptor. */
void holds_readable(struct init *init)
{
	struct epoll_event event;

	for (unsigned i = 0; i < EVENTS_PER_TURN; i++) {
		if (epoll_wait(init->holds.poll, &event, 1, 0) != 1)
			return;
		take(init, event.data.fd);
	}
}
