/* A trace as it is replayed: what the machine was told, and what it did about it at the time.
 * replay_read.c reads it, replay.c tells it to a machine again and compares. */
#ifndef BOOTGRAPH_REPLAY_PARTS_H
#define BOOTGRAPH_REPLAY_PARTS_H

#include "replay.h"

/* Something the machine did: a line without its time, which depends on how fast the port is. */
struct deed {
	const char *text;
	struct span span;
};

struct input {
	uint32_t at; /* milliseconds */
	struct event event;
	size_t deeds; /* how many the trace has before this line */
	struct span span;
};

struct answer {
	const char *path;
	bool found, used;
};

struct recording {
	const char *command_line; /* NULL before the start line */
	bool names_blob;	  /* and which one: */
	uint32_t checksum, size;
	struct span blob_span;
	VEC(struct input) inputs;
	VEC(struct answer) answers; /* to the machine's questions for files */
	VEC(struct deed) deeds;
};

/* Whether a line of this word says what the machine did. */
bool replay_is_deed(const char *word, size_t length);

/* Reads a trace for a blob. False after reporting a line that cannot be meant. */
bool replay_read(struct arena *arena, struct diag *diag, const struct text *text,
		 const struct blob *blob, struct recording *ret_recording);

#endif
