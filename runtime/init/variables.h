/* Shell variables as an environment has them: texts NAME=value, each ended by a NUL (environ(7)).
 */
#ifndef BOOTGRAPH_VARIABLES_H
#define BOOTGRAPH_VARIABLES_H

#include <stdbool.h>
#include <stddef.h>

enum {
	VARIABLES_ROOM = 64 * 1024, /* bytes of all of them */
	VARIABLES_MAX = 1024,
};

struct variables {
	size_t length;
	unsigned count;
	char text[VARIABLES_ROOM];
};

/* The value of a variable, or NULL. */
const char *variables_get(const struct variables *variables, const char *name);

/* Sets it, in the place of an earlier value. False if there is no room, or a shell could not have a
 * variable of that name. */
bool variables_set(struct variables *variables, const char *name, const char *value);

void variables_unset(struct variables *variables, const char *name);

/* The same for a text NAME=value. */
bool variables_put(struct variables *variables, const char *text);

/* The first one (after NULL), the one after another, NULL after the last. */
const char *variables_next(const struct variables *variables, const char *text);

#endif
