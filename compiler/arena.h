/* One arena for each compilation: everything the passes make lives until it is freed as a whole.
 *
 * Running out of memory ends the program with exit status 3; no caller checks. */
#ifndef BOOTGRAPH_ARENA_H
#define BOOTGRAPH_ARENA_H

#include <stddef.h>

struct arena; /* opaque */

struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* Zeroed memory, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A growable array: VEC(struct row) rows = {0}; vec_push(arena, &rows, row); rows.item[i],
 * rows.count. Old storage stays in the arena when it grows. (The value is variadic for the commas
 * of compound literals.) */
#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *item;                                                                        \
		size_t count, capacity;                                                            \
	}

/* Room for items[count], and for what comes before it. */
void *arena_grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size);

#define vec_push(arena, vec, ...)                                                                  \
	((vec)->item = arena_grow(arena, (vec)->item, (vec)->count, &(vec)->capacity,              \
				  sizeof *(vec)->item),                                            \
	 (vec)->item[(vec)->count++] = (__VA_ARGS__))

#endif
