/* References (core/device_ref.h) against devices that were seen, outside of the machine: for what
 * the boot does not wait for. */
#ifndef BOOTGRAPH_NAMED_H
#define BOOTGRAPH_NAMED_H

#include "devices.h"

/* Whether a reference names a device. */
bool named_by(const char *reference, const struct seen *seen);

/* The first device that is there and that a reference names, or NULL. */
const struct seen *named_find(const struct devices *devices, const char *reference);

#endif
