/* Block devices as the kernel shows them: Documentation/ABI/{stable,testing}/sysfs-block*,
 * Documentation/admin-guide/md.rst. */
#include "capture.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef VEC(const char *) names;

/* The names in a directory but for those with a dot in front; none if it cannot be read. */
static void list(struct arena *arena, const char *path, names *ret_names)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;

	while (directory != NULL && (entry = readdir(directory)) != NULL)
		if (entry->d_name[0] != '.')
			vec_push(arena, ret_names, arena_strdup(arena, entry->d_name));
	if (directory != NULL)
		closedir(directory);
}

static const char *attribute(struct arena *arena, const char *directory, const char *name)
{
	return capture_line(arena, arena_printf(arena, "%s/%s", directory, name));
}

static uint64_t number(struct arena *arena, const char *directory, const char *name)
{
	const char *text = attribute(arena, directory, name);

	return text != NULL ? strtoull(text, NULL, 10) : 0;
}

static struct facts_dm *read_dm(struct arena *arena, const char *directory)
{
	const char *name = attribute(arena, directory, "dm/name");
	const char *uuid = attribute(arena, directory, "dm/uuid");
	struct facts_dm *dm;

	if (name == NULL)
		return NULL;
	dm = arena_alloc(arena, sizeof *dm);
	dm->name = name;
	dm->uuid = uuid != NULL ? uuid : "";
	return dm;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void read_members(struct arena *arena, const char *directory, struct facts_md *md)
{
	names entries = {0};

	list(arena, directory, &entries);
	if (entries.count > 0)
		qsort(entries.item, entries.count, sizeof *entries.item, by_name);
	for (size_t i = 0; i < entries.count; i++) {
		struct facts_md_member member = {.device = entries.item[i] + 4};

		if (strncmp(entries.item[i], "dev-", 4) != 0)
			continue;
		member.state = attribute(arena, directory,
					 arena_printf(arena, "%s/state", entries.item[i]));
		vec_push(arena, &md->members, member);
	}
}

static struct facts_md *read_md(struct arena *arena, const char *device)
{
	const char *directory = arena_printf(arena, "%s/md", device);
	const char *state = attribute(arena, directory, "array_state");
	struct facts_md *md;

	if (state == NULL)
		return NULL;
	md = arena_alloc(arena, sizeof *md);
	md->state = state;
	md->level = attribute(arena, directory, "level");
	md->metadata = attribute(arena, directory, "metadata_version");
	md->raid_disks = (unsigned)number(arena, directory, "raid_disks");
	md->degraded = (unsigned)number(arena, directory, "degraded");
	read_members(arena, directory, md);
	return md;
}

/* The directory of the disk holds the one of the partition. */
static const char *parent_of(struct arena *arena, const char *directory)
{
	char *real = realpath(directory, NULL), *slash;
	const char *parent = NULL;

	if (real == NULL)
		return NULL;
	slash = strrchr(real, '/');
	if (slash != NULL) {
		*slash = '\0';
		slash = strrchr(real, '/');
	}
	if (slash != NULL)
		parent = arena_strdup(arena, slash + 1);
	free(real);
	return parent;
}

static bool read_device(struct capture *capture, const char *name, struct facts_device *ret_device)
{
	struct arena *arena = capture->arena;
	const char *directory = arena_printf(arena, "%s/class/block/%s", capture->port->sys, name);
	const char *numbers = attribute(arena, directory, "dev");
	char *node = arena_strdup(arena, name);
	names slaves = {0};

	/* sysfs writes a slash in a name as an exclamation mark: cciss!c0d0. */
	for (char *c = strchr(node, '!'); c != NULL; c = strchr(c, '!'))
		*c = '/';
	*ret_device = (struct facts_device){.name = node};
	if (numbers == NULL ||
	    sscanf(numbers, "%u:%u", &ret_device->major, &ret_device->minor) != 2)
		return false;
	ret_device->size = number(arena, directory, "size");
	ret_device->dm = read_dm(arena, directory);
	ret_device->md = read_md(arena, directory);
	if (attribute(arena, directory, "partition") != NULL)
		ret_device->parent = parent_of(arena, directory);
	list(arena, arena_printf(arena, "%s/slaves", directory), &slaves);
	for (size_t i = 0; i < slaves.count; i++)
		vec_push(arena, &ret_device->slaves, slaves.item[i]);
	ret_device->span = (struct span){.name = arena_printf(arena, "/dev/%s", ret_device->name)};
	if (ret_device->dm != NULL)
		vec_push(arena, &ret_device->links,
			 arena_printf(arena, "/dev/mapper/%s", ret_device->dm->name));
	return true;
}

/* Loop devices and memory disks that nobody uses. */
static bool is_empty(const struct facts_device *device)
{
	return device->size == 0 && device->dm == NULL && device->md == NULL;
}

void capture_sysfs(struct capture *capture)
{
	const char *directory = arena_printf(capture->arena, "%s/class/block", capture->port->sys);
	names devices = {0};

	list(capture->arena, directory, &devices);
	if (devices.count == 0)
		capture_partial(capture, directory, "no block devices: %s", strerror(errno));
	for (size_t i = 0; i < devices.count; i++) {
		struct facts_device device;

		if (read_device(capture, devices.item[i], &device) && !is_empty(&device))
			vec_push(capture->arena, &capture->facts->devices, device);
	}
}
