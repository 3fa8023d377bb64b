/* The machine: (state, event) -> (state, effects), and nothing else.
 *
 * It executes a verified blob. No allocation, no system calls, no globals: all that changes is the
 * state block, whose size the blob declares, so that a snapshot is a memcpy. Time is milliseconds
 * since EVENT_START and comes with every event. Each event is handled in at most machine_step_limit
 * steps.
 *
 * A node's life: pending -> starting -> ready -> running -> done | failed, or pending -> skipped.
 * A daemon is done when it is ready; that it ends later is remembered beside that.
 *
 * Outcomes latch. Devices are levels: a device that leaves before it was used goes back to pending.
 *
 * A device that is waited for has a budget of time. It is charged only while none of the nodes on
 * its path (section paths) is at work, and starts afresh when one of them comes true for the first
 * time this boot. One that was given up comes true all the same when it appears after all: too late
 * for those that have failed for it, but not for those that still wait.
 *
 * A set of devices is waited for in two levels (sets.h). Once there is enough of it (EDGE_ENOUGH),
 * the wait for all of it also ends when it is quiet: for QUIET_TIME no device event came, nothing
 * on its path was at work, and no adapter is there that finds disks late (EDGE_LATE). Then it is
 * `missing`, for whoever may go on without it; those that may not still have the rest of its
 * budget.
 */
#ifndef BOOTGRAPH_MACHINE_H
#define BOOTGRAPH_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "blob.h"
#include "boot.h"
#include "event.h"
#include "port.h"

#define NEVER 0xffffffffu

/* Why a device was given up: node_memory.status. */
enum {
	STATUS_TIMED_OUT =
		-110,	    /* its budget was used up (-ETIMEDOUT); also of an effect's limit */
	STATUS_QUIET = -11, /* nothing more was to be expected (-EAGAIN) */
};

enum {
	QUIET_TIME = 3000, /* milliseconds (design: quiescent) */
};

enum {
	MEMORY_STARTED = 1, /* was starting at least once: `starting` it is true */
	MEMORY_LOOKED = 2,  /* its `when` was looked at */
	MEMORY_LIVE = 4,    /* pending, but only for what is at work: `wants` and `after` it wait */
	MEMORY_EVER = 8,    /* came true once this boot: gives no clock a second fresh start */
	MEMORY_DIRTY = 16,  /* to be looked at again within this event */
	MEMORY_STOPPING = 32, /* daemon: it was told to end, after it was ready */
	MEMORY_GONE = 64,     /* daemon: it has ended after it was ready */
	MEMORY_HELD = 128,    /* somebody is asked: the limit of its effect stands still */
};

/* The state of a node. Of these the block consists, after struct machine_state. */
struct node_memory {
	uint8_t state;	   /* enum node_state */
	uint8_t flags;	   /* MEMORY_... */
	uint16_t attempts; /* how often it was begun; reaction: up to this serial effects are old */
	uint16_t pc; /* task: the instruction that runs, in words; reaction: new effects running;
			device: milliseconds until it is quiet */
	uint16_t serial; /* of its last effect */
	uint16_t cause;	 /* failed or skipped: the node that is to blame, itself if it is its own
			    doing; reaction: up to this serial effects were ended */
	int16_t status;	 /* failed: of its last effect, as in struct event; device: STATUS_... */
	uint32_t time;	 /* task: when its effect's time is up, or its next attempt is due, or NEVER
			    (held: what is left of the time); device: what is left of its budget,
			    in milliseconds, or NO_LIMIT; again: of its interval */
	uint32_t device; /* device: the number of the one that satisfies it; reaction: old effects
			    running */
};

struct machine_state {
	uint32_t now;
	uint8_t verdict;	/* enum verdict */
	uint8_t told : 1;	/* of any device; a reaction that starts after that is told again */
	uint8_t parameters : 7; /* the table that is in force (boot_change) */
	uint16_t holds;		/* how many hold the clock of all waits */
	struct node_memory node[];
};

struct machine {
	const struct blob *blob;
	const struct boot *boot;
	const struct port *port;
	void *context; /* for the port's functions */
	struct machine_state *state;
	uint32_t node_count;
	uint32_t first_dirty; /* within an event: no node below it is dirty */
	uint32_t steps;	      /* taken in the last event; for tests of the bound */
};

/* Bytes of state that a graph of so many nodes needs. */
uint32_t machine_state_size(uint32_t node_count);

/* Steps that no event can exceed on this blob. */
uint64_t machine_step_limit(const struct blob *blob);

/* Prepares a machine. blob is verified, boot and port filled in; state is a block of
 * blob->header.state_size bytes, aligned for uint32_t, whose content does not matter. All are
 * borrowed for the machine's life. Nothing happens until EVENT_START. */
void machine_init(struct machine *machine, const struct blob *blob, const struct boot *boot,
		  const struct port *port, void *context, void *state);

/* Handles one event. now must not be earlier than with the event before. */
void machine_event(struct machine *machine, const struct event *event, uint32_t now);

/* When to send EVENT_TICK at the latest, or NEVER. */
uint32_t machine_deadline(const struct machine *machine);

/* A kernel parameter as it is in force. */
const char *machine_parameter(const struct machine *machine, enum parameter_id id);

/* Whether a parameter is of use to units, and all of them have begun: what is set now comes too
 * late. */
bool machine_parameter_is_spent(const struct machine *machine, enum parameter_id id);

/* The unit whose boot script has chosen which device this is, or NONE. */
uint32_t machine_device_setter(const struct machine *machine, uint32_t node);

/* A VALUE operand as text: its parameter if that is set, else its text. */
const char *machine_value(const struct machine *machine, uint32_t value);

/* Element i of a LIST operand, or NULL past its end. */
const char *machine_list_value(const struct machine *machine, uint32_t list, uint32_t i);

/* A node's name for people: of a device the reference as it holds for this boot ("UUID=2f...",
 * where the name would be "{root or UUID=2f...}"). */
const char *machine_node_title(const struct machine *machine, uint32_t node);

/* Whether a device is still the one that the compiler meant: the command line may name another one,
 * with which the units that provide this one have nothing to do. */
bool machine_device_is_as_compiled(const struct machine *machine, uint32_t node);

/* Whether a device is missing for quiet alone: there is time left for it to come after all. */
bool machine_is_quiet(const struct machine *machine, uint32_t node);

/* Whether anything is at work that may end by itself. */
bool machine_is_busy(const struct machine *machine);

#endif
