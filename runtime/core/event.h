/* Events: everything the machine is ever told.
 *
 * Device events carry the properties in the kernel's own form, KEY=value texts each ended by a NUL
 * (kernel: lib/kobject_uevent.c), under udev's names: ACTION, SUBSYSTEM, DEVNAME (without /dev/),
 * DEVTYPE, MAJOR, MINOR, PARTN, PARTNAME, DISKSEQ, MODALIAS; of a device-mapper device that can be
 * used DM_NAME and DM_UUID; and once a device was probed
 * ID_FS_TYPE, ID_FS_UUID, ID_FS_LABEL, ID_PART_ENTRY_UUID, ID_PART_ENTRY_NAME (udev(7), libblkid).
 *
 * The levels that sets of devices reach (sets.h) are told in the same way, as if each were a
 * device: SUBSYSTEM=set, SET, SET_NAME, SET_LEVEL, SET_PRESENT, SET_EXPECTED, MAJOR, MINOR.
 */
#ifndef BOOTGRAPH_EVENT_H
#define BOOTGRAPH_EVENT_H

#include <stddef.h>
#include <stdint.h>

enum event_kind {
	EVENT_START,	  /* the first one */
	EVENT_DEVICE,	  /* a device appeared, changed, was probed, or left */
	EVENT_FINISHED,	  /* an effect has ended */
	EVENT_TICK,	  /* time passed; see machine_deadline */
	EVENT_AGAIN,	  /* the rescue shell was left: look again */
	EVENT_HOLD,	  /* somebody is asked, or holds the clock; or does not any more */
	EVENT_PARAMETERS, /* a boot script has set kernel parameters */
	EVENT_KIND_COUNT
};

struct event {
	enum event_kind kind;
	/* EVENT_DEVICE: borrowed for the time of the call.
	 * EVENT_PARAMETERS: what is set, NAME=value each; for traces. */
	const char *properties;
	size_t length;
	/* EVENT_FINISHED: the effect's node and serial, and 0, an exit status (1-255), 256 +
	 * signal, or a negative errno.
	 * EVENT_HOLD: the effect whose limit stands still meanwhile, or NONE for all waits; status
	 * 1 when it begins, 0 when it ends.
	 * EVENT_PARAMETERS: the script's node or NONE, and as serial the table of parameters that
	 * is in force from now on (boot_change). */
	uint32_t node, serial;
	int32_t status;
};

enum { STATUS_SIGNAL = 256 };

/* The value of a property, or NULL. */
const char *event_property(const struct event *event, const char *key);
/* MAJOR and MINOR as one number, major * 2^20 + minor, or 0 if it has none. */
uint32_t event_device_number(const struct event *event);

#endif
