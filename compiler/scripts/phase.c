#include "tree.h"

#include <string.h>

#include "layer.h"

/* In the order in which a boot from a local disk comes to them: specs/scripts.md. */
static const char *const boot_order[] = {
	"hooks",	"hooks-etc",	  "init-top", "init-premount", "local-top",
	"local-block",	"local-premount", "nfs-top",  "nfs-premount",  "nfs-bottom",
	"local-bottom", "init-bottom",	  "panic",
};

enum { BOOT_ORDER_COUNT = sizeof boot_order / sizeof boot_order[0] };

static size_t rank(const char *phase)
{
	size_t i = 0;

	while (i < BOOT_ORDER_COUNT && strcmp(boot_order[i], phase) != 0)
		i++;
	return i;
}

bool script_phase_is_known(const char *phase)
{
	return rank(phase) < BOOT_ORDER_COUNT;
}

int phase_compare(const void *a, const void *b)
{
	const struct phase *left = a, *right = b;
	size_t left_rank = rank(left->name), right_rank = rank(right->name);

	if (left_rank != right_rank)
		return left_rank < right_rank ? -1 : 1;
	return strcmp(left->name, right->name);
}

/* --- finding ---------------------------------------------------------------------------------- */

bool script_path_is_below(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	return strncmp(path, directory, length) == 0 && path[length] == '/';
}

bool script_tree_has_order(const struct script_tree *tree, const char *phase)
{
	for (size_t i = 0; i < tree->image.count; i++)
		if (script_path_is_below(tree->image.item[i].path, phase))
			return true;
	return false;
}

struct phase *script_tree_phase(const struct script_tree *tree, const char *name)
{
	for (size_t i = 0; i < tree->phases.count; i++)
		if (strcmp(tree->phases.item[i].name, name) == 0)
			return &tree->phases.item[i];
	return NULL;
}

struct script *phase_script(const struct phase *phase, const char *name)
{
	struct script *found = NULL;

	for (size_t i = 0; i < phase->scripts.count; i++) {
		struct script *script = phase->scripts.item[i];

		if (strcmp(script->name, name) == 0 && (found == NULL || !script->skip))
			found = script;
	}
	return found;
}

struct image_script *script_tree_image(const struct script_tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->image.count; i++)
		if (strcmp(tree->image.item[i].path, path) == 0)
			return &tree->image.item[i];
	return NULL;
}

/* --- names that are paths -------------------------------------------------------------------- */

/* Takes "." and ".." out of a path below scripts; NULL if it leads out. */
static const char *normalize(struct arena *arena, const char *path)
{
	char *out = arena_strdup(arena, ""), *slash;

	while (*path != '\0') {
		size_t length = strcspn(path, "/");

		if (length == 2 && memcmp(path, "..", 2) == 0) {
			if (*out == '\0')
				return NULL;
			slash = strrchr(out, '/');
			*(slash != NULL ? slash : out) = '\0';
		} else if (length > 0 && !(length == 1 && *path == '.')) {
			out = arena_printf(arena, "%s%s%.*s", out, *out != '\0' ? "/" : "",
					   (int)length, path);
		}
		path += length;
		path += strspn(path, "/");
	}
	return out;
}

bool phase_has_file(const struct script_tree *tree, const struct phase *phase, const char *name)
{
	struct layer_entry entry;
	const char *path;
	size_t length = strlen(name);

	if (length == 0 || name[length - 1] == '/')
		return false;
	if (phase->hooks) {
		enum script_place place =
			strcmp(phase->name, "hooks") == 0 ? PLACE_HOOKS : PLACE_ETC_HOOKS;

		path = normalize(tree->arena, name);
		return path != NULL &&
		       layer_find(tree->arena, &tree->layers[place], path, &entry) &&
		       S_ISREG(entry.target.st_mode);
	}
	/* mkinitramfs creates ORDER before it asks. */
	if (strcmp(name, "ORDER") == 0)
		return true;
	path = normalize(tree->arena, arena_printf(tree->arena, "%s/%s", phase->name, name));
	return path != NULL && script_tree_image(tree, path) != NULL;
}
