/* bootgraph-resume: in the real system, takes up what PID 1 of the initramfs left going on
 * (specs/run.md), and writes down what comes of it, for bootgraph status.
 *
 * One process, one loop (main.c). It asks nothing of the initramfs but /run/bootgraph/left, and
 * does no harm twice: what it adds is judged by bootgraph-md, as in the initramfs. */
#ifndef BOOTGRAPH_RESUME_RESUME_H
#define BOOTGRAPH_RESUME_RESUME_H

#include <libudev.h>
#include <stdbool.h>
#include <stddef.h>
#include <syslog.h>

#include "../left/left.h"

enum { KERNEL_NAME_MAX = 32, ARRAY_MEMBERS_MAX = 384, RETRIES_MAX = 32 };

/* A process that lives on, as it is watched. */
struct watched {
	struct left_process process;
	int fd; /* of pidfd_open(2), or -1 once it has ended */
};

/* An array that runs, as it was seen last. */
struct array_view {
	char name[KERNEL_NAME_MAX];
	unsigned expected, missing;
	bool recovering, seen;
	unsigned member_count; /* of those that work */
	char member[ARRAY_MEMBERS_MAX][KERNEL_NAME_MAX];
};

/* A device that could not be added, since somebody had it open: it is tried again. */
struct retry {
	char syspath[256]; /* "" if the place is free */
	unsigned left;	   /* attempts */
};

struct resume {
	struct left left;
	FILE *journal; /* /run/bootgraph/resume */
	struct watched *watched;
	size_t watched_count;
	struct array_view *array;
	size_t array_count;
	unsigned *late; /* of left.set: how many members may still be added */
	struct retry retry[RETRIES_MAX];
	int mdstat;	/* /proc/mdstat, or -1 while there is no md */
	bool *appeared; /* of left.pending: it has been told of */
	struct udev *udev;
	struct udev_monitor *monitor;
	bool has_udevd; /* else the kernel's own events have to do */
};

/* --- journal.c: what is said, and kept ------------------------------------------------------ */

/* Opens /run/bootgraph/resume, for this process alone; false, and said, if that cannot be.
 * *ret_new: nobody has been at it since the boot. */
bool journal_open(struct resume *resume, bool *ret_new);

/* An event: a word for programs, what it is about, and a sentence for people, as in printf, which
 * also goes to the system's log. */
void journal_event(struct resume *resume, int priority, const char *word, const char *subject,
		   const char *format, ...) __attribute__((format(printf, 5, 6)));

/* To the system's log alone: systemd's journal, else the kernel's log. */
void journal_say(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- members.c: late members of the arrays that the boot stands on ------------------------- */

/* Counts what each set on the boot's path lacked at the handoff: that many are late. Whoever leaves
 * an array later may have failed, and is not put back. False without memory. */
bool members_count_late(struct resume *resume);

/* A block device is there: it is added where it belongs. */
void members_consider(struct resume *resume, struct udev_device *device);

/* Tries those again that could not be added; to be called a second after there were any. */
void members_retry(struct resume *resume);
bool members_has_retries(const struct resume *resume);

/* --- btrfs.c: late disks of the btrfs that the boot stands on ------------------------------- */

/* A block device is there, or has changed: a mapping is empty when it comes. */
void btrfs_consider(struct resume *resume, struct udev_device *device);

/* --- arrays.c: what becomes of arrays ------------------------------------------------------- */

/* Looks at all of them, and tells what is different from the last time. */
void arrays_look(struct resume *resume);

/* The array of this name as it was seen last, or NULL. */
struct array_view *arrays_find(const struct resume *resume, const char *name);

/* --- processes.c: who lives on -------------------------------------------------------------- */

void processes_watch(struct resume *resume);
void processes_ended(struct resume *resume, struct watched *watched);

/* --- earlier.c: a rescue that the machine was reset out of ---------------------------------- */

/* Tells what PID 1 of an earlier boot has kept in the firmware, leaves it in
 * /run/bootgraph/earlier-rescue for bootgraph status, and takes it out of the firmware. */
void earlier_tell(struct resume *resume);

/* --- pending.c: what was not done ------------------------------------------------------------ */

/* Names what is left to the real system's own rules, and tells the story of a rescue; once. */
void pending_announce(struct resume *resume);

/* Tells of the devices that have come meanwhile, also those that a unit would have made. */
void pending_look(struct resume *resume);

#endif
