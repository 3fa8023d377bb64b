/* What the kernel's events do not tell of a device-mapper device: its name and UUID.
 *
 * Both are in sysfs (kernel: Documentation/ABI/testing/sysfs-block-dm). A device has them from its
 * creation on, but can be used only once it has a table and is not suspended, which a `change`
 * event follows (kernel: Documentation/admin-guide/device-mapper/uevent.rst). Until then they are
 * left out, as udev's rules leave such a device alone (10-dm.rules).
 */
#ifndef BOOTGRAPH_MAPPING_H
#define BOOTGRAPH_MAPPING_H

#include "properties.h"
#include "../core/event.h"

/* Whether an event is of a mapping that is coming, or changing. */
bool mapping_concerns(const struct event *event);

/* Whether it is one of cryptsetup's own, which last for a moment and are nobody else's business: to
 * look at one would keep it from being closed. */
bool mapping_is_passing(const struct event *event);

/* Adds DM_NAME and DM_UUID, as udev calls them, if the mapping can be used. */
void mapping_add(struct properties *properties, const struct event *event);

/* A device's path as a mapping, "/dev/mapper/NAME". False if it is none, has no such path, or that
 * does not fit. */
bool mapping_path(const char *device, char *path, size_t room);

#endif
