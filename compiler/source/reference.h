/* What is worth saying about a device reference wherever one is written: fstab, root=, units. */
#ifndef BOOTGRAPH_REFERENCE_H
#define BOOTGRAPH_REFERENCE_H

#include "../model.h"
#include "../../runtime/core/device_ref.h"

/* Reports references that name no block device (an error: then false is returned), that only
 * udev's rules make, or that may name another device after the next boot. */
bool reference_check(struct diag *diag, struct word reference);

#endif
