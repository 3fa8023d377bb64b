/* What a logical volume stands on, and what its device-mapper table is. */
#ifndef BOOTGRAPH_LVM_NEEDS_H
#define BOOTGRAPH_LVM_NEEDS_H

#include "group.h"

/* A set of physical volumes, one flag each. */
struct lvm_needs {
	bool *pv; /* group->pv_count of them */
	uint32_t count;
	/* Why lvm itself has to activate it ("raid1", "a snapshot"), or NULL: all of it is linear
	 * or striped. */
	const char *by_lvm;
};

/* The physical volumes that a volume lies on, through all volumes that it is made of, and those
 * that lvm would activate with it (snapshots). */
bool lvm_needs(struct lvm_memory *memory, const struct lvm_group *group, uint32_t lv,
	       struct lvm_needs *ret_needs, struct lvm_error *error);

/* One line of a table: linear, or striped over several areas. Sectors. */
struct lvm_target {
	uint64_t start, length;
	uint64_t stripe_size; /* 0: linear */
	const struct lvm_area *area;
	uint32_t area_count;
};

/* The table line of a segment of a volume for which lvm_needs says by_lvm NULL. */
struct lvm_target lvm_target_of(const struct lvm_group *group, const struct lvm_segment *segment);

/* Where the area of a target begins on its physical volume, and how much of it the target uses. */
struct lvm_region lvm_area_region(const struct lvm_group *group, const struct lvm_target *target,
				  const struct lvm_area *area);

#endif
