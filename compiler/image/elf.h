/* What the dynamic loader will ask of an ELF file: System V gABI chapter 5, ld.so(8). */
#ifndef BOOTGRAPH_IMAGE_ELF_H
#define BOOTGRAPH_IMAGE_ELF_H

#include <stdbool.h>
#include <stddef.h>

#include "../arena.h"

struct elf_object {
	int class;	  /* ELFCLASS32 or 64: the loader skips libraries of the other one, */
	unsigned machine; /* EM_...: and of other processors */
	const char *interpreter;  /* PT_INTERP: the loader itself; NULL if there is none */
	const char *soname;	  /* DT_SONAME or NULL */
	const char *rpath;	  /* DT_RPATH or NULL */
	const char *runpath;	  /* DT_RUNPATH or NULL: then DT_RPATH does not count */
	VEC(const char *) needed; /* DT_NEEDED, in order; and glibc's unwinder */
};

bool elf_is_object(const unsigned char *data, size_t size);

/* Reads the dynamic section through the program headers, as the loader does: a file without section
 * headers runs all the same. Texts are copied into the arena. Returns false with a sentence if the
 * file is damaged. */
bool elf_read(struct arena *arena, const unsigned char *data, size_t size,
	      struct elf_object *ret_object, const char **ret_error);

#endif
