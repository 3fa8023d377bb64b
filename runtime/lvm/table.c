#include "table.h"

#include <inttypes.h>
#include <stdio.h>

const char *lvm_table_type(const struct lvm_target *target)
{
	return target->stripe_size > 0 ? "striped" : "linear";
}

bool lvm_table_parameters(char *to, size_t room, const struct lvm_group *group,
			  const struct lvm_target *target, const char *const *device)
{
	size_t at = 0;
	uint32_t i;
	int n;

	if (target->stripe_size > 0) {
		n = snprintf(to, room, "%" PRIu32 " %" PRIu64, target->area_count,
			     target->stripe_size);
		if (n < 0 || (size_t)n >= room)
			return false;
		at = (size_t)n;
	}
	for (i = 0; i < target->area_count; i++) {
		struct lvm_region region = lvm_area_region(group, target, &target->area[i]);

		n = snprintf(to + at, room - at, "%s%s %" PRIu64, at > 0 ? " " : "",
			     device[target->area[i].pv], region.at);
		if (n < 0 || (size_t)n >= room - at)
			return false;
		at += (size_t)n;
	}
	return true;
}
