#include "modules.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <libkmod.h>
#include <string.h>

#include "image.h"
#include "path.h"

/* --- opening -------------------------------------------------------------- */

static void report_release(struct modules *modules, const char *reason)
{
	path_names releases = path_list(modules->arena, modules->root_fd, "/lib/modules", "*");
	const char *hint = "the sysroot has no kernel's modules at all";
	struct span span = {.name = "--kernel"};

	for (size_t i = 0; i < releases.count; i++)
		hint = i == 0 ? arena_printf(modules->arena, "the sysroot has those of %s",
					     releases.item[i])
			      : arena_printf(modules->arena, "%s, %s", hint, releases.item[i]);
	diag_report(modules->diag, DIAG_IMAGE_KERNEL, span, hint, "%s: %s", modules->release,
		    reason);
}

/* libkmod says what it cannot do in its return values; by itself it would write to stderr. */
static void ignore_log(void *data, int priority, const char *file, int line, const char *function,
		       const char *format, va_list arguments)
{
	(void)data, (void)priority, (void)file, (void)line, (void)function, (void)format,
		(void)arguments;
}

static bool open_kmod(struct modules *modules, const char *root)
{
	VEC(const char *) directories = {0};
	const char *top = strcmp(root, "/") == 0 ? "" : root;

	for (size_t i = 0; i < modules->config->directories.count; i++)
		vec_push(modules->arena, &directories,
			 arena_printf(modules->arena, "%s/%s", top,
				      modules->config->directories.item[i]));
	vec_push(modules->arena, &directories, NULL);
	modules->kmod = kmod_new(arena_printf(modules->arena, "%s/%s", top, modules->directory),
				 directories.item);
	if (modules->kmod == NULL)
		return false;
	kmod_set_log_fn(modules->kmod, ignore_log, NULL);
	return kmod_load_resources(modules->kmod) == 0;
}

struct modules *modules_open(struct arena *arena, struct diag *diag, const char *root, int root_fd,
			     const char *release, const struct facts *facts)
{
	struct modules *modules = arena_alloc(arena, sizeof *modules);
	struct path_walk walk;

	modules->arena = arena;
	modules->diag = diag;
	modules->root_fd = root_fd;
	modules->release = release;
	modules->facts = facts;
	if (*release == '\0' || strchr(release, '/') != NULL || *release == '.' ||
	    path_walk(arena, root_fd, arena_printf(arena, "/lib/modules/%s", release), &walk) < 0) {
		report_release(modules, "no such kernel in the sysroot");
		return NULL;
	}
	modules->directory = walk.path;
	modules->config = module_config_read(arena, root_fd);
	if (path_walk(arena, root_fd, arena_printf(arena, "%s/modules.dep.bin", walk.path), &walk) <
		    0 ||
	    !open_kmod(modules, root)) {
		report_release(modules, "its modules have no index that can be read; "
					"run depmod for it");
		modules_close(modules);
		return NULL;
	}
	return modules;
}

void modules_close(struct modules *modules)
{
	if (modules->kmod != NULL)
		kmod_unref(modules->kmod);
	modules->kmod = NULL;
}

/* --- looking up ----------------------------------------------------------- */

/* Path below the modules' directory, or NULL. */
static const char *relative_path(struct modules *modules, const struct kmod_module *kmod)
{
	const char *path = kmod_module_get_path(kmod);
	const char *directory = kmod_get_dirname(modules->kmod);
	size_t length = strlen(directory);

	if (path == NULL || strncmp(path, directory, length) != 0 || path[length] != '/')
		return NULL;
	return arena_strdup(modules->arena, path + length + 1);
}

/* The module's one struct, by name; NULL for a name that libkmod knows and the kernel does not. */
static struct module *intern(struct modules *modules, struct kmod_module *kmod)
{
	const char *name = kmod_module_get_name(kmod);
	struct module *module;

	for (size_t i = 0; i < modules->known.count; i++)
		if (strcmp(modules->known.item[i]->name, name) == 0)
			return modules->known.item[i];
	module = arena_alloc(modules->arena, sizeof *module);
	module->name = arena_strdup(modules->arena, name);
	module->path = relative_path(modules, kmod);
	/* The one state that libkmod knows without asking the running kernel. */
	module->builtin =
		module->path == NULL && kmod_module_get_initstate(kmod) == KMOD_MODULE_BUILTIN;
	if (module->path == NULL && !module->builtin)
		return NULL;
	vec_push(modules->arena, &modules->known, module);
	return module;
}

static module_list intern_list(struct modules *modules, struct kmod_list *list)
{
	module_list found = {0};
	struct kmod_list *item;

	kmod_list_foreach(item, list)
	{
		struct kmod_module *kmod = kmod_module_get_module(item);
		struct module *module = intern(modules, kmod);

		if (module != NULL)
			vec_push(modules->arena, &found, module);
		kmod_module_unref(kmod);
	}
	return found;
}

module_list modules_lookup(struct modules *modules, const char *name)
{
	struct kmod_list *list = NULL;
	module_list found = {0};

	if (kmod_module_new_from_lookup(modules->kmod, name, &list) < 0)
		return found;
	found = intern_list(modules, list);
	kmod_module_unref_list(list);
	return found;
}

struct module *modules_by_path(struct modules *modules, const char *path)
{
	const char *name = path_name(path);
	module_list found =
		modules_lookup(modules, arena_strndup(modules->arena, name, strcspn(name, ".")));

	for (size_t i = 0; i < found.count; i++)
		if (found.item[i]->path != NULL && strcmp(found.item[i]->path, path) == 0)
			return found.item[i];
	return NULL;
}

bool module_alias_is_device(const char *alias)
{
	return strchr(alias, ':') != NULL && strncmp(alias, "cpu:", 4) != 0;
}

/* Whether a module is made for the processor that the facts name. */
static bool suits_processor(struct modules *modules, struct module *module)
{
	if (modules->facts == NULL || modules->facts->cpu == NULL || module->builtin ||
	    !module_read_info(modules, module))
		return false;
	for (size_t i = 0; i < module->aliases.count; i++)
		if (strncmp(module->aliases.item[i], "cpu:", 4) == 0 &&
		    fnmatch(module->aliases.item[i], modules->facts->cpu, 0) == 0)
			return true;
	return false;
}

/* One algorithm, "crypto-crc32c", may have several implementations. The one in plain C answers to
 * the alias with "-generic" appended and runs on every processor, so it is the one to have; the
 * kernel takes the fastest of those it has, so one for the processor of the facts comes with it,
 * ahead, and may fail to load when the disk has moved to another machine. Where there is no generic
 * one, all are taken. */
module_list modules_pick(struct modules *modules, const char *alias)
{
	module_list all = modules_lookup(modules, alias), picked = {0};
	module_list generic =
		modules_lookup(modules, arena_printf(modules->arena, "%s-generic", alias));

	if (generic.count == 0)
		return all;
	for (size_t i = 0; i < all.count; i++)
		if (suits_processor(modules, all.item[i]))
			vec_push(modules->arena, &picked, all.item[i]);
	for (size_t i = 0; i < generic.count; i++)
		vec_push(modules->arena, &picked, generic.item[i]);
	return picked;
}

/* --- dependencies --------------------------------------------------------- */

static bool contains(const struct module *module, const struct module *other)
{
	for (size_t i = 0; i < module->dependencies.count; i++)
		if (module->dependencies.item[i] == other)
			return true;
	return false;
}

static void depend(struct modules *modules, struct module *module, struct module *on)
{
	if (on == module || contains(module, on))
		return;
	vec_push(modules->arena, &module->dependencies, on);
}

/* Soft dependencies that only make something faster which works without them, at the price of
 * modules to load: crc_t10dif has the table of crct10dif_common, which it needs in any case. */
static bool is_dispensable(const char *module, const char *alias)
{
	return strcmp(module, "crc_t10dif") == 0 && strcmp(alias, "crct10dif") == 0;
}

static void resolve(struct modules *modules, struct module *module);

/* The other one and what that needs itself, which has to come first. */
static void depend_fully(struct modules *modules, struct module *module, struct module *on)
{
	resolve(modules, on);
	for (size_t i = 0; i < on->dependencies.count; i++)
		depend(modules, module, on->dependencies.item[i]);
	depend(modules, module, on);
}

/* One soft dependency: a name or an alias. */
static void resolve_soft_word(struct modules *modules, struct module *module, const char *word)
{
	module_list picked = {0};

	if (!is_dispensable(module->name, word))
		picked = modules_pick(modules, word);
	for (size_t i = 0; i < picked.count; i++)
		depend_fully(modules, module, picked.item[i]);
}

/* The words after "pre:" in a softdep line; what comes "post:" is for after the boot. libkmod 30
 * forgets the blank in front of "post:". */
static void resolve_soft_line(struct modules *modules, struct module *module, const char *value)
{
	char *rest = NULL, *text = arena_strdup(modules->arena, value), *post;
	bool pre = false;

	post = strstr(text, "post:");
	if (post != NULL)
		*post = '\0';
	for (char *word = strtok_r(text, " \t", &rest); word != NULL;
	     word = strtok_r(NULL, " \t", &rest)) {
		if (pre)
			resolve_soft_word(modules, module, word);
		pre = pre || strcmp(word, "pre:") == 0;
	}
}

static void resolve_soft(struct modules *modules, struct module *module)
{
	struct kmod_config_iter *softdep = kmod_config_get_softdeps(modules->kmod);

	while (softdep != NULL && kmod_config_iter_next(softdep))
		if (strcmp(kmod_config_iter_get_key(softdep), module->name) == 0)
			resolve_soft_line(modules, module, kmod_config_iter_get_value(softdep));
	kmod_config_iter_free_iter(softdep);
}

/* modules.dep has all of a module's dependencies, not only the nearest; libkmod gives them in the
 * order to load. Each may have soft dependencies of its own. */
static void resolve_hard(struct modules *modules, struct module *module)
{
	struct kmod_module *kmod;
	struct kmod_list *list;
	module_list found;

	if (kmod_module_new_from_name(modules->kmod, module->name, &kmod) < 0)
		return;
	list = kmod_module_get_dependencies(kmod);
	found = intern_list(modules, list);
	kmod_module_unref_list(list);
	kmod_module_unref(kmod);
	for (size_t i = 0; i < found.count; i++)
		depend_fully(modules, module, found.item[i]);
}

/* Fills in the dependencies. Soft dependencies can be circular: a module that is being resolved
 * already is used as far as it has got. */
static void resolve(struct modules *modules, struct module *module)
{
	if (module->resolved)
		return;
	module->resolved = true;
	resolve_soft(modules, module);
	resolve_hard(modules, module);
}

/* --- into the image ------------------------------------------------------- */

bool module_read_info(struct modules *modules, struct module *module)
{
	struct kmod_module *kmod;
	struct kmod_list *list = NULL, *item;
	int status;

	if (module->informed)
		return true;
	if (kmod_module_new_from_name(modules->kmod, module->name, &kmod) < 0)
		return false;
	status = kmod_module_get_info(kmod, &list);
	kmod_list_foreach(item, list)
	{
		const char *key = kmod_module_info_get_key(item);
		const char *value = kmod_module_info_get_value(item);

		if (strcmp(key, "alias") == 0)
			vec_push(modules->arena, &module->aliases,
				 arena_strdup(modules->arena, value));
		if (strcmp(key, "firmware") == 0)
			vec_push(modules->arena, &module->firmware,
				 arena_strdup(modules->arena, value));
	}
	kmod_module_info_free_list(list);
	kmod_module_unref(kmod);
	module->informed = status >= 0;
	return module->informed;
}

/* The path without the suffix of a compression. */
static const char *without_suffix(struct arena *arena, const char *path)
{
	const char *suffix = strstr(path_name(path), ".ko.");

	return suffix == NULL ? path : arena_strndup(arena, path, (size_t)(suffix - path) + 3);
}

static bool add_file(struct image *image, struct module *module, struct need need)
{
	struct modules *modules = image->modules;
	struct arena *arena = image->arena;
	const char *path = arena_printf(arena, "%s/%s", modules->directory, module->path);
	struct span span = {.name = path};
	const char *error = "its .modinfo cannot be read";
	const unsigned char *data = NULL;
	struct path_walk walk;
	size_t size;

	if (path_walk(arena, image->root_fd, path, &walk) == 0)
		data = path_read(arena, image->root_fd, walk.path, &size);
	if (data == NULL) {
		diag_report(image->diag, DIAG_UNREADABLE, span, NULL, "module %s (%s): %s",
			    module->name, need.why, strerror(errno));
		return false;
	}
	data = archive_expand(arena, data, size, &size, &error);
	if (data == NULL || !module_read_info(modules, module)) {
		diag_report(image->diag, DIAG_IMAGE_DAMAGED, span, NULL, "module %s (%s): %s",
			    module->name, need.why, error);
		return false;
	}
	module->file = arena_printf(arena, "usr/lib/modules/%s/%s", modules->release,
				    without_suffix(arena, module->path));
	return tree_file(image->tree, module->file, data, size, 0644, need);
}

static bool add_one(struct image *image, struct module *module, struct need need)
{
	if (module->wanted)
		return true;
	module->wanted = true;
	if (module->builtin)
		return true;
	if (!add_file(image, module, need))
		return false;
	firmware_add(image, module);
	return true;
}

bool modules_add(struct image *image, struct module *module, struct need need)
{
	struct need below = need;
	bool fine = true;

	resolve(image->modules, module);
	below.why = arena_printf(image->arena, "needed by module %s", module->name);
	for (size_t i = 0; i < module->dependencies.count; i++)
		fine = add_one(image, module->dependencies.item[i], below) && fine;
	return add_one(image, module, need) && fine;
}
