/* The only four functions of a C library that the core may call.
 *
 * The core is compiled freestanding, so <string.h> is not there to declare them; both musl (PID 1)
 * and glibc (host tools) supply them, and tests/core/symbols holds the list to these four. */
#ifndef BOOTGRAPH_MEM_H
#define BOOTGRAPH_MEM_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *text);

#endif
