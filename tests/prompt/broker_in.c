/* usage: broker-in ROOT [plymouth]
 *
 * The broker with ROOT as its root, its control socket being descriptor 3, in a mount and a network
 * namespace of its own: its consoles are the test's pseudo-terminals, and nobody's plymouthd is
 * disturbed. With plymouth, the first message on descriptor 3 is a socket that listens where
 * plymouthd does. */
#include "../../runtime/prompt/broker.h"

#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int send_listener(void)
{
	static const char name[] = "/org/freedesktop/plymouthd";
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct iovec part = {"", 1};
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.header = {.cmsg_len = CMSG_LEN(sizeof fd),
				.cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS}};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof control};

	memcpy(at.sun_path + 1, name, sizeof name - 1);
	memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
	if (bind(fd, (struct sockaddr *)&at,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof name)) < 0 ||
	    listen(fd, 8) < 0 || sendmsg(3, &message, 0) < 0)
		return -1;
	return close(fd);
}

int main(int argc, char **argv)
{
	char pts[4096];

	if (argc < 2)
		return 2;
	snprintf(pts, sizeof pts, "%s/dev/pts", argv[1]);
	if (unshare(CLONE_NEWNS | CLONE_NEWNET) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("/dev/pts", pts, NULL, MS_BIND, NULL) < 0 || chroot(argv[1]) < 0 ||
	    chdir("/") < 0 || (argc > 2 && send_listener() < 0)) {
		perror("broker-in");
		return 77;
	}
	broker_serve(3);
}
