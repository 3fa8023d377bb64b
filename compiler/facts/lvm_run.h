#ifndef BOOTGRAPH_LVM_RUN_H
#define BOOTGRAPH_LVM_RUN_H

#include <stdbool.h>

#include "../arena.h"

/* The JSON that lvm fullreport prints; false if there is no lvm, it fails, or takes half a minute.
 */
bool lvm_run(struct arena *arena, char **ret_report);

#endif
