/* What the manifest names, kind by kind. */
#include <errno.h>
#include <string.h>

#include "companion.h"
#include "image.h"
#include "path.h"

static struct need need_of(struct image *image, const struct manifest_item *item)
{
	return (struct need){
		.why = item->kind == MANIFEST_TOOL ? "rescue shell"
		       : item->unit != NULL ? arena_printf(image->arena, "unit %s", item->unit)
					    : "the graph",
		.span = item->span,
		.optional = item->optional,
	};
}

static void report_missing(struct image *image, enum diag_id id, struct need need, const char *what,
			   const char *name, const char *hint)
{
	diag_report(image->diag, need.optional ? DIAG_IMAGE_LEFT_OUT : id, need.span, hint,
		    "%s %s (%s): not in the sysroot%s", what, name, need.why,
		    need.optional ? "; left out of the image" : "");
}

/* A helper of bootgraph's own, which belongs to this program's version. */
static bool add_helper(struct image *image, const char *path, struct need need)
{
	size_t directory = strlen(HELPER_DIRECTORY);
	const char *source;

	if (strcmp(path, HOLD_PROGRAM) != 0 && (strncmp(path, HELPER_DIRECTORY, directory) != 0 ||
						strchr(path + directory, '/') != NULL))
		return false;
	source = companion_find(image->arena, strrchr(path, '/') + 1);
	return source != NULL && content_add_host(image, source, path + 1, need);
}

static void add_binary(struct image *image, const char *name, struct need need)
{
	const char *path = name;

	if (add_helper(image, path, need))
		return;
	if (strchr(name, '/') == NULL)
		path = path_of_program(image->arena, image->root_fd, name);
	if (path == NULL)
		report_missing(image, DIAG_IMAGE_PROGRAM, need, "program", name, NULL);
	else
		(void)content_add(image, path, need);
}

/* A unit may ask for a module by another name than the kernel has for it; the plan then tells PID 1
 * which one is meant. */
static void put_alias(struct image *image, const char *name, const struct module *module)
{
	struct module_alias alias = {name, module};

	if (strcmp(module_name_normalise(image->arena, name), module->name) != 0)
		vec_push(image->arena, &image->modules->aliases, alias);
}

static bool add_modules(struct image *image, const char *name, struct need need)
{
	module_list found = modules_pick(image->modules, name);
	size_t loadable = 0;

	for (size_t i = 0; i < found.count; i++)
		loadable += !found.item[i]->builtin;
	for (size_t i = 0; i < found.count; i++) {
		(void)modules_add(image, found.item[i], need);
		/* What is part of the kernel is meant only if there is nothing to load. */
		if (!found.item[i]->builtin || loadable == 0)
			put_alias(image, name, found.item[i]);
	}
	return found.count > 0;
}

static void add_module(struct image *image, const char *name, struct need need)
{
	if (!add_modules(image, name, need))
		report_missing(image, DIAG_IMAGE_MODULE, need, "module", name,
			       arena_printf(image->arena, "kernel %s has none of that name",
					    image->modules->release));
}

/* --- file systems --------------------------------------------------------- */

enum checker {
	CHECKER_UNUSUAL, /* taken if it is there */
	CHECKER_USUAL,	 /* its absence deserves a note */
	CHECKER_IDLE, /* fsck.TYPE is a script that does nothing: the kernel checks at the mount */
	NO_MODULE,    /* always in the kernel, and nothing to check */
};

static const struct {
	const char *type;
	enum checker checker;
} file_systems[] = {
	{"ext2", CHECKER_USUAL},   {"ext3", CHECKER_USUAL}, {"ext4", CHECKER_USUAL},
	{"f2fs", CHECKER_USUAL},   {"jfs", CHECKER_USUAL},  {"reiserfs", CHECKER_USUAL},
	{"vfat", CHECKER_USUAL},   {"btrfs", CHECKER_IDLE}, {"xfs", CHECKER_IDLE},
	{"devtmpfs", NO_MODULE},   {"proc", NO_MODULE},	    {"ramfs", NO_MODULE},
	{"sysfs", NO_MODULE},	   {"tmpfs", NO_MODULE},    {"devpts", NO_MODULE},
	{"securityfs", NO_MODULE},
};

static enum checker checker_of(const char *type)
{
	for (size_t i = 0; i < sizeof file_systems / sizeof *file_systems; i++)
		if (strcmp(file_systems[i].type, type) == 0)
			return file_systems[i].checker;
	return CHECKER_UNUSUAL;
}

static bool is_there(const struct image *image, const char *path)
{
	struct path_walk walk;

	return path_walk(image->arena, image->root_fd, path, &walk) == 0;
}

static void add_checker(struct image *image, const char *type, struct need need)
{
	const char *path = arena_printf(image->arena, "/sbin/fsck.%s", type);
	enum checker checker = checker_of(type);

	need.optional = true;
	if (checker == CHECKER_USUAL || (checker == CHECKER_UNUSUAL && is_there(image, path)))
		(void)content_add(image, path, need);
	/* It can change what a check does: e2fsck.conf(5), broken_system_clock. */
	if (strncmp(type, "ext", 3) == 0 && is_there(image, "/etc/e2fsck.conf"))
		(void)content_add(image, "/etc/e2fsck.conf", need);
}

const char *items_mount_helper(const struct image *image, const char *type)
{
	const char *path = arena_printf(image->arena, "/sbin/mount.%s", type);

	return is_there(image, path) ? path : NULL;
}

static module_list find_file_system(struct modules *modules, const char *alias, const char *type)
{
	module_list found = modules_lookup(modules, alias);

	/* Some modules, and all of some kernels, have no alias of the type. */
	return found.count > 0 ? found : modules_lookup(modules, type);
}

static void add_file_system(struct image *image, const char *type, struct need need)
{
	const char *alias = arena_printf(image->arena, "fs-%s", type);
	const char *helper = items_mount_helper(image, type);
	module_list found;

	if (checker_of(type) == NO_MODULE)
		return;
	found = find_file_system(image->modules, alias, type);
	if (helper != NULL) {
		module_list fuse = modules_lookup(image->modules, "fuse");

		(void)content_add(image, helper, need);
		if (found.count == 0)
			found = fuse; /* it is all that the kernel has of such a file system */
		else if (fuse.count > 0)
			(void)modules_add(image, fuse.item[0], need);
	}
	if (found.count == 0) {
		report_missing(image, DIAG_IMAGE_MODULE, need, "module for file system", type,
			       arena_printf(image->arena, "kernel %s has no module %s or %s",
					    image->modules->release, alias, type));
		return;
	}
	for (size_t i = 0; i < found.count; i++) {
		(void)modules_add(image, found.item[i], need);
		if (!found.item[i]->builtin && strcmp(found.item[i]->name, type) != 0)
			put_alias(image, alias, found.item[i]);
	}
	if ((image->without & PART_FSCK) == 0)
		add_checker(image, type, need);
}

/* --- encrypted devices ---------------------------------------------------- */

/* A key is its bytes: no library or interpreter follows from it. */
static void add_key(struct image *image, const struct manifest_item *item, struct need need)
{
	const char *colon = strrchr(item->name, ':'), *source;
	struct path_walk walk;
	unsigned char *data = NULL;
	size_t size;

	source = colon != NULL
			 ? arena_strndup(image->arena, item->name, (size_t)(colon - item->name))
			 : item->name;
	if (colon != NULL && path_walk(image->arena, image->root_fd, source, &walk) == 0 &&
	    S_ISREG(walk.status.st_mode))
		data = path_read(image->arena, image->root_fd, walk.path, &size);
	if (data == NULL)
		report_missing(image, DIAG_IMAGE_PROGRAM, need, "key file", source, NULL);
	else
		(void)tree_file(image->tree, colon + 1 + strspn(colon + 1, "/"), data, size, 0600,
				need);
}

/* As cryptsetup-initramfs makes it; who opens the devices here has it all from the blob. */
static void add_table(struct image *image, const struct manifest *manifest)
{
	struct need need = {.why = "cryptroot-unlock", .span = {.name = "/cryptroot/crypttab"}};
	const char *table = "";

	for (size_t i = 0; i < manifest->items.count; i++)
		if (manifest->items.item[i].kind == MANIFEST_CRYPTTAB)
			table = arena_printf(image->arena, "%s%s\n", table,
					     manifest->items.item[i].name);
	if (*table != '\0')
		(void)tree_file(image->tree, "cryptroot/crypttab", (const unsigned char *)table,
				strlen(table), 0644, need);
}

/* --- files at another place ------------------------------------------------ */

/* "SOURCE:PLACE": a file of the sysroot. */
static void add_placed(struct image *image, const char *what, const char *name, struct need need)
{
	const char *colon = strrchr(name, ':');
	const char *source = arena_strndup(image->arena, name, (size_t)(colon - name)), *error;
	struct path_walk walk;
	unsigned char *data;
	size_t size;

	error = path_walk(image->arena, image->root_fd, source, &walk) < 0 ? strerror(errno) : NULL;
	data = error == NULL ? path_read(image->arena, image->root_fd, walk.path, &size) : NULL;
	if (data == NULL)
		report_missing(image, DIAG_IMAGE_PROGRAM, need, what, source,
			       error != NULL ? error : strerror(errno));
	else
		(void)content_add_bytes(image, colon + 1, data, size, walk.status.st_mode, need);
}

/* What the machine has not got, its administrator does not look for. */
static void add_tool(struct image *image, const char *name, struct need need)
{
	const char *path = arena_strndup(image->arena, name, strcspn(name, ":"));

	if ((image->without & PART_SHELL) != 0 || !is_there(image, path))
		return;
	if (strcmp(path, name) == 0)
		(void)content_add(image, path, need);
	else
		add_placed(image, "program", name, need);
}

/* --- boot scripts --------------------------------------------------------- */

static void add_script(struct image *image, const struct manifest_item *item, struct need need)
{
	const char *colon = strrchr(item->name, ':');

	if (colon == NULL)
		report_missing(image, DIAG_IMAGE_PROGRAM, need, "script", item->name, NULL);
	else if (item->kind == MANIFEST_HOST_SCRIPT)
		(void)content_add_host(
			image,
			arena_strndup(image->arena, item->name, (size_t)(colon - item->name)),
			colon + 1, need);
	else
		add_placed(image, "script", item->name, need);
}

/* As mkinitramfs writes it. */
static void add_architecture(struct image *image, const char *name, struct need need)
{
	const char *text = arena_printf(image->arena, "DPKG_ARCH=%s\n", name);

	(void)content_add_bytes(image, "conf/arch.conf", (const unsigned char *)text, strlen(text),
				0644, need);
}

/* As mkinitramfs makes them, for programs of scripts that ask what is mounted. */
static void add_mount_tables(struct image *image, struct need need)
{
	(void)content_add_bytes(image, "etc/fstab", (const unsigned char *)"", 0, 0644, need);
	(void)tree_link(image->tree, "etc/mtab", "/proc/mounts", need);
}

/* Said once: nobody should be surprised by a script that does not find its program. */
static void note_hooks(struct image *image, const struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->items.count; i++) {
		const struct manifest_item *item = &manifest->items.item[i];

		if (item->kind != MANIFEST_SCRIPT && item->kind != MANIFEST_HOST_SCRIPT)
			continue;
		diag_report(image->diag, DIAG_IMAGE_HOOKS, item->span,
			    "--no-scripts makes an image without them",
			    "boot scripts run in this image without what their hooks would add");
		return;
	}
}

static void add_item(struct image *image, const struct manifest_item *item)
{
	struct need need = need_of(image, item);

	switch (item->kind) {
	case MANIFEST_BINARY:
		add_binary(image, item->name, need);
		break;
	case MANIFEST_MODULE:
		add_module(image, item->name, need);
		break;
	case MANIFEST_FILESYSTEM:
		add_file_system(image, item->name, need);
		break;
	case MANIFEST_FILE:
		(void)content_add(image, item->name, need);
		break;
	case MANIFEST_CONFIGURATION:
		add_placed(image, "configuration file", item->name, need);
		break;
	case MANIFEST_ARCHITECTURE:
		add_architecture(image, item->name, need);
		add_mount_tables(image, need);
		break;
	case MANIFEST_SCRIPT:
	case MANIFEST_HOST_SCRIPT:
		add_script(image, item, need);
		break;
	case MANIFEST_KEY:
		add_key(image, item, need);
		break;
	case MANIFEST_NETWORK: /* drivers.c */
		image->network = need.why;
		break;
	case MANIFEST_TOOL:
		add_tool(image, item->name, need);
		break;
	case MANIFEST_CRYPTTAB: /* add_table */
	case MANIFEST_ORDER:	/* orders.c */
	case MANIFEST_KIND_COUNT:
		break;
	}
}

void items_add_files(struct image *image, const struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->items.count; i++)
		if (manifest->items.item[i].kind == MANIFEST_BINARY ||
		    manifest->items.item[i].kind == MANIFEST_FILE)
			add_item(image, &manifest->items.item[i]);
}

bool items_kernel_has(struct modules *modules, const struct manifest_item *item)
{
	if (item->kind == MANIFEST_MODULE)
		return modules_pick(modules, item->name).count > 0;
	return checker_of(item->name) == NO_MODULE ||
	       find_file_system(modules, arena_printf(modules->arena, "fs-%s", item->name),
				item->name)
			       .count > 0;
}

static void add_usual_file_systems(struct image *image)
{
	static const char *const usual[] = {"btrfs", "ext4", "f2fs", "xfs"};
	struct need need = {
		.why = "root file system of any type",
		.span = {.name = "--generic"},
		.optional = true,
	};

	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
		add_file_system(image, usual[i], need);
}

void items_add(struct image *image, const struct manifest *manifest, bool generic)
{
	bool has_file_system = false;

	for (size_t i = 0; i < manifest->items.count; i++) {
		const struct manifest_item *item = &manifest->items.item[i];

		has_file_system = has_file_system || item->kind == MANIFEST_FILESYSTEM;
		add_item(image, item);
	}
	add_table(image, manifest);
	orders_add(image, manifest);
	if (!image->hooks_ran)
		note_hooks(image, manifest);
	if (has_file_system)
		return;
	if (generic)
		add_usual_file_systems(image);
	else
		diag_report(image->diag, DIAG_IMAGE_NO_FILE_SYSTEM,
			    (struct span){.name = "the graph"}, NULL,
			    "names no type for the root file system");
}
