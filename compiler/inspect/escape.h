/* Escapes in quoted texts of listings and event scripts: \n, \t, \xNN, and a backslash before any
 * other byte for that byte. */
#ifndef BOOTGRAPH_ESCAPE_H
#define BOOTGRAPH_ESCAPE_H

#include <stddef.h>

#define ESCAPE_EXPECTED "a backslash needs a byte after it, or x and two digits that are not 00"

/* Reads what follows a backslash. Returns how many bytes that takes, 0 if it is no escape. */
size_t escape_read(const char *at, const char *end, char *ret_byte);

#endif
