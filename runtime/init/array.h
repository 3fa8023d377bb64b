/* What the kernel's events do not tell of an md array: whether it runs, and who it is.
 *
 * An array's device is there before the array is: until it runs, and after it was stopped, its
 * array_state is `clear` or `inactive` (kernel: Documentation/admin-guide/md.rst), and udev's rules
 * leave it alone (63-md-raid-arrays.rules). Its name below /dev/md is in mdadm's map
 * (/run/mdadm/map), which bootgraph-md writes too. */
#ifndef BOOTGRAPH_ARRAY_H
#define BOOTGRAPH_ARRAY_H

#include "child.h"
#include "properties.h"
#include "../core/event.h"

struct init;

/* Whether an event is of an array, or a partition of one, that is coming or changing. */
bool array_concerns(const struct event *event);

/* Writes the event anew: with MD_LEVEL and MD_DEVNAME as udev calls them if the array runs (of a
 * partition MD_DEVNAME is its own name below /dev/md, like root1), else as the device's removal.
 * False if it does not fit. */
bool array_event(struct properties *properties, const struct event *event);

/* In a worker: loads the module for the level of a set ("md:..."), if it is one of md's and known.
 * Returns 0 or a negative errno with the report's text set. */
int32_t array_load_module(struct init *init, const char *set, struct report *report);

/* Before the rescue shell, in its process: the same for all sets that were seen, so that mdadm can
 * start by hand what was not started. */
void array_load_modules(struct init *init);

#endif
