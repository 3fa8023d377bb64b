#include "memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void *lvm_take(struct lvm_memory *memory, size_t count, size_t size)
{
	enum { ALIGN = sizeof(uint64_t) };
	size_t at = (memory->used + ALIGN - 1) / ALIGN * ALIGN;
	void *taken;

	if (at > memory->size || (count > 0 && size > (memory->size - at) / count))
		return NULL;
	taken = memory->block + at;
	memory->used = at + count * size;
	return memset(taken, 0, count * size);
}

char *lvm_copy(struct lvm_memory *memory, const char *text, size_t length)
{
	char *copy = lvm_take(memory, length + 1, 1);

	return copy != NULL ? memcpy(copy, text, length) : NULL;
}

void lvm_set_error(struct lvm_error *error, const char *format, ...)
{
	va_list arguments;
	char *at;

	error->line = 0;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof error->text, format, arguments);
	va_end(arguments);
	for (at = error->text; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
}

bool lvm_fail_full(struct lvm_error *error)
{
	return lvm_fail(error, "the metadata is larger than what is set aside for it");
}
