/* Asking bootgraph-probe (safeprobe.c) about a device, from the probe child. */
#ifndef BOOTGRAPH_PROBE_HELPER_H
#define BOOTGRAPH_PROBE_HELPER_H

#include <stdbool.h>

#include "answer.h"

#define PROBE_HELPER "/usr/lib/bootgraph/bootgraph-probe"

/* Whether the image has it. */
bool helper_exists(void);

/* Lets it look at a device, and takes over what it says. What the table knew of the partition is
 * kept where it says nothing. */
void helper_ask(const char *device, struct answer *answer);

/* Takes over one line of its output, without the newline. */
void helper_read_line(struct answer *answer, const char *line);

#endif
