/* A place of initramfs-tools' scripts as one directory, although several may stand for it
 * (--scripts A --scripts B: what is in B masks what is in A). */
#ifndef BOOTGRAPH_SCRIPTS_LAYER_H
#define BOOTGRAPH_SCRIPTS_LAYER_H

#include "tree.h"

struct layer_entry {
	const struct script_directory *directory; /* which of them has it */
	const char *path;			  /* below that one's root_fd */
	const char *shown;
	struct stat self;   /* as lstat(2) tells */
	struct stat target; /* as stat(2) tells; all zero for a link to nothing */
};

/* The entry with this path below the layer ("", "local-top", "local-top/udev"); false with errno if
 * none of the directories has it. */
bool layer_find(struct arena *arena, const struct script_layer *layer, const char *path,
		struct layer_entry *ret_entry);

/* The names in a directory of the layer, sorted by their bytes. An absent directory has none; what
 * else keeps one from being read is reported. */
typedef VEC(const char *) layer_names;
layer_names layer_list(struct arena *arena, struct diag *diag, const struct script_layer *layer,
		       const char *path);

#endif
