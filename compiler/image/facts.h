/* What is known of the machine that the image is to boot on.
 *
 * A JSON object; what other programs put there is passed over:
 *   {"modalias": ["acpi:PNP0A08:...", "pci:v00001AF4d00001001...", "virtio:d00000002v00001AF4"]}
 * "modalias" holds the device aliases on the way from the root of the buses to the disks below /,
 * in the order in which drivers for them are to be loaded. One that begins with "cpu:" tells of the
 * processor (/sys/devices/system/cpu/modalias): it chooses among implementations of an algorithm
 * and loads nothing by itself. */
#ifndef BOOTGRAPH_IMAGE_FACTS_H
#define BOOTGRAPH_IMAGE_FACTS_H

#include "../diag.h"

struct facts {
	VEC(const char *) modalias;
	const char *cpu; /* the "cpu:" alias, or NULL */
};

/* Adds an alias at the end, unless it is there already. */
void facts_add(struct arena *arena, struct facts *facts, const char *alias);

/* Reads a facts file. Reports what is wrong and returns NULL. */
struct facts *facts_read(struct arena *arena, struct diag *diag, const char *path);

/* Collects them from the running machine: sys is "/sys", mountinfo "/proc/self/mountinfo" (tests
 * have others). Reports what cannot be found out and returns NULL. */
struct facts *facts_collect(struct arena *arena, struct diag *diag, const char *sys,
			    const char *mountinfo);

#endif
