#include "devices.h"
#include "image/path.h"

#include <string.h>

static const char *const rules[] = {
#define RULES(name) name,
#include "udev_files.def"
};

static const struct {
	const char *rules, *path;
} programs[] = {
#define RULES_PROGRAM(name, path) {name, path},
#include "udev_files.def"
};

static const struct {
	const char *directory, *pattern;
} files[] = {
#define UDEV_FILES(directory, pattern) {directory, pattern},
#include "udev_files.def"
};

/* What the sysroot has not got was not installed: its rules are not missing either. */
static bool add(struct manifest *manifest, const struct model *model, int root_fd,
		enum manifest_kind kind, const char *path)
{
	struct manifest_item item = {.kind = kind,
				     .name = path,
				     .optional = true,
				     .unit = "udevd",
				     .span = {.name = "devices"}};
	struct path_walk walk;
	size_t i;

	if (path_walk(model->arena, root_fd, path, &walk) != 0)
		return false;
	for (i = 0; i < manifest->items.count; i++)
		if (manifest->items.item[i].kind == kind &&
		    strcmp(manifest->items.item[i].name, path) == 0)
			return true;
	vec_push(model->arena, &manifest->items, item);
	return true;
}

void udev_files_add(struct manifest *manifest, const struct model *model, int root_fd)
{
	struct arena *arena = model->arena;
	size_t i, k;

	if (!model->udevd)
		return;
	for (i = 0; i < sizeof rules / sizeof *rules; i++) {
		if (!add(manifest, model, root_fd, MANIFEST_FILE,
			 arena_printf(arena, "/lib/udev/rules.d/%s", rules[i])))
			continue;
		for (k = 0; k < sizeof programs / sizeof *programs; k++)
			if (strcmp(programs[k].rules, rules[i]) == 0)
				add(manifest, model, root_fd, MANIFEST_BINARY, programs[k].path);
	}
	for (i = 0; i < sizeof files / sizeof *files; i++) {
		path_names names = path_list(arena, root_fd, files[i].directory, files[i].pattern);

		for (k = 0; k < names.count; k++)
			add(manifest, model, root_fd, MANIFEST_FILE,
			    arena_printf(arena, "%s/%s", files[i].directory, names.item[k]));
	}
}
