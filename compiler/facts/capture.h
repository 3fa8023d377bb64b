/* Facts of a machine: the running one, or one that was recorded.
 *
 * One collector for each source; each adds to what the ones before it found. What cannot be read is
 * counted and said once, since facts without tables, say, still tell most. */
#ifndef BOOTGRAPH_CAPTURE_H
#define BOOTGRAPH_CAPTURE_H

#include "facts.h"

/* Where a machine is read from. */
struct capture_port {
	const char *sys;	/* "/sys" */
	const char *mountinfo;	/* "/proc/self/mountinfo" */
	const char *swaps;	/* "/proc/swaps" */
	const char *dev;	/* "/dev"; the nodes may be plain files */
	const char *lvm_report; /* a file with lvm's report, or NULL: lvm(8) is asked */
	const char *tables;	/* a directory with a table as dmsetup(8) prints it for each name,
				   or NULL: the kernel is asked */
	bool udev;		/* whether udev's database is of this machine */
};

struct capture {
	struct arena *arena;
	struct diag *diag;
	const struct capture_port *port;
	struct facts *facts;
};

/* The running machine. */
extern const struct capture_port capture_live;
/* A machine that was recorded below a directory: sys, proc, dev, lvm.json, dm. */
struct capture_port capture_recorded(struct arena *arena, const char *directory);

struct facts *capture_machine(struct arena *arena, struct diag *diag,
			      const struct capture_port *port);

/* --facts: reads a file, or with "live" the running machine. Reports what is wrong; NULL if there
 * are no facts to go by. */
struct facts *facts_obtain(struct arena *arena, struct diag *diag, const char *path);

/* Says that something could not be read. */
void capture_partial(struct capture *capture, const char *what, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The first line of a file of at most a page, without its newline; NULL if it cannot be read or is
 * empty. */
const char *capture_line(struct arena *arena, const char *path);

/* --- collectors ----------------------------------------------------------- */

/* The device aliases on the way to / and /usr, and to Ethernet adapters. sys is "/sys", mountinfo
 * "/proc/self/mountinfo". Returns why there are none, or NULL. */
const char *capture_drivers(struct arena *arena, const char *sys, const char *mountinfo,
			    struct facts *facts);
/* Devices with their numbers, partitions, slaves; names and UUIDs of device-mapper; md. */
void capture_sysfs(struct capture *capture);
/* Links and properties from udev's database. */
void capture_udev(struct capture *capture);
/* Superblocks and partition entries of devices that udev's database says nothing of. */
void capture_blkid(struct capture *capture);
/* Tables of device-mapper; never a key. */
void capture_tables(struct capture *capture);
/* A line of a table as the kernel has it, made fit to be shown: a cipher's key is replaced by a
 * hyphen, and of targets that are not known to hold no key only the type is left. */
struct facts_target capture_target(struct arena *arena, uint64_t start, uint64_t length,
				   const char *type, const char *parameters);
/* Volume groups. */
void capture_lvm(struct capture *capture);
void capture_mounts(struct capture *capture);
void capture_swaps(struct capture *capture);

#endif
