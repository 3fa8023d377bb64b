/* bootgraph-udev: what udevd says of devices, for PID 1.
 *
 *   bootgraph-udev                    with a socket of PID 1's as descriptor 3
 *
 * Dynamically linked; in the image only where udevd finds the devices. It reads the group "udev" of
 * libudev's monitor, to which udevd sends each event once its rules have run, and udevd's database
 * when PID 1 wants to know of all devices. It ends when PID 1 closes the socket.
 */
#include "record.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* As udevd's own: root may have more than net.core.rmem_max says. */
enum { RECEIVE_BUFFER = 128 << 20 };

static const char usage[] = "usage: bootgraph-udev, by bootgraph-init alone\n";

struct follower {
	struct udev *udev;
	struct udev_monitor *monitor;
	bool lost; /* events are missing, and the buffer was not empty since */
};

/* False if nobody listens any more. */
static bool say(const void *message, size_t length)
{
	ssize_t n;

	do
		n = send(UDEV_SOCKET, message, length, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n >= 0;
}

static bool say_kind(char kind)
{
	return say(&kind, 1);
}

static bool tell(struct udev_device *device)
{
	struct record record;

	return !record_device(&record, device) || say(record.bytes, record.length);
}

/* The graph waits for block devices; drivers are loaded for those that have a MODALIAS. */
static bool is_of_interest(struct udev_device *device)
{
	const char *subsystem = udev_device_get_subsystem(device);

	return (subsystem != NULL && strcmp(subsystem, "block") == 0) ||
	       udev_device_get_property_value(device, "MODALIAS") != NULL;
}

static bool walk(const struct follower *follower)
{
	struct udev_enumerate *all = udev_enumerate_new(follower->udev);
	struct udev_list_entry *entry;
	bool listening = true;

	if (all == NULL)
		return false;
	udev_enumerate_add_match_is_initialized(all);
	udev_enumerate_scan_devices(all);
	udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(all))
	{
		struct udev_device *device = udev_device_new_from_syspath(
			follower->udev, udev_list_entry_get_name(entry));

		if (device == NULL)
			continue; /* it has just left */
		listening = listening && (!is_of_interest(device) || tell(device));
		udev_device_unref(device);
	}
	udev_enumerate_unref(all);
	return listening && say_kind(UDEV_WALKED);
}

/* All that there is to read. The kernel says once that events were lost, and drops more of them
 * until the buffer was empty: only then it makes sense to look at all devices. */
static bool follow(struct follower *follower)
{
	struct udev_device *device;
	bool listening = true;

	while (listening && ((device = udev_monitor_receive_device(follower->monitor)) != NULL ||
			     errno == ENOBUFS)) {
		if (device == NULL) {
			follower->lost = true;
			continue;
		}
		listening = tell(device);
		udev_device_unref(device);
	}
	if (listening && follower->lost) {
		follower->lost = false;
		listening = say_kind(UDEV_LOST);
	}
	return listening;
}

static bool answer(const struct follower *follower)
{
	char kind;
	ssize_t n = recv(UDEV_SOCKET, &kind, 1, 0);

	if (n < 0)
		return errno == EINTR;
	return n == 1 && (kind != UDEV_WALK || walk(follower));
}

static int run(struct follower *follower)
{
	struct pollfd fd[] = {{.fd = udev_monitor_get_fd(follower->monitor), .events = POLLIN},
			      {.fd = UDEV_SOCKET, .events = POLLIN}};

	if (!say_kind(UDEV_READY))
		return 1;
	for (;;) {
		if (poll(fd, 2, -1) < 0) {
			if (errno != EINTR)
				return 3;
			continue;
		}
		if (fd[0].revents != 0 && !follow(follower))
			return 0;
		if (fd[1].revents != 0 && !answer(follower))
			return 0;
	}
}

int main(int argc, char *argv[])
{
	struct follower follower = {.lost = false};
	int type, status;
	socklen_t length = sizeof type;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc != 1 || getsockopt(UDEV_SOCKET, SOL_SOCKET, SO_TYPE, &type, &length) < 0 ||
	    type != SOCK_SEQPACKET) {
		fputs(usage, stderr);
		return 2;
	}
	follower.udev = udev_new();
	follower.monitor =
		follower.udev != NULL ? udev_monitor_new_from_netlink(follower.udev, "udev") : NULL;
	if (follower.monitor == NULL)
		return 3;
	udev_monitor_set_receive_buffer_size(follower.monitor, RECEIVE_BUFFER);
	status = udev_monitor_enable_receiving(follower.monitor) < 0 ? 3 : run(&follower);
	udev_monitor_unref(follower.monitor);
	udev_unref(follower.udev);
	return status;
}
