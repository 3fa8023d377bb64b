/* What /proc says of a process (proc(5)). */
#ifndef BOOTGRAPH_INIT_PROCESS_H
#define BOOTGRAPH_INIT_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

enum { PROCESS_NAME_MAX = 64 };

/* Files with numbers of processes, which Debian's sysvinit does not end (its /etc/init.d/sendsigs).
 * Boot scripts put them there for what they have started, as that of ntfs-3g does. */
#define SPARED_DIR "/run/sendsigs.omit.d"

/* The file with plymouthd's number. It was told the new root by its script of init-bottom, and
 * shows the splash until the real system ends it; Debian's init ends nobody. */
#define SPLASH_FILE "/run/plymouth/pid"

/* Reads both; before that, none is known. */
void process_read_spared(void);

enum process_kind {
	PROCESS_NONE,	 /* a thread of the kernel, a zombie, or gone meanwhile */
	PROCESS_COMMON,	 /* is ended before the handoff */
	PROCESS_STORAGE, /* lives on: its argv[0] begins with @ (systemd: ROOT_STORAGE_DAEMONS), or
			    it is in one of the files of SPARED_DIR */
	PROCESS_SPLASH,	 /* lives on: SPLASH_FILE has it. It has a root of its own by now, and the
			    real  system knows it without us */
};

enum process_kind process_kind(pid_t pid);

/* Its name, as ps(1) shows it; "?" if it is gone. */
void process_name(pid_t pid, char name[PROCESS_NAME_MAX]);

/* Whether it runs PID 1's own program: one of its workers, not somebody else's. */
bool process_is_worker(pid_t pid);

/* Calls the function with the number of each process but PID 1. */
void process_each(void (*function)(void *context, pid_t pid), void *context);

#endif
