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

/* In the order in which a boot from a local disk comes to them: specs/scripts.md. */
static const char *const boot_order[] = {
	"hooks",	  "hooks-etc",	  "init-top",	"init-premount", "local-top",
	"local-block",	  "local-premount", "nfs-top",	"nfs-premount",	 "nfs-bottom",
	"local-bottom", "init-bottom",	  "panic",
};

enum { BOOT_ORDER_COUNT = sizeof boot_order / sizeof boot_order[0] };

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

static bool is_below(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	return strncmp(path, directory, length) == 0 && path[length] == '/';
}

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

bool script_tree_has_order(const struct script_tree *tree, const char *phase)
{
	for (size_t i = 0; i < tree->image.count; i++)
		if (is_below(tree->image.item[i].path, phase))
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

static struct image_script *image_find(const struct script_tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->image.count; i++)
		if (strcmp(tree->image.item[i].path, path) == 0)
			return &tree->image.item[i];
	return NULL;
}

/* Whether cp and mkdir -p find a directory where a file is to be, or a file where a directory. */
static bool has_no_place(const struct script_tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->image.count; i++)
		if (is_below(tree->image.item[i].path, path) ||
		    is_below(path, tree->image.item[i].path))
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
		return "mkinitramfs copies no symbolic links";
	case SKIP_NOT_FILE:
		return "mkinitramfs copies only regular files";
	case SKIP_DEEP:
		return "mkinitramfs looks no deeper into /etc than scripts/PHASE/NAME";
	default:
		return "it is not copied";
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
	struct image_script *masked = image_find(tree, path);
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
		if (!layer_find(tree->arena, &tree->layers[place], path, &entry))
			return NULL;
	}
	return new_script(tree, name, place, path, &entry);
}

static int compare_images(const void *a, const void *b)
{
	return strcmp(((const struct image_script *)a)->path, ((const struct image_script *)b)->path);
}

static void add_image_scripts(struct script_tree *tree)
{
	if (tree->image.count > 1)
		qsort(tree->image.item, tree->image.count, sizeof *tree->image.item,
		      compare_images);
	for (size_t i = 0; i < tree->image.count; i++) {
		const char *path = tree->image.item[i].path;
		const char *slash = strrchr(path, '/');
		struct script *script;

		/* The shell's * does not see names with a dot in front. */
		if (slash == NULL || slash[1] == '.')
			continue;
		script = script_of_image(tree, path, slash + 1);
		if (script == NULL)
			continue;
		if ((script->mode & 0111) == 0)
			script->skip = SKIP_MODE;
		add_script(tree, arena_strndup(tree->arena, path, (size_t)(slash - path)), false,
			   script);
	}
}

/* Whether the image has this very file. */
static bool is_copied(const struct script_tree *tree, const struct script *script, const char *path)
{
	const struct image_script *image = image_find(tree, path);

	return image != NULL && image->root_fd == script->root_fd &&
	       strcmp(image->source, script->path) == 0;
}

/* A file of /etc that was left out although /usr/share has one of its name, and a copy that is the
 * same as what it replaces. */
static void find_void_masks(struct script_tree *tree, struct phase *phase)
{
	for (size_t i = 0; i < phase->scripts.count; i++) {
		struct script *mask = phase->scripts.item[i], *counts;
		struct layer_entry masked;
		const char *path = join(tree->arena, phase->name, mask->name), *why = NULL;

		if (mask->place != PLACE_ETC_SCRIPTS ||
		    !layer_find(tree->arena, &tree->layers[PLACE_SCRIPTS], path, &masked))
			continue;
		counts = phase_script(phase, mask->name);
		if (mask->skip != SKIP_NOT && mask->skip != SKIP_MODE && counts != mask)
			why = why_void(mask->skip);
		else if (mask->skip == SKIP_NOT && is_copied(tree, mask, path) &&
			 (masked.target.st_mode & 0111) != 0 &&
			 same_bytes(mask, text_read(tree->arena, masked.directory->root_fd,
						    masked.path, masked.shown)))
			why = "it is the same, byte for byte";
		if (why != NULL)
			vec_push(tree->arena, &tree->masks,
				 (struct void_mask){
					 counts,
					 {.text = mask->text, .length = 1, .name = mask->shown},
					 why});
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

		if (other == NULL || other->skip != SKIP_NOT)
			continue;
		vec_push(tree->arena, &tree->masks,
			 (struct void_mask){other,
					    {.text = hook->text, .length = 1, .name = hook->shown},
					    "hooks in /etc replace none, they run after those in "
					    "/usr/share"});
	}
}

/* --- all of it ------------------------------------------------------------------------------- */

static int compare_phases(const void *a, const void *b)
{
	const struct phase *left = a, *right = b;
	size_t left_rank = rank(left->name), right_rank = rank(right->name);

	if (left_rank != right_rank)
		return left_rank < right_rank ? -1 : 1;
	return strcmp(left->name, right->name);
}

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

	*tree = (struct script_tree){.arena = arena};
	if (!choose_directories(tree, diag, root_fd, inputs))
		return false;
	walk(tree, diag, PLACE_SCRIPTS, "", 1);
	walk(tree, diag, PLACE_ETC_SCRIPTS, "", 1);
	add_image_scripts(tree);
	collect_hooks(tree, diag, PLACE_HOOKS, "hooks");
	collect_hooks(tree, diag, PLACE_ETC_HOOKS, "hooks-etc");
	if (tree->phases.count > 1)
		qsort(tree->phases.item, tree->phases.count, sizeof *tree->phases.item,
		      compare_phases);
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
		return path != NULL && layer_find(tree->arena, &tree->layers[place], path, &entry) &&
		       S_ISREG(entry.target.st_mode);
	}
	/* mkinitramfs creates ORDER before it asks. */
	if (strcmp(name, "ORDER") == 0)
		return true;
	path = normalize(tree->arena, arena_printf(tree->arena, "%s/%s", phase->name, name));
	return path != NULL && image_find(tree, path) != NULL;
}
