/* Memory and error texts for reading LVM's metadata.
 *
 * The readers here are used by the probe child (a fork of PID 1), by the helper that activates
 * volumes and by the compiler. They allocate nothing by themselves: the caller gives them one
 * block, and hostile metadata can use it up but not get more. */
#ifndef BOOTGRAPH_LVM_MEMORY_H
#define BOOTGRAPH_LVM_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lvm_memory {
	char *block; /* the caller's */
	size_t size, used;
};

/* Zeroed, aligned for any object, valid as long as the block; NULL once the block is full. */
void *lvm_take(struct lvm_memory *memory, size_t count, size_t size);
/* A copy of length bytes with a NUL behind it, or NULL. */
char *lvm_copy(struct lvm_memory *memory, const char *text, size_t length);

/* Why something was refused, as a sentence without its end, for people. */
struct lvm_error {
	char text[200];
	unsigned line; /* of a text, counted from 1; 0: about no line */
};

/* Fills it in. What comes from a disk has its control characters replaced. */
void lvm_set_error(struct lvm_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same, and is false, so that a reader can say `return lvm_fail(...)`. */
#define lvm_fail(...) (lvm_set_error(__VA_ARGS__), false)
/* The same when lvm_take returned NULL. */
bool lvm_fail_full(struct lvm_error *error);

#endif
