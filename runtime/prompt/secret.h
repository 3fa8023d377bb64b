/* Memory for passphrases: locked, left out of core dumps, wiped. Process-wide precautions too. */
#ifndef BOOTGRAPH_PROMPT_SECRET_H
#define BOOTGRAPH_PROMPT_SECRET_H

#include <stddef.h>

/* No core, no ptrace, no /proc/PID/mem for other users: before the first secret. */
void secret_begin(void);

/* Pages of their own, filled with zeros; NULL without memory. That they cannot be locked
 * (RLIMIT_MEMLOCK) is no reason to stop: there is no swap yet. */
void *secret_alloc(size_t size);

/* Overwrites; the compiler cannot leave it out. */
void secret_wipe(void *memory, size_t size);

/* Wipes and gives back what secret_alloc gave. */
void secret_free(void *memory, size_t size);

#endif
