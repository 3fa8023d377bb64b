/* A device of udev's as the machine is told of it: under the kernel's names, and with what its
 * probe would have found, so that a graph cannot tell who found it. */
#ifndef BOOTGRAPH_UDEV_RECORD_H
#define BOOTGRAPH_UDEV_RECORD_H

#include <libudev.h>
#include <stdbool.h>
#include <stddef.h>

#include "protocol.h"

struct record {
	char bytes[UDEV_MESSAGE_MAX];
	size_t length;
};

/* Makes a message of an event, or of a device found while walking. What does not fit is left out,
 * the least interesting last. False if nobody is to be told of it now. */
bool record_device(struct record *record, struct udev_device *device);

#endif
