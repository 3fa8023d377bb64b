#include "check.h"

#include <string.h>

#include "image.h"
#include "path.h"

static bool is_there(struct arena *arena, int root_fd, const char *path)
{
	struct path_walk walk;

	return path_walk(arena, root_fd, path, &walk) == 0;
}

/* --- programs and files --------------------------------------------------- */

/* Packs them into an image that nobody writes: what is missing is said on the way. */
static void check_files(struct image *image, const struct manifest *manifest)
{
	if (!is_there(image->arena, image->root_fd, "/bin/sh") &&
	    !is_there(image->arena, image->root_fd, "/usr/bin/sh"))
		return;
	library_paths_read(image->arena, image->root_fd, &image->libraries);
	image->tree = tree_open(image->arena, image->diag);
	items_add_files(image, manifest);
	tree_close(image->tree);
}

/* --- modules -------------------------------------------------------------- */

typedef VEC(struct modules *) kernel_list;

/* A kernel that was removed can leave its directory behind, but then without an index. */
static void open_kernels(const struct image *image, const char *root, kernel_list *kernels)
{
	path_names releases = path_list(image->arena, image->root_fd, "/lib/modules", "*");

	for (size_t i = 0; i < releases.count; i++) {
		const char *release = releases.item[i];
		struct modules *modules;

		if (!is_there(
			    image->arena, image->root_fd,
			    arena_printf(image->arena, "/lib/modules/%s/modules.dep.bin", release)))
			continue;
		modules = modules_open(image->arena, image->diag, root, image->root_fd, release,
				       NULL);
		if (modules != NULL)
			vec_push(image->arena, kernels, modules);
	}
}

static void check_module(const struct image *image, const kernel_list *kernels,
			 const struct manifest_item *item)
{
	const char *without = "";
	size_t missing = 0;

	for (size_t i = 0; i < kernels->count; i++) {
		if (items_kernel_has(kernels->item[i], item))
			continue;
		without = arena_printf(image->arena, "%s%s%s", without, missing > 0 ? ", " : "",
				       kernels->item[i]->release);
		missing++;
	}
	if (missing == 0)
		return;
	/* What nobody asked for, as the firmware's variables, a kernel may well do without. */
	if (missing == kernels->count && item->optional && item->kind == MANIFEST_MODULE)
		return;
	/* An image is for one kernel: as long as one has the module, there is a way. */
	diag_report(image->diag,
		    missing < kernels->count || item->optional ? DIAG_MODULE_SOME_KERNELS
							       : DIAG_IMAGE_MODULE,
		    item->span, NULL, "%s %s (unit %s): not in kernel %s",
		    item->kind == MANIFEST_FILESYSTEM ? "module for file system" : "module",
		    item->name, item->unit, without);
}

/* The root file system is asked for twice: by its module, and by its mount, which says more. */
static bool is_named_again(const struct manifest *manifest, const struct manifest_item *item)
{
	if (item->kind != MANIFEST_MODULE)
		return false;
	for (size_t i = 0; i < manifest->items.count; i++)
		if (manifest->items.item[i].kind == MANIFEST_FILESYSTEM &&
		    strcmp(manifest->items.item[i].name, item->name) == 0)
			return true;
	return false;
}

static void check_modules(const struct image *image, const char *root,
			  const struct manifest *manifest)
{
	kernel_list kernels = {0};

	open_kernels(image, root, &kernels);
	for (size_t i = 0; i < manifest->items.count; i++) {
		const struct manifest_item *item = &manifest->items.item[i];

		if ((item->kind == MANIFEST_MODULE || item->kind == MANIFEST_FILESYSTEM) &&
		    !is_named_again(manifest, item) &&
		    (item->kind == MANIFEST_MODULE ||
		     items_mount_helper(image, item->name) == NULL))
			check_module(image, &kernels, item);
	}
	for (size_t i = 0; i < kernels.count; i++)
		modules_close(kernels.item[i]);
}

void image_check(struct arena *arena, struct diag *diag, const char *root, int root_fd,
		 const struct manifest *manifest)
{
	struct image image = {.arena = arena, .diag = diag, .root_fd = root_fd};

	check_files(&image, manifest);
	check_modules(&image, root, manifest);
}
