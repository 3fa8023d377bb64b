#include "path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As many as the kernel follows: path_resolution(7). */
enum { LINKS_MAX = 40 };

const char *path_parent(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? "" : arena_strndup(arena, path, (size_t)(slash - path));
}

const char *path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* base/name, without a slash in front if base is the top. */
static const char *append(struct arena *arena, const char *base, const char *name, size_t length)
{
	if (*base == '\0')
		return arena_strndup(arena, name, length);
	return arena_printf(arena, "%s/%.*s", base, (int)length, name);
}

const char *path_join(struct arena *arena, const char *base, const char *rest)
{
	const char *path = base;

	while (*rest != '\0') {
		size_t length = strcspn(rest, "/");

		if (length == 2 && memcmp(rest, "..", 2) == 0)
			path = path_parent(arena, path);
		else if (length > 0 && !(length == 1 && *rest == '.'))
			path = append(arena, path, rest, length);
		rest += length;
		rest += strspn(rest, "/");
	}
	return path;
}

static const char *read_link(struct arena *arena, int root_fd, const char *path)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(root_fd, path, target, sizeof target);

	if (length < 0)
		return NULL;
	if (length == 0 || length == sizeof target) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return arena_strndup(arena, target, (size_t)length);
}

/* The status of a path in which no component but the last can be a link. */
static int look(int root_fd, const char *path, struct stat *ret_status)
{
	return fstatat(root_fd, *path != '\0' ? path : ".", ret_status, AT_SYMLINK_NOFOLLOW);
}

/* Passes the link at `path`: what is left to walk is its target, and then *rest. */
static int pass_link(struct arena *arena, int root_fd, struct path_walk *walk, const char *path,
		     const char **rest)
{
	const char *target = read_link(arena, root_fd, path);

	if (target == NULL)
		return -1;
	if (walk->links.count == LINKS_MAX) {
		errno = ELOOP;
		return -1;
	}
	vec_push(arena, &walk->links, ((struct path_link){path, target}));
	*rest = arena_printf(arena, "%s/%s", target, *rest);
	if (*target == '/')
		walk->path = "";
	return look(root_fd, walk->path, &walk->status);
}

int path_walk(struct arena *arena, int root_fd, const char *path, struct path_walk *ret_walk)
{
	struct path_walk *walk = ret_walk;
	const char *rest = path + strspn(path, "/");

	*walk = (struct path_walk){.path = ""};
	if (look(root_fd, "", &walk->status) < 0)
		return -1;
	while (*rest != '\0') {
		size_t length = strcspn(rest, "/");
		const char *component = arena_strndup(arena, rest, length), *next;

		rest += length;
		if (!S_ISDIR(walk->status.st_mode)) {
			errno = ENOTDIR;
			return -1;
		}
		/* What was walked so far has no links in it, so the spelling is enough. */
		next = path_join(arena, walk->path, component);
		if (look(root_fd, next, &walk->status) < 0)
			return -1;
		if (!S_ISLNK(walk->status.st_mode))
			walk->path = next;
		else if (pass_link(arena, root_fd, walk, next, &rest) < 0)
			return -1;
		rest += strspn(rest, "/");
	}
	return 0;
}

unsigned char *path_read(struct arena *arena, int root_fd, const char *path, size_t *ret_size)
{
	unsigned char *data = NULL;
	struct stat status;
	size_t size = 0;
	int saved, fd = openat(root_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return NULL;
	errno = 0;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
		data = arena_alloc(arena, (size_t)status.st_size + 1);
		while (size < (size_t)status.st_size) {
			ssize_t n = read(fd, data + size, (size_t)status.st_size - size);
			if (n < 0 && errno == EINTR)
				continue;
			/* Shorter than it was: somebody writes to it right now. */
			if (n <= 0) {
				errno = n == 0 ? ESTALE : errno;
				data = NULL;
				break;
			}
			size += (size_t)n;
		}
	} else if (errno == 0) {
		errno = EINVAL;
	}
	saved = errno;
	close(fd);
	errno = saved;
	*ret_size = size;
	return data;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

path_names path_list(struct arena *arena, int root_fd, const char *directory, const char *pattern)
{
	path_names names = {0};
	struct path_walk walk;
	struct dirent *item;
	DIR *stream;
	int fd;

	if (path_walk(arena, root_fd, directory, &walk) < 0)
		return names;
	fd = openat(root_fd, *walk.path != '\0' ? walk.path : ".",
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return names;
	stream = fdopendir(fd);
	if (stream == NULL) {
		close(fd);
		return names;
	}
	while ((item = readdir(stream)) != NULL)
		if (fnmatch(pattern, item->d_name, FNM_PERIOD) == 0)
			vec_push(arena, &names, arena_strdup(arena, item->d_name));
	closedir(stream);
	if (names.count > 1)
		qsort(names.item, names.count, sizeof *names.item, compare_names);
	return names;
}

const char *path_of_program(struct arena *arena, int root_fd, const char *name)
{
	static const char *const directories[] = {"/usr/sbin", "/usr/bin", "/sbin", "/bin"};
	struct path_walk walk;

	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
		const char *path = arena_printf(arena, "%s/%s", directories[i], name);

		if (path_walk(arena, root_fd, path, &walk) == 0 && S_ISREG(walk.status.st_mode) &&
		    (walk.status.st_mode & 0111) != 0)
			return path;
	}
	return NULL;
}
