/* The properties of a device event: KEY=value texts, each ended by a NUL, as in struct event. */
#ifndef BOOTGRAPH_PROPERTIES_H
#define BOOTGRAPH_PROPERTIES_H

#include "../arena.h"

struct properties {
	const char *bytes;
	size_t length;
};

/* Sets a property, written KEY=value, in the place of one with the same key, else at the end. The
 * old bytes are left as they were. */
void properties_set(struct arena *arena, struct properties *properties, const char *property);

/* Sets each of the others. */
void properties_set_all(struct arena *arena, struct properties *properties,
			const struct properties *others);

#endif
