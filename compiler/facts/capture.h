/* Facts of the running machine. */
#ifndef BOOTGRAPH_CAPTURE_H
#define BOOTGRAPH_CAPTURE_H

#include "facts.h"

/* Reads the running machine, or, with --facts FILE, that file: what `path` says. Reports what is
 * wrong; NULL if there are no facts to go by. */
struct facts *facts_obtain(struct arena *arena, struct diag *diag, const char *path);

/* drivers.c: the device aliases on the way to / and /usr. sys is "/sys", mountinfo
 * "/proc/self/mountinfo" (tests have others). Returns why there are none, or NULL. */
const char *capture_drivers(struct arena *arena, const char *sys, const char *mountinfo,
			    struct facts *facts);

#endif
