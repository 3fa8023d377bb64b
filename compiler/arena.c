#include "arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* AddressSanitizer sees an overrun only at the end of a heap block, so with it every allocation
 * gets a block of its own. */
#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
enum { BLOCK_BYTES = 0 };
#else
enum { BLOCK_BYTES = 64 * 1024 };
#endif

enum { FIRST_CAPACITY = 8 };

/* Blocks form a list, the newest first; only the newest still gives memory. */
struct block {
	struct block *next;
	size_t size, used;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct block *newest;
};

static void die(const char *what)
{
	fprintf(stderr, "bootgraph: %s\n", what);
	exit(3);
}

static struct block *block_new(size_t size)
{
	struct block *block;

	if (size > SIZE_MAX - sizeof *block)
		die("out of memory");
	block = calloc(1, sizeof *block + size);
	if (block == NULL)
		die("out of memory");
	block->size = size;
	return block;
}

struct arena *arena_new(void)
{
	struct arena *arena = calloc(1, sizeof *arena);

	if (arena == NULL)
		die("out of memory");
	arena->newest = block_new(BLOCK_BYTES);
	return arena;
}

void arena_free(struct arena *arena)
{
	struct block *block, *next;

	if (arena == NULL)
		return;
	for (block = arena->newest; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	struct block *block = arena->newest;
	size_t from = (block->used + align - 1) / align * align;

	if (from > block->size || size > block->size - from) {
		block = block_new(size > BLOCK_BYTES ? size : BLOCK_BYTES);
		block->next = arena->newest;
		arena->newest = block;
		from = 0;
	}
	block->used = from + size;
	return block->bytes + from;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	memcpy(copy, text, length);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	int length;
	char *text;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0)
		die("cannot format a text");
	text = arena_alloc(arena, (size_t)length + 1);
	va_start(arguments, format);
	vsnprintf(text, (size_t)length + 1, format, arguments);
	va_end(arguments);
	return text;
}

void *arena_grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size)
{
	size_t wanted = *capacity == 0 ? FIRST_CAPACITY : *capacity;
	void *grown;

	if (count < *capacity)
		return items;
	while (wanted <= count) {
		if (wanted > SIZE_MAX / 2)
			die("out of memory");
		wanted *= 2;
	}
	if (wanted > SIZE_MAX / size)
		die("out of memory");
	grown = arena_alloc(arena, wanted * size);
	if (*capacity > 0)
		memcpy(grown, items, *capacity * size);
	*capacity = wanted;
	return grown;
}
