/* Coldplug: reading /sys for the devices that were there before the uevent socket was.
 *
 * The walk is cut into steps, so that PID 1 stays awake on a machine with ten thousand disks, and
 * is linear in their number. Nothing is triggered: reading costs a hundredth of it. */
#ifndef BOOTGRAPH_COLDPLUG_H
#define BOOTGRAPH_COLDPLUG_H

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>

struct init;

enum coldplug_stage {
	COLDPLUG_IDLE,
	COLDPLUG_BLOCK, /* /sys/class/block */
	COLDPLUG_BUSES, /* /sys/bus/X/devices, if the module plan has aliases */
};

struct coldplug {
	enum coldplug_stage stage;
	bool again; /* asked for once more while it ran */
	DIR *list;  /* the directory of devices being read */
	DIR *buses; /* /sys/bus */
	char subsystem[32];
	uint32_t walk;	       /* how many have begun: devices found are marked with it */
	uint32_t devices;      /* told of in this walk */
	uint32_t node, serial; /* the effect that waits for its end, or NONE */
};

/* Starts a walk, or another one after the present one. */
void coldplug_start(struct init *init);

/* The same, for an effect that ends with it. */
void coldplug_effect(struct init *init, uint32_t node, uint32_t serial);

/* The walk was udevd's, and is over. */
void coldplug_walked(struct init *init);

/* Tells of some more devices. Not to be called from within the port. */
void coldplug_step(struct init *init);

#endif
