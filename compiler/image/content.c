/* Programs and files, with all that they cannot run without. */
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* How many interpreters a script may have one after the other: the kernel's exec_binprm. */
enum { INTERPRETERS_MAX = 5 };

struct bundle_file {
	const char *path;
	const unsigned char *data;
	size_t size;
	mode_t mode;
	const char *why;
};

/* What goes into the tree together or not at all. */
struct bundle {
	struct image *image;
	struct need need;
	VEC(struct path_link) links;
	VEC(struct bundle_file) files;
	bool complete;
};

static bool gather_path(struct bundle *bundle, const char *path, const char *why, unsigned depth);

/* Reports that something cannot be had. */
static void missing(struct bundle *bundle, enum diag_id id, const char *what, const char *whose,
		    const char *reason)
{
	struct need need = bundle->need;

	bundle->complete = false;
	diag_report(bundle->image->diag, need.optional ? DIAG_IMAGE_LEFT_OUT : id, need.span, NULL,
		    "%s (%s): %s%s", what, whose, reason,
		    need.optional ? "; left out of the image" : "");
}

/* --- ELF: the loader and the libraries ------------------------------------ */

/* A program's libraries, breadth first as the loader goes about it. */
struct closure {
	struct bundle *bundle;
	VEC(struct library_object *) objects;
	VEC(const char *) loaded; /* names by which a library is found without a search */
	const char *defaults;	  /* the directory the loader itself is in */
};

static bool is_loaded(const struct closure *closure, const char *name)
{
	for (size_t i = 0; i < closure->loaded.count; i++)
		if (strcmp(closure->loaded.item[i], name) == 0)
			return true;
	return false;
}

static void enqueue(struct closure *closure, const char *path, const struct elf_object *elf,
		    const struct library_object *loader)
{
	struct arena *arena = closure->bundle->image->arena;
	struct library_object *object = arena_alloc(arena, sizeof *object);

	*object = (struct library_object){.path = path, .elf = *elf, .loader = loader};
	vec_push(arena, &closure->objects, object);
	if (elf->soname != NULL)
		vec_push(arena, &closure->loaded, elf->soname);
}

static void put_links(struct bundle *bundle, const struct path_walk *walk)
{
	for (size_t i = 0; i < walk->links.count; i++)
		vec_push(bundle->image->arena, &bundle->links, walk->links.item[i]);
}

static void put_file(struct bundle *bundle, const char *path, const unsigned char *data,
		     size_t size, mode_t mode, const char *why)
{
	struct bundle_file file = {path, data, size, mode, why};

	vec_push(bundle->image->arena, &bundle->files, file);
}

/* A library found by way of ld.so.conf would need the loader's cache, which the image does not
 * have; a link in the loader's own directory does the same. */
static void put_default_link(struct closure *closure, const char *name,
			     const struct library *library)
{
	struct arena *arena = closure->bundle->image->arena;
	struct path_link link = {
		.path = arena_printf(arena, "%s/%s", closure->defaults, name),
		.target = library->path,
	};

	vec_push(arena, &closure->bundle->links, link);
}

static void gather_library(struct closure *closure, const struct library_object *object,
			   const char *name)
{
	struct bundle *bundle = closure->bundle;
	struct image *image = bundle->image;
	const char *why = arena_printf(image->arena, "needed by /%s",
				       path_join(image->arena, "", object->path));
	struct library library;

	if (is_loaded(closure, name))
		return;
	if (!library_find(image->arena, image->root_fd, &image->libraries, object, name,
			  &library)) {
		missing(bundle, DIAG_IMAGE_LIBRARY, name, why, "no such library in the sysroot");
		return;
	}
	vec_push(image->arena, &closure->loaded, name);
	put_links(bundle, &library.walk);
	put_file(bundle, library.walk.path, library.data, library.size, library.walk.status.st_mode,
		 why);
	if (library.configured)
		put_default_link(closure, name, &library);
	enqueue(closure, library.path, &library.elf, object);
}

static bool gather_loader(struct closure *closure, const char *interpreter, const char *why)
{
	struct bundle *bundle = closure->bundle;
	struct arena *arena = bundle->image->arena;
	struct path_walk walk;

	if (!gather_path(bundle, interpreter, why, INTERPRETERS_MAX))
		return false;
	(void)path_walk(arena, bundle->image->root_fd, interpreter, &walk);
	closure->defaults = path_parent(arena, walk.path);
	/* The loader has loaded itself: nothing looks for it again. */
	vec_push(arena, &closure->loaded, path_name(interpreter));
	return true;
}

static void gather_elf(struct bundle *bundle, const char *path, const unsigned char *data,
		       size_t size)
{
	struct arena *arena = bundle->image->arena;
	const char *why = arena_printf(arena, "needed by /%s", path);
	struct closure closure = {.bundle = bundle, .defaults = "usr/lib"};
	struct elf_object elf;
	const char *error;

	if (!elf_read(arena, data, size, &elf, &error)) {
		missing(bundle, DIAG_IMAGE_DAMAGED, arena_printf(arena, "/%s", path),
			bundle->need.why, error);
		return;
	}
	if (elf.interpreter != NULL && !gather_loader(&closure, elf.interpreter, why))
		return;
	enqueue(&closure, path, &elf, NULL);
	for (size_t i = 0; i < closure.objects.count; i++) {
		const struct library_object *object = closure.objects.item[i];

		for (size_t j = 0; j < object->elf.needed.count; j++)
			gather_library(&closure, object, object->elf.needed.item[j]);
	}
}

/* --- scripts -------------------------------------------------------------- */

/* `#!/usr/bin/env NAME`: a second program is looked for in the PATH. */
static void gather_env(struct bundle *bundle, const char *name, const char *why, unsigned depth)
{
	struct image *image = bundle->image;
	const char *path = path_of_program(image->arena, image->root_fd, name);

	if (path == NULL)
		missing(bundle, DIAG_IMAGE_PROGRAM, name, why,
			"no such program in the sysroot's PATH");
	else
		(void)gather_path(bundle, path, why, depth);
}

/* The first line of a script, as the kernel reads it: binfmt_script.c */
static void gather_script(struct bundle *bundle, const char *path, const unsigned char *data,
			  size_t size, unsigned depth)
{
	struct arena *arena = bundle->image->arena;
	const char *why = arena_printf(arena, "interpreter of /%s", path);
	const char *newline = memchr(data, '\n', size);
	size_t length = newline != NULL ? (size_t)(newline - (const char *)data) : size;
	char *rest = NULL, *line, *interpreter, *argument;

	line = arena_strndup(arena, (const char *)data + 2, length - 2);
	interpreter = strtok_r(line, " \t\r", &rest);
	argument = strtok_r(NULL, " \t\r", &rest);
	if (interpreter == NULL || *interpreter != '/') {
		missing(bundle, DIAG_IMAGE_DAMAGED, arena_printf(arena, "/%s", path),
			bundle->need.why, "its #! line names no interpreter");
		return;
	}
	if (!gather_path(bundle, interpreter, why, depth + 1))
		return;
	if (strcmp(path_name(interpreter), "env") == 0 && argument != NULL && *argument != '-')
		gather_env(bundle, argument, why, depth + 1);
}

/* --- both ----------------------------------------------------------------- */

static void gather_bytes(struct bundle *bundle, const char *path, const unsigned char *data,
			 size_t size, mode_t mode, const char *why, unsigned depth)
{
	put_file(bundle, path, data, size, mode, why);
	if (elf_is_object(data, size))
		gather_elf(bundle, path, data, size);
	else if ((mode & 0111) != 0 && size > 2 && memcmp(data, "#!", 2) == 0 &&
		 depth < INTERPRETERS_MAX)
		gather_script(bundle, path, data, size, depth);
}

static bool gather_path(struct bundle *bundle, const char *path, const char *why, unsigned depth)
{
	struct image *image = bundle->image;
	struct path_walk walk;
	unsigned char *data;
	size_t size;

	if (path_walk(image->arena, image->root_fd, path, &walk) < 0) {
		missing(bundle, DIAG_IMAGE_PROGRAM, path, why, strerror(errno));
		return false;
	}
	if (!S_ISREG(walk.status.st_mode)) {
		missing(bundle, DIAG_IMAGE_PROGRAM, path, why, "not a regular file");
		return false;
	}
	data = path_read(image->arena, image->root_fd, walk.path, &size);
	if (data == NULL) {
		missing(bundle, DIAG_UNREADABLE, path, why, strerror(errno));
		return false;
	}
	put_links(bundle, &walk);
	gather_bytes(bundle, walk.path, data, size, walk.status.st_mode, why, depth);
	return true;
}

/* A link of the sysroot at its place in the image. */
static bool add_link(struct image *image, struct path_link link, struct need need)
{
	const char *placed = tree_place(image->tree, link.path);
	const char *target = link.target;
	const struct tree_entry *there = tree_find(image->tree, link.path);
	const char *parent = path_parent(image->arena, link.path);

	/* bin, lib and the like are the layout's. */
	if (there != NULL && strchr(link.path, '/') == NULL)
		return true;
	/* In a sysroot without a merged /usr the link has moved, so a relative target has to be
	 * told from the top; and it may have become a link to itself. */
	if (strcmp(placed, link.path) != 0 && *target != '/')
		target = arena_printf(image->arena, "/%s", path_join(image->arena, parent, target));
	if (strcmp(tree_place(image->tree, target), placed) == 0)
		return true;
	return tree_link(image->tree, placed, target, need);
}

static bool commit(const struct bundle *bundle)
{
	struct image *image = bundle->image;
	bool fine = bundle->complete;

	if (!bundle->complete)
		return false;
	for (size_t i = 0; i < bundle->links.count; i++)
		fine = add_link(image, bundle->links.item[i], bundle->need) && fine;
	for (size_t i = 0; i < bundle->files.count; i++) {
		const struct bundle_file *file = &bundle->files.item[i];
		struct need need = {.why = file->why, .span = bundle->need.span};

		fine = tree_file(image->tree, file->path, file->data, file->size, file->mode,
				 need) &&
		       fine;
	}
	return fine;
}

bool content_add(struct image *image, const char *path, struct need need)
{
	struct bundle bundle = {.image = image, .need = need, .complete = true};

	(void)gather_path(&bundle, path, need.why, 0);
	return commit(&bundle);
}

bool content_add_bytes(struct image *image, const char *path, const unsigned char *data,
		       size_t size, mode_t mode, struct need need)
{
	struct bundle bundle = {.image = image, .need = need, .complete = true};

	path += strspn(path, "/");
	gather_bytes(&bundle, path, data, size, mode, need.why, 0);
	return commit(&bundle);
}

bool content_add_host(struct image *image, const char *source, const char *path, struct need need)
{
	struct span span = {.name = source};
	struct stat status;
	unsigned char *data = NULL;
	size_t size;

	if (stat(source, &status) == 0)
		data = path_read(image->arena, AT_FDCWD, source, &size);
	if (data == NULL) {
		diag_report(image->diag, DIAG_UNREADABLE, span, NULL, "cannot be read: %s",
			    strerror(errno));
		return false;
	}
	return content_add_bytes(image, path, data, size, status.st_mode, need);
}
