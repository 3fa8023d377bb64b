/* A volume group as text: each volume with its table, or why lvm has to activate it, and the
 * physical volumes that it stands on. */
#ifndef BOOTGRAPH_TESTS_LVM_PRINT_H
#define BOOTGRAPH_TESTS_LVM_PRINT_H

#include <stdio.h>

#include "../../runtime/lvm/device.h"
#include "../../runtime/lvm/table.h"

/* device has a name for each physical volume of the group, or is NULL: their names in the
 * metadata. */
void print_group(FILE *out, struct lvm_memory *memory, const struct lvm_group *group,
		 const char *const *device);

#endif
