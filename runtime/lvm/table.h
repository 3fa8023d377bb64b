/* Targets as device-mapper takes them (kernel: Documentation/admin-guide/device-mapper). */
#ifndef BOOTGRAPH_LVM_TABLE_H
#define BOOTGRAPH_LVM_TABLE_H

#include "needs.h"

/* The parameters of a target, "254:0 2048" or "2 128 254:0 2048 254:16 2048". device has one name
 * ("254:0") for each physical volume of the group. False if they do not fit. */
bool lvm_table_parameters(char *to, size_t room, const struct lvm_group *group,
			  const struct lvm_target *target, const char *const *device);

/* "linear" or "striped". */
const char *lvm_table_type(const struct lvm_target *target);

#endif
