#include "into.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "path.h"

struct into {
	struct arena *arena;
	struct diag *diag;
	int fd;
	const char *name;
};

static bool failed(struct into *into, const char *path)
{
	diag_report(into->diag, DIAG_UNWRITABLE,
		    (struct span){.name = arena_printf(into->arena, "%s/%s", into->name, path)},
		    NULL, "cannot be written: %s", strerror(errno));
	return false;
}

/* The directory above a path, with the directory's own links followed as at boot; -1 with errno. */
static int open_parent(const struct into *into, const char *path)
{
	const char *parent = path_parent(into->arena, path);
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT,
	};

	return (int)syscall(SYS_openat2, into->fd, *parent != '\0' ? parent : ".", &how,
			    sizeof how);
}

/* Of what hooks put there as well, only these are ours to replace. */
static bool is_own(const char *path)
{
	static const char *const own[] = {"init", "etc/bootgraph/", "usr/lib/bootgraph/"};

	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		size_t length = strlen(own[i]);

		if (own[i][length - 1] == '/' ? strncmp(path, own[i], length) == 0
					      : strcmp(path, own[i]) == 0)
			return true;
	}
	return false;
}

static bool write_bytes(int fd, const unsigned char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		data += n;
		size -= (size_t)n;
	}
	return true;
}

/* The modes of the tree hold, whatever the umask of who runs mkinitramfs. */
static bool put_file(const struct tree_entry *entry, int parent, const char *name)
{
	int fd;
	bool fine;

	if (is_own(entry->path) && unlinkat(parent, name, 0) < 0 && errno != ENOENT)
		return false;
	fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST;
	fine = write_bytes(fd, entry->data, entry->size) && fchmod(fd, entry->mode) == 0;
	return close(fd) == 0 && fine;
}

/* Modules are in the tree as they are loaded, and mkinitramfs would expand the twin onto them. */
static bool drop_twin(struct into *into, int parent, const char *name)
{
	static const char *const endings[] = {".xz", ".zst", ".gz"};
	const char *dot = strrchr(name, '.');

	if (dot == NULL || strcmp(dot, ".ko") != 0)
		return true;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (unlinkat(parent, arena_printf(into->arena, "%s%s", name, endings[i]), 0) < 0 &&
		    errno != ENOENT)
			return false;
	return true;
}

static bool put_at(struct into *into, const struct tree_entry *entry, int parent)
{
	const char *name = path_name(entry->path);

	switch (entry->kind) {
	case ENTRY_DIRECTORY:
		return mkdirat(parent, name, entry->mode) == 0 || errno == EEXIST;
	case ENTRY_LINK:
		return symlinkat(entry->target, parent, name) == 0 || errno == EEXIST;
	case ENTRY_FILE:
		return put_file(entry, parent, name) && drop_twin(into, parent, name);
	case ENTRY_DEVICE: /* mkinitramfs packs none, and may run without the privilege */
		return true;
	}
	return false;
}

static bool put(struct into *into, const struct tree_entry *entry)
{
	int parent = open_parent(into, entry->path);
	bool fine = parent >= 0 && put_at(into, entry, parent);

	if (!fine)
		(void)failed(into, entry->path);
	if (parent >= 0)
		close(parent);
	return fine;
}

/* A second run finds its own init, which is nobody's fallback. */
static bool keep_fallback(struct into *into)
{
	if (faccessat(into->fd, INTO_FALLBACK, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return true;
	if (renameat(into->fd, "init", into->fd, INTO_FALLBACK) < 0 && errno != ENOENT)
		return failed(into, INTO_FALLBACK);
	return true;
}

bool into_write(struct arena *arena, struct diag *diag, struct tree *tree, int fd, const char *name)
{
	struct into into = {arena, diag, fd, name};
	size_t count;
	const struct tree_entry *const *entries = tree_entries(tree, &count);

	if (!keep_fallback(&into))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!put(&into, entries[i]))
			return false;
	return true;
}
