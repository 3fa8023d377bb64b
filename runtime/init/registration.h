/* Writing to files of the kernel's, which may take its time over it. */
#ifndef BOOTGRAPH_REGISTRATION_H
#define BOOTGRAPH_REGISTRATION_H

#include "child.h"

/* Effects, in the child: write, register. */
int32_t work_write(struct init *init, const struct effect *effect, struct report *report);
int32_t work_register(struct init *init, const struct effect *effect, struct report *report);

#endif
