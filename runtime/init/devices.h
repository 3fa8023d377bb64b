/* The block devices that were seen, for people, for mounts without a type, and for finding a name
 * by number. Display memory: it grows with the machine, the core's state does not. */
#ifndef BOOTGRAPH_DEVICES_H
#define BOOTGRAPH_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../core/event.h"
#include "../probe/answer.h"
#include "properties.h"

enum { DEVICES_MAX = 1 << 16 };

struct seen {
	uint32_t number; /* as event_device_number */
	bool present;
	uint32_t walk;	  /* of /sys in which it was seen last, or that was going on then */
	bool thorough;	  /* libblkid was asked about it */
	uint32_t outcome; /* enum probe_outcome, or PROBE_OUTCOME_COUNT before it was probed */
	uint64_t size;
	uint32_t cookie; /* DM_COOKIE of the event with which a mapping became active, or 0 */
	char *name, *type, *uuid, *label, *part_uuid, *part_name; /* or NULL */
};

struct devices {
	struct seen *seen; /* in order of appearance */
	uint32_t count, room;
	uint32_t *slot; /* hash of number -> index + 1; 2 * room of them */
	uint32_t present;
};

/* Takes note of a device event. Without memory the device is simply not shown. True if it is one
 * that was not there before. */
bool devices_event(struct devices *devices, const struct event *event, uint32_t walk);
void devices_answer(struct devices *devices, uint32_t number, const struct answer *answer);

/* The device with this number, or NULL. */
const struct seen *devices_find(const struct devices *devices, uint32_t number);

/* SUBSYSTEM, DEVNAME, MAJOR and MINOR: what an event about it needs. */
void devices_add_identity(struct properties *properties, const struct seen *seen);

#endif
