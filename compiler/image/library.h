/* Shared libraries, found in the sysroot as its own dynamic loader would find them: ld.so(8).
 *
 * Only the baseline is looked for, not the glibc-hwcaps directories: an image may boot on another
 * processor than the one it was made on. */
#ifndef BOOTGRAPH_IMAGE_LIBRARY_H
#define BOOTGRAPH_IMAGE_LIBRARY_H

#include <stdbool.h>

#include "../arena.h"
#include "elf.h"
#include "path.h"

/* Directories of the sysroot's /etc/ld.so.conf and what it includes. */
struct library_paths {
	VEC(const char *) configured;
};

void library_paths_read(struct arena *arena, int root_fd, struct library_paths *ret_paths);

/* An object on its way into the image. */
struct library_object {
	const char *path; /* where the loader finds it; libraries refer to this as $ORIGIN */
	struct elf_object elf;
	const struct library_object *loader; /* who needed it; NULL for the program */
};

struct library {
	const char *path;      /* as found: directory/name, not yet resolved */
	struct path_walk walk; /* and where that leads */
	const unsigned char *data;
	size_t size;
	struct elf_object elf;
	bool configured; /* found only because of ld.so.conf: without a cache it takes a
			  * link in a default directory */
};

/* Finds the library `name` for an object. Returns false if it is nowhere. */
bool library_find(struct arena *arena, int root_fd, const struct library_paths *paths,
		  const struct library_object *object, const char *name,
		  struct library *ret_library);

#endif
