/* The physical volumes that bootgraph-dm was given, and the volume group they make. */
#ifndef BOOTGRAPH_DM_MEMBERS_H
#define BOOTGRAPH_DM_MEMBERS_H

#include "../lvm/device.h"

/* One of them. */
struct member {
	const char *path;
	char number[24]; /* "254:16" */
	uint64_t size;	 /* bytes */
	struct lvm_device device;
};

struct members {
	struct member *member;
	uint32_t count;
	const struct lvm_group *group;		    /* of the newest metadata among them */
	const struct member **of_pv;		    /* for each PV of the group; NULL: not there */
	char unread[sizeof(struct lvm_error) + 64]; /* why one was not understood; may be empty */
	/* Why it cannot be known which devices are meant, or empty: two groups have the name, or
	 * two devices are the same physical volume. Only lvm may know, by its devices file. */
	struct lvm_error ambiguous;
};

/* Reads them and puts the group of this name together. Paths to a device that is there as a whole,
 * by a multipath map, are left out, as lvm does. False, and the error says why: the group is not
 * there. */
bool members_read(struct members *members, const char *group, char *const paths[], uint32_t count,
		  struct lvm_error *error);

#endif
