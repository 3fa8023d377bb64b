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
};

/* Reads them and puts the group of this name together. False, and the error says why: the group
 * is not there, two groups have the name, two devices are the same physical volume. */
bool members_read(struct members *members, const char *group, char *const paths[], uint32_t count,
		  struct lvm_error *error);

#endif
