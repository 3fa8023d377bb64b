/* bootgraph image, once its options are read: obtains a graph, fills the tree, and writes the
 * archive or the directory. */
#ifndef BOOTGRAPH_IMAGE_PACK_H
#define BOOTGRAPH_IMAGE_PACK_H

#include "../compile.h"
#include "image.h"

struct image_request {
	struct compile_options inputs;
	struct image_options image;
	const char *kernel;
	const char *output;	     /* -o, */
	const char *into;	     /* or --into, else NULL */
	const char *blob, *manifest; /* compiled before, else NULL */
	enum compression compression;
	bool uki;		    /* a unified kernel image, of */
	const char *stub, *vmlinuz; /* these files of the host, or NULL: the sysroot's */
	bool generic;		    /* drivers for any machine, whatever facts say */
};

/* Returns the exit status. What is wrong was reported on standard error. */
int image_pack(const struct image_request *request, struct arena *arena);

#endif
