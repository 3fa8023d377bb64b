/* bootgraph-md: starts md arrays from the devices it is given, and adds to running ones.
 *
 * A child of PID 1 for each step. It reads the superblocks itself, starts by ioctl what is simple
 * and whole, and leaves everything else to mdadm(8). Sources: include/uapi/linux/raid/md_u.h,
 * drivers/md/md.c, Documentation/admin-guide/md.rst, mdadm(8). */
#ifndef BOOTGRAPH_MD_ARRAY_H
#define BOOTGRAPH_MD_ARRAY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../probe/md.h"

enum { KERNEL_NAME_MAX = 32, PATH_ROOM = 256 };

struct member {
	const char *path; /* /dev/... */
	dev_t device;
	char name[KERNEL_NAME_MAX];   /* sda1 */
	char holder[KERNEL_NAME_MAX]; /* the array it is in already: md127, or "" */
	struct md md;
	bool fresh; /* agrees with the newest: read_members and judge_members */
};

struct array {
	const char *set;    /* md:UUID or md:NAME */
	const char *device; /* /dev/md0, /dev/md/name, name, or "" */
	bool degraded;	    /* it may start without all its members */
	struct member member[MD_SLOTS_MAX];
	unsigned count;
	const struct member *newest; /* whose view counts: judge_members */
	unsigned expected, present;  /* slots that have a device, and those whose device is here */
	char kernel_name[KERNEL_NAME_MAX]; /* md127: name_choose */
	char path[PATH_ROOM];		   /* what people call it: /dev/md/name, /dev/md0 */
};

/* --- members.c ------------------------------------------------------------- */

/* Whether a superblock is of this set: a UUID in any punctuation, or the whole name. */
bool is_of_set(const struct md *md, const char *set);

/* Reads one device; false, and said why, if that cannot be done. found tells whether it has a
 * superblock. */
bool read_member(const char *path, struct member *ret_member, bool *ret_found);

/* Reads those that are of the array; others are said and left out. */
bool read_members(struct array *array, char **paths, unsigned count);

/* Finds the newest view, who agrees with it, and how many are there. */
bool judge_members(struct array *array);

/* --- names.c --------------------------------------------------------------- */

/* Chooses the kernel's name as mdadm does: a number if the device's or the array's name is one,
 * else the first free one from 127 down. Nobody else chooses until this program ends. */
bool name_choose(struct array *array);

/* Makes /dev/md/NAME, and the line in /run/mdadm/map by which mdadm and udev's rules know it. */
bool name_publish(const struct array *array);

/* Takes both back: the array did not start. */
void name_withdraw(const struct array *array);

/* While this is held, PID 1 takes the array for one that does not run yet (init/array.c): mdadm
 * keeps it to itself for some time after it was started. */
bool name_hold(const char *kernel_name);
void name_release(const char *kernel_name);

/* Has the kernel tell of the array once more, for it was told before it had its name. */
bool name_announce(const char *kernel_name);

/* --- native.c -------------------------------------------------------------- */

/* Whether the kernel can be told to start it without more ado. If not, why. */
bool native_is_safe(const struct array *array, const char **ret_reason);

/* Starts it; after a failure it is as it was before, and the reason is said. */
bool native_start(const struct array *array);

/* Adds a member to the running array of this kernel name. */
bool native_add(const char *array, const struct member *member);

/* --- mdadm.c --------------------------------------------------------------- */

#define MDADM "/sbin/mdadm"

enum { MDADM_SAID = 512 };

bool mdadm_is_there(void);
/* Runs it to its end, with MDADM first and NULL last; its exit status, or -1. Passes on what it
 * says, and keeps the last line. */
int mdadm_run(const char *const *arguments, char ret_said[MDADM_SAID]);
bool mdadm_assemble(const struct array *array);

/* --- container.c ----------------------------------------------------------- */

/* What a disk says of a volume in a container of the firmware's. */
struct contained {
	const char *path; /* of the disk */
	const char *format;
	char container[37]; /* the container's UUID */
	struct md volume;
};

/* Reads a disk; false if it is in no container with a volume of this set. */
bool contained_read(const char *path, const char *set, struct contained *ret_contained);

/* Has mdadm put the container together from these disks, and start the volume. */
bool contained_assemble(struct array *array, const struct contained *contained, char **paths,
			unsigned count);

/* Makes a disk that turned up late part of the container, which runs. */
bool contained_add(const struct contained *contained);

/* --- sysfs.c --------------------------------------------------------------- */

enum { ATTRIBUTE_ROOM = 160 };

/* Whether /sys/class/block has the device, and whether it is an array that runs. */
bool block_exists(const char *name);
bool array_runs(const char *name);

/* Whether a directory of the block device has the entry. */
bool block_has(const char *name, const char *directory, const char *entry);

/* The kernel's name of a device node, "sda1"; "" if it has none. */
void block_name(const char *path, char name[KERNEL_NAME_MAX]);

/* The first entry of a directory of the block device, like holders; "" if there is none. */
void block_first(const char *name, const char *directory, char entry[KERNEL_NAME_MAX]);

/* --- report.c -------------------------------------------------------------- */

/* Says why it failed, as report_failure (helper/report.h). Returns false, so that a caller can pass
 * it on. */
bool report(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
