/* udevd's side of the devices: what it says of them when its rules have run.
 *
 * A helper (runtime/udev) listens to udevd and sends on what the machine wants to know, so that PID
 * 1 reads neither libudev's messages nor udevd's database. Of a record it trusts no more than its
 * length. While the helper is there, nobody reads the kernel's own events. */
#ifndef BOOTGRAPH_INIT_UDEV_H
#define BOOTGRAPH_INIT_UDEV_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../core/event.h"
#include "../udev/protocol.h"

struct init;
struct effect;

struct udev {
	bool on; /* this graph has udevd find the devices */
	int fd;	 /* to the helper, or -1 */
	pid_t pid;
	const char *program;
	uint32_t node, serial; /* the effect that waits for it, or NONE */
	uint32_t begun;	       /* when it was started */
	bool walking;	       /* it was asked to tell of all devices */
	char message[UDEV_MESSAGE_MAX];
};

void udev_begin(struct udev *udev);

/* The effect follow-udevd: it ends when the helper listens. */
void udev_follow(struct init *init, const struct effect *effect);

/* Its time is up. */
void udev_stop(struct init *init, uint32_t node);

/* Asks for all devices; false if there is nobody to ask now. */
bool udev_walk(struct udev *udev);

/* Takes what the helper has sent. */
void udev_readable(struct init *init);

/* Whether the process was the helper. */
bool udev_ended(struct init *init, pid_t pid, int wait_status);

/* Before the handoff. */
void udev_end(struct udev *udev);

/* Whether a message of the helper's is an event; its properties point into the message. */
bool udev_read_event(const char *message, size_t length, struct event *ret_event);

#endif
