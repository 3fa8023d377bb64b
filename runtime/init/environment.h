/* What init of initramfs-tools exports to boot scripts (initramfs-tools 0.142, init;
 * compiler/scripts/variables.def), as the kernel command line has it. What initramfs.conf sets and
 * /conf/param.conf changes is not among it. */
#ifndef BOOTGRAPH_ENVIRONMENT_H
#define BOOTGRAPH_ENVIRONMENT_H

#include <stdbool.h>

struct init;

/* Whether a program is a boot script, which expects all this. */
bool environment_concerns(const char *program);

/* Adds it to the environment of this process: a worker's, that is about to execute one. */
void environment_set(const struct init *init);

#endif
