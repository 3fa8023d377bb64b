#include "tree.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../source/text.h"
#include "layer.h"

enum {
	ETC_DEPTH = 2,	/* find -maxdepth 2, in mkinitramfs */
	DEPTH_MAX = 16, /* directories in directories; nobody has more than one */
};

static const char *const place_paths[PLACE_COUNT] = {
	[PLACE_SCRIPTS] = "/usr/share/initramfs-tools/scripts",
	[PLACE_ETC_SCRIPTS] = "/etc/initramfs-tools/scripts",
	[PLACE_HOOKS] = "/usr/share/initramfs-tools/hooks",
	[PLACE_ETC_HOOKS] = "/etc/initramfs-tools/hooks",
};

const char *script_place_path(enum script_place place)
{
	return place_paths[place];
}

static const char *join(struct arena *arena, const char *directory, const char *name)
{
	return *directory == '\0' ? name : arena_printf(arena, "%s/%s", directory, name);
}

/* mkinitramfs's [[:alnum:]._-], in the C locale: dash knows no other. */
static bool is_plain_name(const char *name)
{
	for (; *name != '\0'; name++)
		if (!isascii((unsigned char)*name) ||
		    (!isalnum((unsigned char)*name) && strchr("._-", *name) == NULL))
			return false;
	return true;
}

/* The list of files goes through an unquoted $(find ...): what the shell would split or expand
 * arrives as something else. */
static bool survives_splitting(const char *path)
{
	return strpbrk(path, " \t\n*?[\\") == NULL;
}

/* --- which directories ----------------------------------------------------------------------- */

static void add_directory(struct script_tree *tree, enum script_place place, int root_fd,
			  const char *path, const char *shown)
{
	vec_push(tree->arena, &tree->layers[place].directories,
		 (struct script_directory){root_fd, path, shown});
}

/* A directory that is called .../etc/initramfs-tools/scripts stands for that place, any other for
 * the one in /usr/share. */
static bool is_etc(const char *path, enum script_place etc_place)
{
	char real[PATH_MAX];
	const char *end = place_paths[etc_place];
	size_t length;

	if (realpath(path, real) == NULL)
		return false;
	length = strlen(real);
	return length >= strlen(end) && strcmp(real + length - strlen(end), end) == 0;
}

static bool add_given(struct script_tree *tree, struct diag *diag, enum script_place place,
		      const char *path)
{
	struct stat status;
	int error = stat(path, &status) < 0 ? errno : 0;

	if (error == 0 && !S_ISDIR(status.st_mode))
		error = ENOTDIR;
	if (error != 0) {
		diag_report(diag, DIAG_UNREADABLE, (struct span){.name = path}, NULL,
			    "cannot be read: %s", strerror(error));
		return false;
	}
	/* PLACE_ETC_... is the next one. */
	if (is_etc(path, place + 1))
		place++;
	add_directory(tree, place, AT_FDCWD, path, path);
	return true;
}

static bool choose_directories(struct script_tree *tree, struct diag *diag, int root_fd,
			       const struct script_inputs *inputs)
{
	bool good = true;

	if (inputs->scripts.count + inputs->hooks.count == 0) {
		for (enum script_place place = 0; place < PLACE_COUNT; place++)
			add_directory(tree, place, root_fd, place_paths[place] + 1,
				      place_paths[place] + 1);
		return true;
	}
	for (size_t i = 0; i < inputs->scripts.count; i++)
		good = add_given(tree, diag, PLACE_SCRIPTS, inputs->scripts.item[i]) && good;
	for (size_t i = 0; i < inputs->hooks.count; i++)
		good = add_given(tree, diag, PLACE_HOOKS, inputs->hooks.item[i]) && good;
	return good;
}

/* --- phases and scripts ---------------------------------------------------------------------- */

static struct phase *phase_named(struct script_tree *tree, const char *name, bool hooks)
{
	struct phase *phase = script_tree_phase(tree, name);

	if (phase != NULL)
		return phase;
	vec_push(tree->arena, &tree->phases, (struct phase){.name = name, .hooks = hooks});
	return &tree->phases.item[tree->phases.count - 1];
}

static struct script *new_script(struct script_tree *tree, const char *name,
				 enum script_place place, const char *path,
				 const struct layer_entry *entry)
{
	struct script *script = arena_alloc(tree->arena, sizeof *script);

	*script = (struct script){
		.name = name,
		.place = place,
		.installed = arena_printf(tree->arena, "%s/%s", place_paths[place], path),
		.shown = entry->shown,
		.root_fd = entry->directory->root_fd,
		.path = entry->path,
		.mode = entry->target.st_mode,
	};
	if (S_ISREG(script->mode)) {
		script->text = text_read(tree->arena, script->root_fd, script->path, script->shown);
		script->text_error = script->text == NULL ? errno : 0;
	}
	return script;
}

static void add_script(struct script_tree *tree, const char *phase, bool hooks,
		       struct script *script)
{
	struct phase *at = phase_named(tree, phase, hooks);

	vec_push(tree->arena, &at->scripts, script);
}

/* --- boot scripts: what is copied into the image --------------------------------------------- */

/* Whether cp and mkdir -p find a directory where a file is to be, or a file where a directory. */
static bool has_no_place(const struct script_tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->image.count; i++)
		if (script_path_is_below(tree->image.item[i].path, path) ||
		    script_path_is_below(path, tree->image.item[i].path))
			return true;
	return false;
}

static enum skip_reason why_not_copied(const struct script_tree *tree, enum script_place place,
				       const char *path, unsigned depth,
				       const struct layer_entry *entry)
{
	const char *slash = strrchr(path, '/');

	if (S_ISLNK(entry->self.st_mode))
		return SKIP_LINK;
	if (!S_ISREG(entry->self.st_mode))
		return SKIP_NOT_FILE;
	if (!is_plain_name(slash != NULL ? slash + 1 : path))
		return SKIP_NAME;
	if (!survives_splitting(path))
		return SKIP_DIRECTORY_NAME;
	if (place == PLACE_ETC_SCRIPTS && depth > ETC_DEPTH)
		return SKIP_DEEP;
	return has_no_place(tree, path) ? SKIP_PLACE : SKIP_NOT;
}

static const char *why_void(enum skip_reason skip)
{
	switch (skip) {
	case SKIP_LINK:
		return "this is a symbolic link, and none is copied into the image";
	case SKIP_NOT_FILE:
		return "this is no regular file, and nothing else is copied into the image";
	case SKIP_DEEP:
		return "this is deeper in /etc than scripts/PHASE/NAME";
	default:
		return "this is not copied into the image";
	}
}

static bool same_bytes(const struct script *a, const struct text *b)
{
	return a->text != NULL && b != NULL && a->text->size == b->size &&
	       memcmp(a->text->data, b->data, b->size) == 0;
}

/* Hidden files and directories are hidden on purpose. */
static bool is_hidden(const char *path)
{
	return *path == '.' || strstr(path, "/.") != NULL;
}

/* A file that is not copied: a script that will never run. */
static void leave_out(struct script_tree *tree, enum script_place place, const char *path,
		      const struct layer_entry *entry, enum skip_reason skip)
{
	const char *slash = strrchr(path, '/');
	struct script *script;

	/* Beside the phases are libraries, not scripts. */
	if (slash == NULL || is_hidden(path))
		return;
	script = new_script(tree, slash + 1, place, path, entry);
	script->skip = skip;
	add_script(tree, arena_strndup(tree->arena, path, (size_t)(slash - path)), false, script);
}

static void copy(struct script_tree *tree, const char *path, const struct layer_entry *entry)
{
	struct image_script *masked = script_tree_image(tree, path);
	struct image_script copy = {path, entry->directory->root_fd, entry->path,
				    entry->self.st_mode};

	if (masked != NULL)
		*masked = copy;
	else
		vec_push(tree->arena, &tree->image, copy);
}

static void walk(struct script_tree *tree, struct diag *diag, enum script_place place,
		 const char *path, unsigned depth)
{
	const struct script_layer *layer = &tree->layers[place];
	layer_names names = layer_list(tree->arena, diag, layer, path);

	for (size_t i = 0; i < names.count; i++) {
		const char *below = join(tree->arena, path, names.item[i]);
		struct layer_entry entry;
		enum skip_reason skip;

		/* find prunes them in /etc, but not in /usr/share. */
		if (place == PLACE_ETC_SCRIPTS && names.item[i][0] == '.')
			continue;
		if (!layer_find(tree->arena, layer, below, &entry))
			continue;
		if (S_ISDIR(entry.self.st_mode)) {
			if (depth < DEPTH_MAX)
				walk(tree, diag, place, below, depth + 1);
			continue;
		}
		skip = why_not_copied(tree, place, below, depth, &entry);
		if (skip == SKIP_NOT)
			copy(tree, below, &entry);
		else
			leave_out(tree, place, below, &entry, skip);
	}
}

/* --- boot scripts: their sources ------------------------------------------------------------- */

/* get_source() of hook-functions: /etc if it has a file of this name, whatever was copied. */
static struct script *script_of_image(struct script_tree *tree, const char *path, const char *name)
{
	enum script_place place = PLACE_ETC_SCRIPTS;
	struct layer_entry entry;

	if (!layer_find(tree->arena, &tree->layers[place], path, &entry) ||
	    !S_ISREG(entry.target.st_mode)) {
		place = PLACE_SCRIPTS;
		if (!layer_find(tree->arena, &tree->layers[place], path, &entry) ||
		    !S_ISREG(entry.target.st_mode))
			return NULL;
	}
	return new_script(tree, name, place, path, &entry);
}

static int compare_images(const void *a, const void *b)
{
	return strcmp(((const struct image_script *)a)->path,
		      ((const struct image_script *)b)->path);
}

static void add_image_script(struct script_tree *tree, const char *phase, const char *name)
{
	struct script *script =
		script_of_image(tree, arena_printf(tree->arena, "%s/%s", phase, name), name);

	if (script == NULL)
		return;
	if ((script->mode & 0111) == 0)
		script->skip = SKIP_MODE;
	add_script(tree, phase, false, script);
}

static void add_image_scripts(struct script_tree *tree)
{
	if (tree->image.count > 1)
		qsort(tree->image.item, tree->image.count, sizeof *tree->image.item,
		      compare_images);
	for (size_t i = 0; i < tree->image.count; i++) {
		const char *path = tree->image.item[i].path;
		const char *slash = strrchr(path, '/');

		/* The shell's * does not see names with a dot in front. */
		if (slash != NULL && slash[1] != '.')
			add_image_script(tree,
					 arena_strndup(tree->arena, path, (size_t)(slash - path)),
					 slash + 1);
	}
	/* By the time scripts are asked, each phase has a file ORDER, which counts like any other
	 * if there is a source of that name. */
	for (size_t i = 0; i < tree->phases.count; i++) {
		const char *phase = tree->phases.item[i].name;

		if (script_tree_has_order(tree, phase) &&
		    script_tree_image(tree, join(tree->arena, phase, "ORDER")) == NULL)
			add_image_script(tree, phase, "ORDER");
	}
}

/* Whether the image has this very file. */
static bool is_copied(const struct script_tree *tree, const struct script *script, const char *path)
{
	const struct image_script *image = script_tree_image(tree, path);

	return image != NULL && image->root_fd == script->root_fd &&
	       strcmp(image->source, script->path) == 0;
}

static void add_void_mask(struct script_tree *tree, enum script_place place, const char *path,
			  const struct script *mask, const char *why)
{
	struct span span = {.text = mask->text, .length = 1, .name = mask->shown};
	const char *masked = join(tree->arena, place_paths[place], path);

	vec_push(tree->arena, &tree->masks, (struct void_mask){masked, span, why});
}

/* A file of /etc that was left out although /usr/share has one of its name, and a copy that is the
 * same as what it replaces. */
static void find_void_masks(struct script_tree *tree, struct phase *phase)
{
	for (size_t i = 0; i < phase->scripts.count; i++) {
		struct script *mask = phase->scripts.item[i];
		struct layer_entry masked;
		const char *path = join(tree->arena, phase->name, mask->name), *why = NULL;

		if (mask->place != PLACE_ETC_SCRIPTS ||
		    !layer_find(tree->arena, &tree->layers[PLACE_SCRIPTS], path, &masked))
			continue;
		mask->masks = true;
		if (mask->skip != SKIP_NOT && mask->skip != SKIP_MODE)
			why = why_void(mask->skip);
		else if (mask->skip == SKIP_NOT && is_copied(tree, mask, path) &&
			 (masked.target.st_mode & 0111) != 0 &&
			 same_bytes(mask, text_read(tree->arena, masked.directory->root_fd,
						    masked.path, masked.shown)))
			why = "this is the same, byte for byte";
		if (why != NULL)
			add_void_mask(tree, PLACE_SCRIPTS, path, mask, why);
	}
}

/* --- hooks ----------------------------------------------------------------------------------- */

static void collect_hooks(struct script_tree *tree, struct diag *diag, enum script_place place,
			  const char *phase)
{
	const struct script_layer *layer = &tree->layers[place];
	layer_names names = layer_list(tree->arena, diag, layer, "");

	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.item[i];
		struct layer_entry entry;
		struct script *script;

		/* set_initlist() takes this name for an empty directory, and leaves. */
		if (strcmp(name, "*") == 0)
			break;
		if (name[0] == '.' || !layer_find(tree->arena, layer, name, &entry) ||
		    S_ISDIR(entry.target.st_mode))
			continue;
		script = new_script(tree, name, place, name, &entry);
		if (!is_plain_name(name))
			script->skip = SKIP_NAME;
		else if (!S_ISREG(script->mode))
			script->skip = SKIP_NOT_FILE;
		else if ((script->mode & 0111) == 0)
			script->skip = SKIP_MODE;
		add_script(tree, phase, true, script);
	}
}

static void find_doubled_hooks(struct script_tree *tree)
{
	struct phase *first = script_tree_phase(tree, "hooks");
	struct phase *second = script_tree_phase(tree, "hooks-etc");

	for (size_t i = 0; first != NULL && second != NULL && i < second->scripts.count; i++) {
		struct script *hook = second->scripts.item[i];
		struct script *other = phase_script(first, hook->name);

		if (other != NULL && other->skip == SKIP_NOT)
			add_void_mask(
				tree, PLACE_HOOKS, hook->name, hook,
				"hooks in /etc replace none, they run after those in /usr/share");
	}
}

/* --- all of it ------------------------------------------------------------------------------- */

static int compare_scripts(const void *a, const void *b)
{
	const struct script *left = *(struct script *const *)a, *right = *(struct script *const *)b;
	int names = strcmp(left->name, right->name);

	return names != 0 ? names : (int)left->place - (int)right->place;
}

bool script_tree_collect(struct arena *arena, struct diag *diag, int root_fd,
			 const struct script_inputs *inputs, struct script_tree *ret_tree)
{
	struct script_tree *tree = ret_tree;
	size_t errors = diag->count[SEVERITY_ERROR];

	*tree = (struct script_tree){.arena = arena, .releases = inputs->releases};
	if (!choose_directories(tree, diag, root_fd, inputs))
		return false;
	walk(tree, diag, PLACE_SCRIPTS, "", 1);
	walk(tree, diag, PLACE_ETC_SCRIPTS, "", 1);
	add_image_scripts(tree);
	collect_hooks(tree, diag, PLACE_HOOKS, "hooks");
	collect_hooks(tree, diag, PLACE_ETC_HOOKS, "hooks-etc");
	if (tree->phases.count > 1)
		qsort(tree->phases.item, tree->phases.count, sizeof *tree->phases.item,
		      phase_compare);
	for (size_t i = 0; i < tree->phases.count; i++) {
		struct phase *phase = &tree->phases.item[i];

		if (phase->scripts.count > 1)
			qsort(phase->scripts.item, phase->scripts.count,
			      sizeof *phase->scripts.item, compare_scripts);
		if (!phase->hooks)
			find_void_masks(tree, phase);
	}
	find_doubled_hooks(tree);
	return diag->count[SEVERITY_ERROR] == errors;
}
