/* PID 1 of the initramfs: everything it knows, in one structure.
 *
 * One process, one loop, no threads. What may block runs in a forked child (child.h); what PID 1
 * does itself is quick. Texts kept here are only for display: the machine's state is in the blob's
 * own block. Functions that can fail return 0 or a negative errno.
 */
#ifndef BOOTGRAPH_INIT_H
#define BOOTGRAPH_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../core/boot.h"
#include "../core/machine.h"
#include "child.h"
#include "daemon.h"
#include "coldplug.h"
#include "devices.h"
#include "environment.h"
#include "holds.h"
#include "members.h"
#include "modules.h"
#include "notes.h"
#include "probers.h"
#include "prompts.h"
#include "rescue.h"
#include "tracefile.h"
#include "udev.h"
#include "uevent.h"

enum { INIT_PATH_MAX = 256 };

/* The ends of effects that the machine has not been told of yet, oldest first. */
struct ends {
	struct end {
		uint32_t node, serial;
		int32_t status;
	} * end;
	size_t count, room;
};

struct init {
	char **argv, **envp; /* as the kernel gave them */
	int signals;	     /* signalfd, or -1 */
	char command_line[COMMAND_LINE_MAX];
	struct boot boot;
	struct blob blob;
	struct machine machine;
	bool started;	      /* the machine */
	unsigned breakpoints; /* that are still to come: a bit for each enum breakpoint */

	struct ends ends;
	struct children children;
	struct daemons daemons;
	struct probers probers;
	struct prompts prompts;
	struct holds holds;
	struct uevents uevents;
	struct udev udev;
	struct coldplug coldplug;
	struct devices devices;
	struct members members;
	struct modules modules;
	struct notes notes;
	struct tracefile trace;
	struct rescue rescue;
	struct environment environment;

	char real_init[INIT_PATH_MAX]; /* what find-init found, as seen from the real root */
	const char *new_root; /* set by the handoff effect: where the real root is mounted */
	struct end handoff;   /* that effect */
	bool ran_programs;    /* that might have left daemons behind */
};

/* Milliseconds since PID 1 began. */
uint32_t init_now(void);

/* Takes so many milliseconds out of it: they pass for nobody. */
void init_stand_still(uint32_t milliseconds);

/* Tells the machine, and the trace, of an event. Not to be called from within the port. */
void init_tell(struct init *init, const struct event *event);

/* Makes room for further ends; false if there is no memory. Done before the machine starts: the
 * first ones must not get lost. */
bool init_make_room_for_ends(struct ends *ends);

/* Queues an effect's end. */
void init_end(struct init *init, uint32_t node, uint32_t serial, int32_t status);

/* The loop: returns only when there is no machine and the rescue shell was left. */
void loop_run(struct init *init);

extern const struct port linux_port;

/* What happens once a worker's end is known (port_linux.c). */
void port_child_ended(struct init *init, const struct child *child, int32_t status,
		      const char *text);

/* The value of a kernel parameter, never NULL. */
const char *init_parameter(const struct init *init, enum parameter_id id);

#endif
