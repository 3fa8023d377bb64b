#include "queue.h"

#include <stdbool.h>

static bool is_earlier(const struct queue_item *a, const struct queue_item *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void swap(struct queue_item *a, struct queue_item *b)
{
	struct queue_item old = *a;

	*a = *b;
	*b = old;
}

void queue_push(struct arena *arena, struct queue *queue, uint32_t at, uint32_t what)
{
	struct queue_item item = {at, queue->next_order++, what}, *heap;
	size_t i = queue->heap.count;

	vec_push(arena, &queue->heap, item);
	heap = queue->heap.item;
	for (; i > 0 && is_earlier(&heap[i], &heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&heap[i], &heap[(i - 1) / 2]);
}

uint32_t queue_time(const struct queue *queue)
{
	return queue->heap.count > 0 ? queue->heap.item[0].at : UINT32_MAX;
}

uint32_t queue_pop(struct queue *queue)
{
	struct queue_item *heap = queue->heap.item;
	uint32_t what = heap[0].what;
	size_t count = --queue->heap.count, i = 0, child;

	heap[0] = heap[count];
	while ((child = 2 * i + 1) < count) {
		if (child + 1 < count && is_earlier(&heap[child + 1], &heap[child]))
			child++;
		if (!is_earlier(&heap[child], &heap[i]))
			break;
		swap(&heap[child], &heap[i]);
		i = child;
	}
	return what;
}
