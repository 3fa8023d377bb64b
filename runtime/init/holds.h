/* Who holds the clock of all waits: PID 1's end of bootgraph-hold(8), runtime/hold/protocol.h.
 *
 * A holder is a process, known by a pidfd from the moment it is named: its end is seen whoever its
 * parent is, and its number means nobody else afterwards. One process holds the clock once, however
 * often it says so. Everything is bounded: connections that say nothing give way to later ones, and
 * there are so many holders and no more. */
#ifndef BOOTGRAPH_HOLDS_H
#define BOOTGRAPH_HOLDS_H

#include <sys/types.h>

struct init;

enum { HOLDERS_MAX = 64, HOLD_CLIENTS_MAX = 8 };

struct holds {
	int poll;     /* an epoll(7) instance over all below, or -1: nobody can hold the clock */
	int listener; /* where they connect */
	int client[HOLD_CLIENTS_MAX]; /* connections that have not asked yet; -1: none */
	unsigned next_client;	      /* the place for the next one */
	struct holder {
		pid_t pid;
		int fd; /* a pidfd */
		char name[16];
	} holder[HOLDERS_MAX];
	unsigned count;
};

/* Opens the socket; 0 or a negative errno. */
int holds_begin(struct holds *holds);

/* Takes in what has come: connections, requests, holders' ends. */
void holds_readable(struct init *init);

#endif
