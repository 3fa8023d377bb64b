/* Never worse than before: the distribution's own init takes over when bootgraph cannot go on. */
#ifndef BOOTGRAPH_FALLBACK_H
#define BOOTGRAPH_FALLBACK_H

#include <stdbool.h>

#define DISTRIBUTION_INIT "/init.distribution"
/* Set in the environment of an /init that is executed in the place of a crashed one. */
#define CRASH_VARIABLE "BOOTGRAPH_CRASH"

/* Watches over PID 1 itself: a fatal signal executes the distribution's init, or this program once
 * more with CRASH_VARIABLE set, which then opens the rescue shell. argv and envp as the kernel gave
 * them. */
void fallback_guard(char **argv, char **envp);

/* Whether the image has it. */
bool fallback_exists(void);

/* Executes the distribution's init in the state the kernel left, with the same arguments and
 * environment. Returns if the image has none. */
void fallback_execute(char **argv, char **envp);

#endif
