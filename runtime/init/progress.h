/* Whether checks of file systems get on. One of a large disk may take hours, and one whose disk no
 * longer answers waits for ever: they are told apart by what they read and write. Meanwhile the
 * effect's limit stands still, as it does while somebody is asked, so that it is about idleness. */
#ifndef BOOTGRAPH_PROGRESS_H
#define BOOTGRAPH_PROGRESS_H

#include <stdint.h>
#include <sys/types.h>

struct init;

enum { PROGRESS_INTERVAL = 10000 }; /* milliseconds between two looks */

/* Bytes that the processes of a session have read and written; for comparison only: it may get less
 * when one of them ends. Source: proc(5), /proc/PID/stat and /proc/PID/io. */
uint64_t progress_of_session(pid_t session);

/* Looks at the checks that are due for it, and tells the machine of what has changed. */
void progress_tick(struct init *init, uint32_t now);
uint32_t progress_deadline(const struct init *init);

#endif
