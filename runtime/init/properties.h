/* Building a block of properties, as struct event carries them. */
#ifndef BOOTGRAPH_PROPERTIES_H
#define BOOTGRAPH_PROPERTIES_H

#include <stdbool.h>
#include <stddef.h>

enum { PROPERTIES_MAX = 8192 };

struct properties {
	char text[PROPERTIES_MAX];
	size_t length;
};

/* Adds KEY=value; nothing if the value is empty. False, and nothing added, if it does not fit or
 * holds a newline. */
bool properties_add(struct properties *properties, const char *key, const char *value);

/* Adds properties that are in this form already. */
bool properties_add_all(struct properties *properties, const char *text, size_t length);

/* Adds the lines of a `uevent` file of sysfs. */
bool properties_add_lines(struct properties *properties, const char *lines, size_t length);

#endif
