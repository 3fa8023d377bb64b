/* What PID 1 left going on at the handoff: /run/bootgraph/left (specs/run.md), as it is read. */
#ifndef BOOTGRAPH_LEFT_LEFT_H
#define BOOTGRAPH_LEFT_LEFT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "field.h"

/* A process that lives on. */
struct left_process {
	pid_t pid;
	unsigned long long start; /* clock ticks since the machine was started (proc(5), stat) */
	const char *name, *unit;  /* unit "": nobody knows */
};

/* A set of which a member was seen: an array, what a logical volume lies on, a btrfs. */
struct left_set {
	const char *set;	    /* "md:UUID", "lvm:VG/LV", "btrfs:UUID", "bcache:UUID" */
	bool on_path;		    /* root, /usr or what else the boot needed stands on it */
	unsigned present, expected; /* members, at the handoff */
	const char *array;	    /* md: the kernel's name if it ran, else "" */
	const char *about;	    /* for people: "raid1, 2 devices" */
	const char **member;	    /* kernel names */
	size_t member_count;
};

/* A unit, or a device that was waited for, that had not come to its end. */
struct left_pending {
	const char *kind, *node; /* "task", "event", "device" */
	const char **device;	 /* what the unit would have made: "/dev/mapper/swap" */
	size_t device_count;
};

struct left {
	double handed_over, uptime; /* seconds since PID 1 began, and since the machine did */
	struct left_process *process;
	struct left_set *set;
	struct left_pending *pending;
	size_t process_count, set_count, pending_count;
	char *text; /* what the names point into */
};

/* Reads the text of such a file. Lines of an unknown word, and what follows the known fields of a
 * line, are skipped: they are from a newer version. Without memory, less is read. */
enum field_head left_read(const char *text, struct left *ret_left);
void left_free(struct left *left);

#endif
