/* Children: what may block, or may crash, happens in a process of its own.
 *
 * A worker is a forked copy of PID 1 that does one thing and ends; it may also execute a program.
 * It has its own session, default signals, an empty mask and /dev/null as its standard input, or
 * the console if its unit has that for itself: then as its controlling terminal, but for boot
 * scripts. PID 1 learns of every end through SIGCHLD; a worker says more in its report, a record in
 * shared memory that PID 1 trusts no further than its length.
 */
#ifndef BOOTGRAPH_CHILD_H
#define BOOTGRAPH_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../core/port.h"

struct init;

enum {
	REPORT_TEXT = 500,
	REPORT_COUNT = 64,  /* workers that can report at a time; more run without a report */
	KILL_GRACE = 1000,  /* milliseconds between SIGTERM and SIGKILL */
	EXIT_BY_REPORT = 1, /* exit status of a worker whose report holds the real one */
};

struct report {
	int32_t status; /* as in struct event */
	char text[REPORT_TEXT];
	/* why it failed; if it did not, what else it found out */
};

struct child {
	pid_t pid;
	enum opcode op;
	uint32_t node, serial; /* node NONE: not an effect */
	bool stopped;	       /* nobody waits for its end any more */
	uint32_t kill_at;      /* when SIGKILL follows SIGTERM, or NEVER */
	int report;	       /* its number, or -1 */
	int answer;	       /* evaluation.h: a descriptor, or -1 */
	/* Of a check of a file system (progress.h): when it is looked at next, what it had read and
	 * written then, and whether that was news. */
	uint32_t look_at;
	uint64_t done;
	bool works;
};

struct children {
	struct child *child;
	size_t count, room;
	struct report *report; /* REPORT_COUNT of them, shared; NULL: none */
};

/* Does the work of an effect, in the child. Returns 0, an exit status or a negative errno. */
typedef int32_t (*worker_function)(struct init *init, const struct effect *effect,
				   struct report *report);

void children_begin(struct init *init);

/* Starts a worker for an effect; its end is told by port_child_ended. */
void child_work(struct init *init, const struct effect *effect, worker_function work);

enum child_input {
	INPUT_NONE,
	INPUT_CONSOLE,
	INPUT_TERMINAL, /* the console, and what is typed there can interrupt it */
};

/* Forks; in the child, which gets 0, all is prepared as said above. */
pid_t child_fork(enum child_input input);

/* Ends the workers of a node's effect (of a reaction's, all up to this one) and forgets them. */
void child_stop(struct init *init, uint32_t node, uint32_t serial);

/* Takes in all children that have ended. */
void children_reap(struct init *init);

/* Kills those whose time of grace is over. */
void children_tick(struct init *init, uint32_t now);
uint32_t children_deadline(const struct init *init);

/* Signals a worker, and what it runs. */
void child_signal(const struct child *child, int number);

/* Sets a report's text, as in printf, and returns status. */
int32_t report_say(struct report *report, int32_t status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
