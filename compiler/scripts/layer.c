#include "layer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../source/text.h"

static const char *join(struct arena *arena, const char *base, const char *path)
{
	return *path == '\0' ? base : arena_printf(arena, "%s/%s", base, path);
}

/* stat(2) without a file that is ever opened, inside the sysroot. */
static bool look(int root_fd, const char *path, int flags, struct stat *ret_status)
{
	int fd = sysroot_open(root_fd, path, O_PATH | O_CLOEXEC | flags);
	bool known;

	if (fd < 0)
		return false;
	known = fstat(fd, ret_status) == 0;
	close(fd);
	return known;
}

bool layer_find(struct arena *arena, const struct script_layer *layer, const char *path,
		struct layer_entry *ret_entry)
{
	struct layer_entry *entry = ret_entry;

	errno = ENOENT;
	for (size_t i = layer->directories.count; i > 0; i--) {
		const struct script_directory *directory = &layer->directories.item[i - 1];
		/* The top itself may be a link, and is entered by one that was typed. */
		int flags = *path == '\0' ? 0 : O_NOFOLLOW;

		*entry = (struct layer_entry){
			.directory = directory,
			.path = join(arena, directory->path, path),
			.shown = join(arena, directory->shown, path),
		};
		if (!look(directory->root_fd, entry->path, flags, &entry->self))
			continue;
		if (!look(directory->root_fd, entry->path, 0, &entry->target))
			entry->target = (struct stat){0};
		return true;
	}
	return false;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Adds the names in one directory; false with errno if it cannot be read. */
static bool add_names(struct arena *arena, const struct script_directory *directory,
		      const char *path, layer_names *names)
{
	int fd = sysroot_open(directory->root_fd, join(arena, directory->path, path),
			      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *item;

	if (stream == NULL) {
		int error = errno;

		if (fd >= 0)
			close(fd);
		errno = error;
		return false;
	}
	while ((item = readdir(stream)) != NULL)
		if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
			vec_push(arena, names, arena_strdup(arena, item->d_name));
	closedir(stream);
	return true;
}

layer_names layer_list(struct arena *arena, struct diag *diag, const struct script_layer *layer,
		       const char *path)
{
	layer_names names = {0};
	size_t kept = 0;

	for (size_t i = 0; i < layer->directories.count; i++) {
		const struct script_directory *directory = &layer->directories.item[i];

		if (!add_names(arena, directory, path, &names) && errno != ENOENT &&
		    errno != ENOTDIR)
			diag_report(diag, DIAG_UNREADABLE,
				    (struct span){.name = join(arena, directory->shown, path)},
				    NULL, "cannot be read: %s", strerror(errno));
	}
	if (names.count > 1)
		qsort(names.item, names.count, sizeof *names.item, compare_names);
	for (size_t i = 0; i < names.count; i++)
		if (kept == 0 || strcmp(names.item[kept - 1], names.item[i]) != 0)
			names.item[kept++] = names.item[i];
	names.count = kept;
	return names;
}
