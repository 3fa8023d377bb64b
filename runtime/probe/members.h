/* What a device says of the sets it belongs to, for each type of which that is known. */
#ifndef BOOTGRAPH_PROBE_MEMBERS_H
#define BOOTGRAPH_PROBE_MEMBERS_H

#include "answer.h"
#include "../core/membership.h"
#include "wanted.h"

/* Reads an open device on which the answer's type was found. Returns how many there are. */
uint32_t members_probe(int fd, const struct answer *answer, const struct wanted *wanted,
		       struct membership ret_membership[MEMBERSHIPS_MAX]);

#endif
