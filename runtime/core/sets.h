/* Sets: block devices that only together are something, an array (md), what a logical volume lies
 * on (LVM), a file system over several devices (btrfs), a device and its cache (bcache).
 *
 * The probe says of a device what it is a member of (struct membership); here it is put together
 * how much of each set is there. What the members with the newest generation believe counts, as
 * in mdadm(8) and lvm(8). A set has two levels: `enough` to start at all, and `complete`. That one
 * is reached or lost is told to the machine as if a device came or left (event.h), so that units
 * can wait for it by the references COMPLETE=set and ENOUGH=set.
 *
 * PID 1 and the simulator share this. No allocation here: the caller owns the tables and makes
 * room. */
#ifndef BOOTGRAPH_SETS_H
#define BOOTGRAPH_SETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "membership.h"

enum {
	SETS_MAJOR_COMPLETE = 4095, /* levels have numbers like devices; the kernel gives out */
	SETS_MAJOR_ENOUGH = 4094,   /* neither of these (Documentation/admin-guide/devices.txt) */
	SETS_EVENT_MAX = 512,	    /* bytes of the properties of an event */
};

/* One device, and one thing it says it belongs to. */
struct set_entry {
	uint32_t device; /* as event_device_number */
	struct membership membership;
};

/* A set that was heard of, and what the machine was told of it last. */
struct set_told {
	char set[SET_MAX];
	bool complete, enough;
};

struct sets {
	struct set_entry *entry;
	uint32_t entry_count, entry_room;
	struct set_told *told;
	uint32_t told_count, told_room;
};

/* How much of a set is there. Texts are borrowed from its newest member. */
struct set_view {
	const struct membership *newest; /* NULL: nobody knows the set */
	uint32_t present, expected;	 /* members that the newest one expects */
	bool complete, enough;
};

/* Whether another membership may need more room than there is, in either table. */
bool sets_are_full(const struct sets *sets);

/* Takes in what a device says, in place of what it said about the same set before. There must be
 * room. */
void sets_put(struct sets *sets, uint32_t device, const struct membership *membership);

/* The device has left, or is about to be looked at anew. */
void sets_forget(struct sets *sets, uint32_t device);

/* The set of this id, or of this other name. */
void sets_view(const struct sets *sets, const char *set, struct set_view *ret_view);

/* Whether a device is a member that counts: expected, and not behind the others. */
bool sets_has_member(const struct sets *sets, const char *set, uint32_t device);

/* The next level that differs from what was told: writes its event's properties, KEY=value texts
 * each ended by a NUL, and takes it as told. Returns their bytes, 0 when there is none. Losses come
 * before gains. */
size_t sets_next_event(struct sets *sets, char properties[SETS_EVENT_MAX]);

#endif
