/* What /proc says of a process (proc(5)). */
#ifndef BOOTGRAPH_INIT_PROCESS_H
#define BOOTGRAPH_INIT_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

enum { PROCESS_NAME_MAX = 64 };

enum process_kind {
	PROCESS_NONE,	 /* a thread of the kernel, a zombie, or gone meanwhile */
	PROCESS_COMMON,	 /* is ended before the handoff */
	PROCESS_STORAGE, /* its argv[0] begins with @: it lives on (systemd: ROOT_STORAGE_DAEMONS)
			  */
};

enum process_kind process_kind(pid_t pid);

/* Its name, as ps(1) shows it; "?" if it is gone. */
void process_name(pid_t pid, char name[PROCESS_NAME_MAX]);

/* When it was started (left/stat.h); 0 if it is gone. */
unsigned long long process_start(pid_t pid);

/* Whether it runs PID 1's own program: one of its workers, not somebody else's. */
bool process_is_worker(pid_t pid);

/* Calls the function with the number of each process but PID 1. */
void process_each(void (*function)(void *context, pid_t pid), void *context);

#endif
