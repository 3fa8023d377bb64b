/* A directory of unit files: NAME.yaml with units, an empty one or a link to /dev/null as a mask,
 * and NAME.d/ with the drop-ins of a unit, all in the way of systemd.unit(5). */
#include "text.h"
#include "unit_spec.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_SUFFIX	 ".yaml"
#define DIRECTORY_SUFFIX ".d"

struct directory {
	struct model *model;
	struct diag *diag;
	int fd;
	const char *shown; /* its path in diagnostics */
};

typedef void read_entry(const struct directory *directory, const char *entry, const char *shown);

static void report_unreadable(struct diag *diag, const char *name)
{
	diag_report(diag, DIAG_UNREADABLE, (struct span){.name = name}, NULL, "cannot be read: %s",
		    strerror(errno));
}

static bool ends_with(const char *name, const char *suffix)
{
	size_t length = strlen(name), end = strlen(suffix);

	return name[0] != '.' && length > end && strcmp(name + length - end, suffix) == 0;
}

static int is_unit_file(const struct dirent *entry)
{
	return ends_with(entry->d_name, FILE_SUFFIX);
}

static int is_drop_in_directory(const struct dirent *entry)
{
	return ends_with(entry->d_name, DIRECTORY_SUFFIX);
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name); /* bytes: the locale must not change a blob */
}

static void read_entries(const struct directory *directory, int (*wanted)(const struct dirent *),
			 read_entry *read)
{
	struct dirent **entries;
	int count = scandirat(directory->fd, ".", &entries, wanted, compare_names), i;

	if (count < 0) {
		report_unreadable(directory->diag, directory->shown);
		return;
	}
	for (i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		read(directory, name,
		     arena_printf(directory->model->arena, "%s/%s", directory->shown, name));
		free(entries[i]);
	}
	free(entries);
}

static const char *without_suffix(const struct directory *directory, const char *name,
				  const char *suffix)
{
	return arena_strndup(directory->model->arena, name, strlen(name) - strlen(suffix));
}

/* Whether an entry says "nothing": an empty file, or a link to /dev/null. The link's text counts: a
 * sysroot need not have the device. */
static bool is_mask(int fd, const char *name)
{
	char target[64];
	ssize_t length = readlinkat(fd, name, target, sizeof target - 1);
	struct stat status;

	if (length < 0)
		return fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		       S_ISREG(status.st_mode) && status.st_size == 0;
	target[length] = '\0';
	return strcmp(target + strspn(target, "./"), "dev/null") == 0;
}

static const struct text *read_text(const struct directory *directory, const char *name,
				    const char *shown)
{
	const struct text *text = text_read(directory->model->arena, directory->fd, name, shown);

	if (text == NULL)
		report_unreadable(directory->diag, shown);
	return text != NULL && text_check(directory->diag, text) ? text : NULL;
}

static void read_unit_file(const struct directory *directory, const char *name, const char *shown)
{
	const struct text *text;

	if (is_mask(directory->fd, name)) {
		source_mask(directory->model, directory->diag,
			    without_suffix(directory, name, FILE_SUFFIX), shown);
		return;
	}
	text = read_text(directory, name, shown);
	if (text != NULL)
		source_units(directory->model, directory->diag, text);
}

static void read_drop_in_file(const struct directory *directory, const char *name,
			      const char *shown)
{
	const char *slash = strrchr(directory->shown, '/');
	struct word unit = {without_suffix(directory, slash + 1, DIRECTORY_SUFFIX),
			    {.name = shown}};
	const struct text *text = NULL;

	if (!is_mask(directory->fd, name)) {
		text = read_text(directory, name, shown);
		if (text == NULL)
			return;
	}
	source_drop_in(directory->model, directory->diag, unit,
		       arena_strdup(directory->model->arena, name), text);
}

static void read_drop_in_directory(const struct directory *directory, const char *name,
				   const char *shown)
{
	struct directory inner = *directory;

	inner.shown = shown;
	inner.fd = openat(directory->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (inner.fd < 0) {
		report_unreadable(directory->diag, shown);
		return;
	}
	read_entries(&inner, is_unit_file, read_drop_in_file);
	close(inner.fd);
}

void source_unit_directory(struct model *model, struct diag *diag, int fd, const char *shown)
{
	struct directory directory = {model, diag, fd, shown};

	read_entries(&directory, is_unit_file, read_unit_file);
	read_entries(&directory, is_drop_in_directory, read_drop_in_directory);
}
