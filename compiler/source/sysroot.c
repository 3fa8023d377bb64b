#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	LINKS_MAX = 40,	    /* as in the kernel (linux/namei.h, MAXSYMLINKS) */
	ATTEMPTS_MAX = 128, /* openat2 gives EAGAIN when the tree is renamed at that moment */
};

/* --- without openat2 ------------------------------------------------------ */

/* A walk below the sysroot, one name at a time: Linux before 5.6, and containers whose seccomp
 * filter does not know openat2. Nothing here follows a symbolic link in the kernel, so none can
 * lead out of the sysroot. */
struct walk {
	int root_fd, fd;	  /* fd: the directory reached; owned unless it is root_fd */
	char done[PATH_MAX];	  /* its name below the sysroot, "a/b" */
	char ahead[2 * PATH_MAX]; /* what is still to be walked */
	unsigned links;
};

static void walk_move(struct walk *walk, int fd)
{
	if (walk->fd != walk->root_fd)
		close(walk->fd);
	walk->fd = fd;
}

static bool fail(int error)
{
	errno = error;
	return false;
}

/* Takes the next name off the path; false at its end. */
static bool next_name(struct walk *walk, char name[NAME_MAX + 1], bool *ret_last)
{
	char *at = walk->ahead + strspn(walk->ahead, "/");
	size_t length = strcspn(at, "/");
	size_t slashes = strspn(at + length, "/");

	if (length > NAME_MAX)
		return fail(ENAMETOOLONG);
	errno = 0;
	memcpy(name, at, length);
	name[length] = '\0';
	*ret_last = at[length + slashes] == '\0';
	/* A slash at the end asks for a directory: it stays, as one name more. */
	if (*ret_last && slashes > 0) {
		*ret_last = false;
		strcpy(walk->ahead, ".");
	} else {
		memmove(walk->ahead, at + length, strlen(at + length) + 1);
	}
	return length > 0;
}

/* Enters a directory, which must not be a symbolic link. */
static bool enter(struct walk *walk, const char *name)
{
	size_t length = strlen(walk->done);
	int fd = openat(walk->fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return false;
	walk_move(walk, fd);
	if (length + strlen(name) + 2 > sizeof walk->done)
		return fail(ENAMETOOLONG);
	if (length > 0)
		walk->done[length++] = '/';
	strcpy(walk->done + length, name);
	return true;
}

/* ".." is not asked of the kernel either, since the directory may have been moved meanwhile: the
 * way is walked again from the sysroot, which is its own parent. */
static bool leave(struct walk *walk)
{
	char way[PATH_MAX], *name, *rest = NULL;
	char *slash = strrchr(walk->done, '/');

	if (slash != NULL)
		*slash = '\0';
	else
		walk->done[0] = '\0';
	strcpy(way, walk->done);
	walk->done[0] = '\0';
	walk_move(walk, walk->root_fd);
	for (name = strtok_r(way, "/", &rest); name != NULL; name = strtok_r(NULL, "/", &rest))
		if (!enter(walk, name))
			return false;
	return true;
}

/* Puts a link's target in front of what is ahead. */
static bool follow(struct walk *walk, const char *target)
{
	size_t length = strlen(target), left = strlen(walk->ahead);

	if (++walk->links > LINKS_MAX)
		return fail(ELOOP);
	if (length == 0)
		return fail(ENOENT);
	if (length + 1 + left + 1 > sizeof walk->ahead)
		return fail(ENAMETOOLONG);
	memmove(walk->ahead + length + 1, walk->ahead, left + 1);
	memcpy(walk->ahead, target, length);
	walk->ahead[length] = left > 0 ? '/' : '\0';
	if (target[0] != '/')
		return true;
	walk->done[0] = '\0';
	walk_move(walk, walk->root_fd);
	return true;
}

/* Reads a symbolic link; false with errno EINVAL if it is something else. */
static bool read_link(int fd, const char *name, char target[PATH_MAX])
{
	ssize_t length = readlinkat(fd, name, target, PATH_MAX - 1);

	if (length < 0)
		return false;
	target[length] = '\0';
	return true;
}

static int walk_open(struct walk *walk, int flags)
{
	char name[NAME_MAX + 1], target[PATH_MAX];
	bool last;

	while (next_name(walk, name, &last)) {
		bool step = true;

		if (last && strcmp(name, "..") != 0 &&
		    ((flags & O_NOFOLLOW) || !read_link(walk->fd, name, target)))
			return openat(walk->fd, name, flags | O_NOFOLLOW);
		if (strcmp(name, "..") == 0)
			step = leave(walk);
		else if (strcmp(name, ".") == 0)
			continue;
		else if (read_link(walk->fd, name, target))
			step = follow(walk, target);
		else
			step = enter(walk, name);
		if (!step)
			return -1;
	}
	return errno != 0 ? -1 : openat(walk->fd, ".", flags | O_DIRECTORY);
}

static int open_by_walking(int root_fd, const char *path, int flags)
{
	struct walk *walk;
	int fd, error;

	if (path[0] == '\0' || strlen(path) >= PATH_MAX) {
		errno = path[0] == '\0' ? ENOENT : ENAMETOOLONG;
		return -1;
	}
	walk = calloc(1, sizeof *walk);
	if (walk == NULL)
		return -1;
	walk->root_fd = walk->fd = root_fd;
	strcpy(walk->ahead, path);
	fd = walk_open(walk, flags);
	error = errno;
	walk_move(walk, root_fd);
	free(walk);
	errno = error;
	return fd;
}

/* --- with it -------------------------------------------------------------- */

static int open_in_root(int root_fd, const char *path, int flags)
{
	struct open_how how = {.flags = (uint64_t)(unsigned)flags, .resolve = RESOLVE_IN_ROOT};
	unsigned attempt;
	long fd = -1;

	for (attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
		fd = syscall(SYS_openat2, root_fd, path, &how, sizeof how);
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return (int)fd;
}

int sysroot_open(int root_fd, const char *path, int flags)
{
	int fd;

	if (root_fd == AT_FDCWD)
		return open(path, flags);
	fd = open_in_root(root_fd, path, flags);
	/* Older container engines answer EPERM for every system call they do not know. And when the
	 * kernel loses a race in its lockless walk it begins again without setting its count of
	 * links back (fs/namei.c, total_link_count): then it says ELOOP of a path that has fewer
	 * than 40. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == ELOOP))
		fd = open_by_walking(root_fd, path, flags);
	return fd;
}
