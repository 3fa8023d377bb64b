#include "udev.h"
#include "init.h"
#include "log.h"
#include "uevent.h"
#include "../helper/attribute.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	MESSAGES_PER_TURN = 64, /* then the others have their turn */
	TOO_QUICK = 1000,	/* milliseconds: a helper that dies sooner is not started again */
	SECTOR = 512,
};

void udev_begin(struct udev *udev)
{
	*udev = (struct udev){.fd = -1, .node = NONE};
}

/* --- the helper ----------------------------------------------------------- */

static _Noreturn void be_helper(const char *program, int socket)
{
	char *arguments[] = {(char *)program, NULL};
	int high = fcntl(socket, F_DUPFD, UDEV_SOCKET + 1);

	if (high >= 0 && dup2(high, UDEV_SOCKET) == UDEV_SOCKET) {
		close(high);
		execv(program, arguments);
	}
	_exit(127);
}

static int start_helper(struct udev *udev)
{
	int pair[2], error;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	udev->pid = child_fork(INPUT_NONE);
	error = errno;
	if (udev->pid == 0)
		be_helper(udev->program, pair[1]);
	close(pair[1]);
	if (udev->pid < 0) {
		udev->pid = 0;
		close(pair[0]);
		return -error;
	}
	udev->fd = pair[0];
	udev->begun = init_now();
	udev->walking = false;
	return 0;
}

void udev_follow(struct init *init, const struct effect *effect)
{
	struct udev *udev = &init->udev;
	int r;

	udev->program = effect->text[0]; /* in the blob, or a parameter: it stays */
	r = udev->pid != 0 ? -EBUSY : start_helper(udev);
	if (r < 0) {
		notes_reason(&init->notes, effect->node, "no further process: %s", strerror(-r));
		init_end(init, effect->node, effect->serial, r);
		return;
	}
	init->ran_programs = true;
	udev->on = true;
	udev->node = effect->node;
	udev->serial = effect->serial;
}

static void leave(struct udev *udev)
{
	if (udev->fd >= 0)
		close(udev->fd);
	udev->fd = -1;
	udev->pid = 0;
	udev->walking = false;
}

void udev_end(struct udev *udev)
{
	if (udev->pid != 0)
		kill(udev->pid, SIGTERM);
	leave(udev);
}

void udev_stop(struct init *init, uint32_t node)
{
	if (init->udev.node != node)
		return;
	init->udev.node = NONE;
	udev_end(&init->udev);
}

bool udev_ended(struct init *init, pid_t pid, int wait_status)
{
	struct udev *udev = &init->udev;
	uint32_t node = udev->node;

	if (pid != udev->pid || pid == 0)
		return false;
	leave(udev);
	udev->node = NONE;
	if (node != NONE) {
		notes_reason(&init->notes, node, "%s cannot listen to udevd", udev->program);
		init_end(init, node, udev->serial,
			 WIFEXITED(wait_status) && WEXITSTATUS(wait_status) != 0
				 ? WEXITSTATUS(wait_status)
				 : -EIO);
	} else if (init_now() - udev->begun < TOO_QUICK || start_helper(udev) < 0) {
		say(SAY_ERROR, "bootgraph: %s has ended: nobody hears of new devices any more",
		    udev->program);
	} else {
		say(SAY_WARNING, "bootgraph: %s has ended and is started again", udev->program);
	}
	return true;
}

bool udev_walk(struct udev *udev)
{
	const char kind = UDEV_WALK;

	if (udev->fd < 0 || send(udev->fd, &kind, 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1)
		return false;
	udev->walking = true;
	return true;
}

/* --- messages ------------------------------------------------------------- */

bool udev_read_event(const char *message, size_t length, struct event *ret_event)
{
	if (length < 2 || message[0] != UDEV_EVENT || !uevent_is_sound(message + 1, length - 1))
		return false;
	*ret_event = (struct event){
		.kind = EVENT_DEVICE, .properties = message + 1, .length = length - 1};
	return true;
}

static void copy(char *to, size_t room, const struct event *event, const char *key)
{
	const char *value = event_property(event, key);

	snprintf(to, room, "%s", value != NULL ? value : "");
}

/* What our own probe would have answered: for the report, and for mounts without a type. */
static void take_content(struct init *init, const struct event *event)
{
	uint32_t number = event_device_number(event);
	const char *name = event_property(event, "DEVNAME");
	struct answer answer = {.outcome = PROBE_NOTHING};
	char sectors[24];

	if (number == 0 || name == NULL || event_property(event, "BOOTGRAPH_PROBED") == NULL)
		return;
	copy(answer.type, sizeof answer.type, event, "ID_FS_TYPE");
	copy(answer.uuid, sizeof answer.uuid, event, "ID_FS_UUID");
	copy(answer.label, sizeof answer.label, event, "ID_FS_LABEL");
	copy(answer.part_uuid, sizeof answer.part_uuid, event, "ID_PART_ENTRY_UUID");
	copy(answer.part_name, sizeof answer.part_name, event, "ID_PART_ENTRY_NAME");
	if (answer.type[0] != '\0')
		answer.outcome = PROBE_FOUND;
	else if (event_property(event, "ID_PART_TABLE_TYPE") != NULL)
		answer.outcome = PROBE_TABLE;
	attribute_read(name, "size", sectors, sizeof sectors);
	answer.size = strtoull(sectors, NULL, 10) * SECTOR;
	if (answer_is_sane(&answer))
		devices_answer(&init->devices, number, &answer);
}

static void take_event(struct init *init, const struct event *event)
{
	const char *action = event_property(event, "ACTION");
	const char *subsystem = event_property(event, "SUBSYSTEM");

	if (subsystem != NULL && strcmp(subsystem, "block") == 0 && strcmp(action, "remove") != 0)
		take_content(init, event);
	if (init->udev.walking)
		init->coldplug.devices++;
	init_tell(init, event);
}

static void take_message(struct init *init, size_t length)
{
	struct udev *udev = &init->udev;
	struct event event;

	switch (length > 0 ? udev->message[0] : '\0') {
	case UDEV_EVENT:
		if (udev_read_event(udev->message, length, &event))
			take_event(init, &event);
		break;
	case UDEV_READY:
		if (udev->node != NONE)
			init_end(init, udev->node, udev->serial, 0);
		else
			coldplug_start(init); /* it is not the first one */
		udev->node = NONE;
		break;
	case UDEV_WALKED:
		udev->walking = false;
		coldplug_walked(init);
		break;
	case UDEV_LOST:
		say(SAY_WARNING, "bootgraph: udevd's device events came too fast and some were "
				 "lost; its database is read");
		tracefile_remark(&init->trace, init_now(),
				 "events were lost, udevd's database is read");
		coldplug_start(init);
		break;
	default:
		break;
	}
}

void udev_readable(struct init *init)
{
	for (unsigned i = 0; i < MESSAGES_PER_TURN && init->udev.fd >= 0; i++) {
		ssize_t n = recv(init->udev.fd, init->udev.message, sizeof init->udev.message,
				 MSG_DONTWAIT);

		if (n < 0)
			return;
		if (n == 0) { /* its end is told by SIGCHLD */
			close(init->udev.fd);
			init->udev.fd = -1;
			return;
		}
		take_message(init, (size_t)n);
	}
}
