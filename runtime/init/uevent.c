#include "uevent.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { KERNEL_GROUP = 1 }; /* udevd's own messages come on group 2 */

int uevents_open(struct uevents *uevents, unsigned long buffer)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP};
	int on = 1, bytes = buffer < 1u << 30 ? (int)buffer : 1 << 30, error;

	uevents->fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
	if (uevents->fd < 0)
		return -errno;
	/* Without these two there are only fewer safeguards: they are no reason to stay deaf. */
	setsockopt(uevents->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
	setsockopt(uevents->fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
	if (bind(uevents->fd, (struct sockaddr *)&address, sizeof address) == 0)
		return 0;
	error = errno;
	close(uevents->fd);
	uevents->fd = -1;
	return -error;
}

/* Any process may send to the group; only the kernel has port 0 and process 0. */
static int is_from_kernel(struct msghdr *message, const struct sockaddr_nl *sender)
{
	struct cmsghdr *part;
	struct ucred credentials;

	if (message->msg_namelen != sizeof *sender || sender->nl_pid != 0 ||
	    sender->nl_groups != KERNEL_GROUP)
		return 0;
	for (part = CMSG_FIRSTHDR(message); part != NULL; part = CMSG_NXTHDR(message, part))
		if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_CREDENTIALS) {
			memcpy(&credentials, CMSG_DATA(part), sizeof credentials);
			return credentials.uid == 0 && credentials.pid == 0;
		}
	return 0;
}

int uevent_is_sound(const char *properties, size_t length)
{
	int action = 0;
	size_t at;

	if (length == 0 || properties[length - 1] != '\0')
		return 0;
	for (at = 0; at < length; at += strlen(properties + at) + 1) {
		const char *property = properties + at, *equals = strchr(property, '=');

		if (equals == NULL || equals == property)
			return 0;
		action |= strncmp(property, "ACTION=", 7) == 0;
	}
	return action;
}

enum uevent_result uevents_read(struct uevents *uevents, struct event *event)
{
	char control[CMSG_SPACE(sizeof(struct ucred))];
	struct sockaddr_nl sender = {0};
	struct iovec piece = {uevents->message, sizeof uevents->message};
	struct msghdr message = {.msg_name = &sender,
				 .msg_namelen = sizeof sender,
				 .msg_iov = &piece,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof control};
	ssize_t n = recvmsg(uevents->fd, &message, MSG_DONTWAIT);
	size_t header;

	if (n < 0)
		return errno == ENOBUFS ? UEVENT_LOST
		       : errno == EINTR ? UEVENT_DROPPED
					: UEVENT_NONE;
	if (!is_from_kernel(&message, &sender) || message.msg_flags & MSG_TRUNC)
		return UEVENT_DROPPED;
	/* ACTION@DEVPATH comes first, and says nothing that the properties do not say again. */
	header = strnlen(uevents->message, (size_t)n);
	if (header == (size_t)n || memchr(uevents->message, '@', header) == NULL)
		return UEVENT_DROPPED;
	*event = (struct event){.kind = EVENT_DEVICE,
				.properties = uevents->message + header + 1,
				.length = (size_t)n - header - 1};
	return uevent_is_sound(event->properties, event->length) ? UEVENT_TAKEN : UEVENT_DROPPED;
}
