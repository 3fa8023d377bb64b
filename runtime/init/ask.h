/* Questions to whoever sits at the machine: on every console at once, and the first answer counts.
 *
 * The kernel names its consoles in /sys/class/tty/console/active (kernel:
 * Documentation/ABI/testing/sysfs-tty); "tty0" among them is the virtual terminal in front. Where
 * that cannot be read, /dev/console is the one there is.
 */
#ifndef BOOTGRAPH_ASK_H
#define BOOTGRAPH_ASK_H

#include "child.h"

/* A worker: yes is 0, no is 1, no console that could answer is -ENODEV. */
int32_t work_ask(struct init *init, const struct effect *effect, struct report *report);

#endif
