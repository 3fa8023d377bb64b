/* What is to happen on the virtual clock, earliest first; at the same time, in the order in which
 * it was put in. A binary heap. */
#ifndef BOOTGRAPH_QUEUE_H
#define BOOTGRAPH_QUEUE_H

#include <stdint.h>

#include "../arena.h"

struct queue_item {
	uint32_t at; /* milliseconds */
	uint32_t order;
	uint32_t what; /* the user's */
};

struct queue {
	VEC(struct queue_item) heap;
	uint32_t next_order;
};

void queue_push(struct arena *arena, struct queue *queue, uint32_t at, uint32_t what);

/* The earliest item's time, or UINT32_MAX if there is none. */
uint32_t queue_time(const struct queue *queue);

/* Takes the earliest item out; there must be one. */
uint32_t queue_pop(struct queue *queue);

#endif
