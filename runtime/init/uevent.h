/* The kernel's device events (kernel: lib/kobject_uevent.c; netlink(7)). */
#ifndef BOOTGRAPH_UEVENT_H
#define BOOTGRAPH_UEVENT_H

#include <stdbool.h>
#include <stddef.h>

#include "../core/event.h"

enum { UEVENT_MAX = 8192 }; /* the kernel's own limit is 2 KiB and a path */

struct uevents {
	int fd;	   /* or -1 */
	bool lost; /* events are missing, and the buffer was not empty since */
	char message[UEVENT_MAX];
};

enum uevent_result {
	UEVENT_NONE, /* nothing to read now */
	UEVENT_TAKEN,
	UEVENT_DROPPED, /* not from the kernel, or damaged */
	UEVENT_LOST,	/* the buffer has overrun: events are missing */
};

/* Opens the socket with a receive buffer of so many bytes. */
int uevents_open(struct uevents *uevents, unsigned long buffer);

/* Reads one message without waiting. The event's properties point into uevents. */
enum uevent_result uevents_read(struct uevents *uevents, struct event *ret_event);

/* Whether length bytes are KEY=value texts, each ended by a NUL, with an ACTION among them. */
int uevent_is_sound(const char *properties, size_t length);

#endif
