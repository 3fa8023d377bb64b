/* The files of an image, as they will be unpacked.
 *
 * Paths are without a leading slash. Modes are normalised, owners are root, times are the
 * archive's: so the same content makes the same bytes, whoever packs it. */
#ifndef BOOTGRAPH_IMAGE_TREE_H
#define BOOTGRAPH_IMAGE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../arena.h"
#include "../diag.h"

/* Why something is in the image, and where that is said. */
struct need {
	const char *why; /* "fsck-root", "needed by /usr/sbin/e2fsck" */
	struct span span;
	bool optional; /* its absence is a note, not an error */
};

enum entry_kind {
	ENTRY_DIRECTORY,
	ENTRY_FILE,
	ENTRY_LINK,
	ENTRY_DEVICE, /* a character device */
};

struct tree_entry {
	const char *path;
	enum entry_kind kind;
	mode_t mode;		   /* permission bits */
	const unsigned char *data; /* FILE */
	size_t size;
	const char *target;    /* LINK */
	unsigned major, minor; /* DEVICE */
	const char *why;
};

struct tree; /* opaque */

/* Empty. Lives in the arena, but has to be closed: the index of its paths does not. */
struct tree *tree_open(struct arena *arena, struct diag *diag);
void tree_close(struct tree *tree);

/* Where a path ends up: the links among its parents that are in the tree already are resolved, so
 * that /sbin/fsck becomes usr/sbin/fsck under a merged /usr. */
const char *tree_place(struct tree *tree, const char *path);

/* The entry at a path (placed as above), or NULL. */
const struct tree_entry *tree_find(struct tree *tree, const char *path);

/* Each adds an entry and the directories above it. What is there already and is the same is fine;
 * what is there and differs is reported as a conflict of `need`, and false returned. Texts and data
 * are borrowed for as long as the arena lives. */
bool tree_directory(struct tree *tree, const char *path, struct need need);
bool tree_file(struct tree *tree, const char *path, const unsigned char *data, size_t size,
	       mode_t mode, struct need need);
bool tree_link(struct tree *tree, const char *path, const char *target, struct need need);
bool tree_device(struct tree *tree, const char *path, mode_t mode, unsigned major, unsigned minor,
		 struct need need);

/* All entries, sorted by path: so a directory comes before what is in it. */
const struct tree_entry *const *tree_entries(struct tree *tree, size_t *ret_count);

#endif
