/* The probe child: reads superblocks and partition tables for PID 1, one device after the other.
 *
 * PID 1 forks it without exec and talks to it over a socket that keeps records apart. What is on a
 * disk is never read by PID 1; a read that hangs, or a bug here, costs one child. */
#ifndef BOOTGRAPH_PROBE_PROBE_H
#define BOOTGRAPH_PROBE_PROBE_H

#include "answer.h"
#include "../core/membership.h"
#include "wanted.h"

enum { PROBE_NAME_MAX = 64 };

/* One question: a record of this size and nothing else. */
struct question {
	uint32_t id;
	uint32_t major, minor;
	uint32_t partition;	   /* PARTN, or 0 for a whole disk */
	uint32_t thorough;	   /* 1: ask libblkid too if the table knows nothing */
	char name[PROBE_NAME_MAX]; /* below /dev */
};

/* And its answer. */
struct reply {
	uint32_t id;
	uint32_t membership_count;
	struct answer answer;
	struct membership membership[MEMBERSHIPS_MAX];
};

/* Answers questions from the socket until it is closed. */
_Noreturn void probe_serve(int socket, const struct wanted *wanted);

/* Looks at one device, which must have the numbers asked for: fills in all but the id. */
void probe_device(const struct question *question, const struct wanted *wanted,
		  struct reply *reply);

/* Looks at an open device or image file; disk is the one it is a partition of, or -1. start is
 * where on that it begins, in bytes, or START_UNKNOWN. */
void probe_files(int fd, int disk, uint32_t partition, uint64_t start, struct answer *ret_answer);

#endif
