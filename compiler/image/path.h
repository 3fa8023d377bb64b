/* Paths of the sysroot, with every symbolic link on the way.
 *
 * The kernel's openat2(RESOLVE_IN_ROOT) finds the file but hides the links, and the image needs
 * them too: /usr/sbin/fsck.ext4 is a link to e2fsck, which looks at the name it was called by. */
#ifndef BOOTGRAPH_IMAGE_PATH_H
#define BOOTGRAPH_IMAGE_PATH_H

#include <sys/stat.h>

#include "../arena.h"

/* A symbolic link that was passed. */
struct path_link {
	const char *path;   /* canonical but for the link itself, without a leading slash */
	const char *target; /* as the sysroot has it */
};

struct path_walk {
	const char *path; /* canonical, without a leading slash; "" is the sysroot itself */
	struct stat status;
	VEC(struct path_link) links; /* in the order they were passed */
};

/* Follows path from the top of the sysroot; `..` and absolute links stay inside. Returns 0, or -1
 * with errno set (ENOENT, ELOOP, ...). The links passed until then are filled in either way. */
int path_walk(struct arena *arena, int root_fd, const char *path, struct path_walk *ret_walk);

/* The part before the last slash ("" if there is none), and the part after it. */
const char *path_parent(struct arena *arena, const char *path);
const char *path_name(const char *path);

/* Joins the two with a slash, and takes out ".", ".." and doubled slashes by their spelling alone:
 * right only where no component is a symbolic link. No leading slash in what it returns. */
const char *path_join(struct arena *arena, const char *base, const char *rest);

/* The names in a directory of the sysroot that fit a pattern of fnmatch(3), sorted by their bytes.
 * None if there is no such directory. */
typedef VEC(const char *) path_names;
path_names path_list(struct arena *arena, int root_fd, const char *directory, const char *pattern);

/* Where the sysroot has a program of this name, in the directories of an image's PATH; or NULL. */
const char *path_of_program(struct arena *arena, int root_fd, const char *name);

/* Reads a whole regular file, NUL-terminated, into the arena. path is canonical as from path_walk,
 * or a path of the host with root_fd AT_FDCWD. NULL with errno set on failure. */
unsigned char *path_read(struct arena *arena, int root_fd, const char *path, size_t *ret_size);

#endif
