/* Attributes of block devices, as sysfs has them. */
#ifndef BOOTGRAPH_ATTRIBUTE_H
#define BOOTGRAPH_ATTRIBUTE_H

#include <stddef.h>

/* An attribute by its path below the device's directory ("size", "dm/name"), without its newline;
 * empty if there is none. room counts the NUL. */
void attribute_read(const char *device, const char *attribute, char *value, size_t room);

#endif
