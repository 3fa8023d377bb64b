/* What bootgraph-udev and PID 1 say to each other, over a pair of SOCK_SEQPACKET sockets: messages
 * whose first byte is the kind. */
#ifndef BOOTGRAPH_UDEV_PROTOCOL_H
#define BOOTGRAPH_UDEV_PROTOCOL_H

enum {
	UDEV_SOCKET = 3, /* the helper's descriptor */

	/* To PID 1. An event is followed by KEY=value texts, each ended by a NUL, as the kernel
	 * has them in an uevent. */
	UDEV_READY = 'r', /* from now on no event is lost without a word */
	UDEV_EVENT = 'e',
	UDEV_WALKED = 'w', /* all devices that udevd knows have been told of, as was asked for */
	UDEV_LOST = 'l',   /* events were lost: somebody should ask */

	/* To the helper. */
	UDEV_WALK = 'W',

	UDEV_MESSAGE_MAX = 6144, /* with its kind: PID 1 adds some properties of its own */
};

#endif
