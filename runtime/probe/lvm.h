/* What a physical volume says of the logical volumes that the graph asks for. */
#ifndef BOOTGRAPH_PROBE_LVM_H
#define BOOTGRAPH_PROBE_LVM_H

#include "../core/membership.h"
#include "disk.h"
#include "wanted.h"

/* One membership for each wanted volume that its metadata has; without metadata, that it is the
 * physical volume of whichever set expects it. Returns how many. */
uint32_t lvm_memberships(const struct disk *disk, const struct wanted *wanted,
			 struct membership ret_membership[MEMBERSHIPS_MAX]);

#endif
