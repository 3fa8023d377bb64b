/* From a manifest to a full tree. */
#include <string.h>

#include "image.h"
#include "path.h"

/* --- layout --------------------------------------------------------------- */

/* The merged /usr: whatever the sysroot has in /bin is in /usr/bin of the image. */
static void add_merged(struct image *image, const char *name, struct need need)
{
	const char *target = arena_printf(image->arena, "usr/%s", name);
	struct path_walk walk;

	/* /usr/sbin may itself be a link, to bin. */
	if (path_walk(image->arena, image->root_fd, target, &walk) == 0 && walk.links.count > 0)
		for (size_t i = 0; i < walk.links.count; i++)
			(void)tree_link(image->tree, walk.links.item[i].path,
					walk.links.item[i].target, need);
	else
		(void)tree_directory(image->tree, target, need);
	(void)tree_link(image->tree, name, target, need);
}

void layout_add(struct image *image)
{
	static const char *const merged[] = {"bin", "lib", "sbin"};
	static const char *const directories[] = {"dev", "proc", "root", "run", "sys", "tmp"};
	struct need need = {.why = "layout", .span = {.name = "layout"}};
	struct path_walk walk;

	for (size_t i = 0; i < sizeof merged / sizeof *merged; i++)
		add_merged(image, merged[i], need);
	if (path_walk(image->arena, image->root_fd, "/lib64", &walk) == 0)
		add_merged(image, "lib64", need);
	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
		(void)tree_directory(image->tree, directories[i], need);
	/* The kernel opens it for /init before anything is mounted; it is in the archive that is
	 * built into most kernels, but not in all. */
	(void)tree_device(image->tree, "dev/console", 0600, 5, 1, need);
}

/* --- the rest ------------------------------------------------------------- */

/* For any machine the devices decide at boot, so the plan has the patterns of what is there. */
static void put_device_aliases(struct modules *modules)
{
	for (size_t i = 0; i < modules->known.count; i++) {
		const struct module *module = modules->known.item[i];

		if (module->file == NULL ||
		    module_config_is_blacklisted(modules->config, module->name))
			continue;
		for (size_t j = 0; j < module->aliases.count; j++)
			if (module_alias_is_device(module->aliases.item[j]))
				vec_push(modules->arena, &modules->aliases,
					 ((struct module_alias){module->aliases.item[j], module}));
	}
}

static void add_own(struct image *image, const struct image_options *options,
		    const unsigned char *blob, size_t blob_size)
{
	struct need need = {.why = "bootgraph", .span = {.name = "bootgraph"}};
	struct need probe = {.why = "superblocks that PID 1 does not know",
			     .span = {.name = "bootgraph-probe"},
			     .optional = true};

	(void)content_add_host(image, options->init, "init", need);
	(void)tree_file(image->tree, "etc/bootgraph/boot.blob", blob, blob_size, 0644, need);
	if (options->probe != NULL && (options->without & PART_PROBE) == 0)
		(void)content_add_host(image, options->probe, IMAGE_PROBE, probe);
	for (size_t i = 0; i < options->additions.count; i++) {
		struct addition addition = options->additions.item[i];
		struct need asked = {.why = "--add", .span = {.name = addition.source}};

		(void)content_add_host(image, addition.source, addition.destination, asked);
	}
}

static void add_plan(struct image *image)
{
	struct need need = {.why = "module plan", .span = {.name = "module plan"}};
	size_t size;
	const char *plan = plan_text(image->arena, image->modules, &size);

	(void)tree_file(image->tree, "etc/bootgraph/modules", (const unsigned char *)plan, size,
			0644, need);
}

bool image_build(struct image *image, const struct image_options *options,
		 const struct manifest *manifest, const struct facts *facts,
		 const unsigned char *blob, size_t blob_size)
{
	size_t errors = image->diag->count[SEVERITY_ERROR];

	image->without = options->without;
	/* For any machine most of it is for hardware that nobody has; for this one it is news. */
	image->tell_firmware = facts != NULL || options->verbose;
	library_paths_read(image->arena, image->root_fd, &image->libraries);
	layout_add(image);
	add_own(image, options, blob, blob_size);
	items_add(image, manifest, facts == NULL);
	if ((image->without & PART_SHELL) == 0)
		busybox_add(image);
	if (facts != NULL) {
		drivers_add_facts(image, facts);
	} else {
		drivers_add_generic(image);
		put_device_aliases(image->modules);
	}
	add_plan(image);
	return image->diag->count[SEVERITY_ERROR] == errors;
}
