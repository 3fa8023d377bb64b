/* /run/bootgraph/left (specs/run.md): what the real system finds going on, for bootgraph-resume and
 * bootgraph status; and the list with which sysvinit spares the processes that live on. */
#ifndef BOOTGRAPH_INIT_LEFT_H
#define BOOTGRAPH_INIT_LEFT_H

#include "init.h"

/* Once all processes that do not live on have ended. What cannot be written is said; the boot goes
 * on without it. */
void left_write(const struct init *init);

#endif
