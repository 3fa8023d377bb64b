/* Mounting: option texts as in fstab(5), and the effects that mount. */
#ifndef BOOTGRAPH_MOUNT_H
#define BOOTGRAPH_MOUNT_H

#include <stdbool.h>

#include "child.h"

enum { MOUNT_DATA_MAX = 2048 };

struct mount_options {
	unsigned long flags;	   /* MS_*, mount(2) */
	char data[MOUNT_DATA_MAX]; /* what the file system itself is to read */
};

/* Reads an option text; access, "ro", "rw" or "", wins over what is in it. What only means
 * something to user space (noauto, nofail, x-...) is left out. False if it does not fit. */
bool mount_read_options(struct mount_options *ret_options, const char *options, const char *access);

/* Adds one to what the file system is to read; false if it does not fit. */
bool mount_add_data(struct mount_options *options, const char *word, size_t length);

/* The options as mount(8) hands them to a helper: "ro,nosuid,uid=0". False if they do not fit. */
bool mount_write_options(const struct mount_options *options, char *text, size_t room);

/* Whether something is mounted there. */
bool is_mount_point(const char *path);

/* Makes a directory and its parents. */
int make_directories(const char *path, unsigned mode);

/* The effect OP_MOUNT. True if it was done at once, with *ret_status; false if the file system may
 * take its time and has to be mounted by work_mount. */
bool mount_virtual(struct init *init, const struct effect *effect, int32_t *ret_status);
int32_t work_mount(struct init *init, const struct effect *effect, struct report *report);

/* A file system on a device, in a worker; type and access may be empty. */
struct mount_wanted {
	uint32_t number; /* the device's */
	const char *where, *type, *options, *access;
	bool unwritten; /* its journal is not replayed either */
};
int32_t mount_disk(struct init *init, const struct mount_wanted *wanted, struct report *report);

/* The effect OP_MOUNT_DEVICE. */
int32_t work_mount_device(struct init *init, const struct effect *effect, struct report *report);

/* /dev/NAME of a device by its number; false if it is not known. */
bool device_path(const struct init *init, uint32_t number, char *path, size_t room);

/* The type of the file system on it: as given, or if that is empty or "auto", as probed. */
const char *device_type(const struct init *init, const char *given, uint32_t number);

/* The same in a worker, which may ask libblkid; "" if nobody knows. */
const char *device_type_asked(const struct init *init, const char *given, uint32_t number);

#endif
