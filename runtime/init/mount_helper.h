/* File systems that a program mounts, as mount(8) would have it do so: those of FUSE. The program
 * goes on running, and the mount with it. */
#ifndef BOOTGRAPH_MOUNT_HELPER_H
#define BOOTGRAPH_MOUNT_HELPER_H

#include "mount.h"

/* Whether the image has /sbin/mount.TYPE. */
bool mount_has_helper(const char *type);

/* Has it mount the device, in a worker. 0 or a negative errno; -EIO if it failed, and it will have
 * said on the console why. */
int mount_by_helper(struct init *init, const char *device, const char *where, const char *type,
		    const struct mount_options *options, struct report *report);

#endif
