#include "library.h"

#include <elf.h>
#include <string.h>

/* What one search goes by. */
struct search {
	struct arena *arena;
	int root_fd;
	const struct elf_object *wanted; /* the class and the machine to match */
	const char *name;
	struct library *found;
};

/* A candidate counts if it is an ELF file for the same machine; the loader passes over others. */
static bool try_path(struct search *search, const char *path)
{
	struct library *library = search->found;
	const char *error;

	if (path_walk(search->arena, search->root_fd, path, &library->walk) < 0 ||
	    !S_ISREG(library->walk.status.st_mode))
		return false;
	library->data =
		path_read(search->arena, search->root_fd, library->walk.path, &library->size);
	if (library->data == NULL || !elf_is_object(library->data, library->size) ||
	    !elf_read(search->arena, library->data, library->size, &library->elf, &error))
		return false;
	library->path = path;
	return library->elf.class == search->wanted->class &&
	       library->elf.machine == search->wanted->machine;
}

static bool try_directory(struct search *search, const char *directory)
{
	return try_path(search, arena_printf(search->arena, "%s/%s", directory, search->name));
}

/* A directory of DT_RPATH or DT_RUNPATH with $ORIGIN put in, or NULL if it holds another token:
 * $LIB and $PLATFORM depend on how the loader was built. */
static const char *expand_origin(struct arena *arena, const char *directory,
				 const struct library_object *object)
{
	static const char *const spellings[] = {"$ORIGIN", "${ORIGIN}"};
	const char *dollar = strchr(directory, '$');

	if (dollar == NULL)
		return directory;
	for (size_t i = 0; i < 2; i++) {
		size_t length = strlen(spellings[i]);
		const char *rest = dollar + length;

		if (strncmp(dollar, spellings[i], length) == 0 && strchr(rest, '$') == NULL)
			return arena_printf(arena, "%.*s/%s%s", (int)(dollar - directory),
					    directory, path_parent(arena, object->path), rest);
	}
	return NULL;
}

/* Colon-separated, as DT_RPATH and DT_RUNPATH are. */
static bool try_list(struct search *search, const char *list, const struct library_object *object)
{
	while (*list != '\0') {
		size_t length = strcspn(list, ":");
		const char *directory = arena_strndup(search->arena, list, length);

		list += length;
		list += strspn(list, ":");
		directory = expand_origin(search->arena, directory, object);
		if (directory != NULL && *directory == '/' && try_directory(search, directory))
			return true;
	}
	return false;
}

/* DT_RPATH of the object and of who loaded it, up to the program; not where there is a DT_RUNPATH,
 * which in turn is the object's own affair. */
static bool try_run_paths(struct search *search, const struct library_object *object)
{
	if (object->elf.runpath == NULL)
		for (const struct library_object *o = object; o != NULL; o = o->loader)
			if (o->elf.rpath != NULL && o->elf.runpath == NULL &&
			    try_list(search, o->elf.rpath, o))
				return true;
	return object->elf.runpath != NULL && try_list(search, object->elf.runpath, object);
}

/* Debian's multiarch directories: https://wiki.debian.org/Multiarch/Tuples */
static const char *multiarch_tuple(const struct elf_object *object)
{
	switch (object->machine) {
	case EM_X86_64:
		return object->class == ELFCLASS64 ? "x86_64-linux-gnu" : "x86_64-linux-gnux32";
	case EM_386:
		return "i386-linux-gnu";
	case EM_AARCH64:
		return "aarch64-linux-gnu";
	case EM_ARM:
		return "arm-linux-gnueabihf";
	case EM_RISCV:
		return "riscv64-linux-gnu";
	case EM_PPC64:
		return "powerpc64le-linux-gnu";
	case EM_S390:
		return "s390x-linux-gnu";
	case 258: /* EM_LOONGARCH, newer than some elf.h */
		return "loongarch64-linux-gnu";
	}
	return NULL;
}

enum { DEFAULTS_MAX = 6 };

/* What loaders are built with, whichever of these the distribution has. */
static size_t default_directories(struct arena *arena, const struct elf_object *object,
				  const char *directories[DEFAULTS_MAX])
{
	const char *tuple = multiarch_tuple(object);
	size_t count = 0;

	if (tuple != NULL) {
		directories[count++] = arena_printf(arena, "/lib/%s", tuple);
		directories[count++] = arena_printf(arena, "/usr/lib/%s", tuple);
	}
	if (object->class == ELFCLASS64) {
		directories[count++] = "/lib64";
		directories[count++] = "/usr/lib64";
	}
	directories[count++] = "/lib";
	directories[count++] = "/usr/lib";
	return count;
}

static bool same_directory(struct search *search, const char *a, const char *b)
{
	struct path_walk walk_a, walk_b;

	return path_walk(search->arena, search->root_fd, a, &walk_a) == 0 &&
	       path_walk(search->arena, search->root_fd, b, &walk_b) == 0 &&
	       strcmp(walk_a.path, walk_b.path) == 0;
}

/* What the loader's cache has: the configured directories, then the default ones. */
static bool try_cache(struct search *search, const struct library_paths *paths)
{
	const char *defaults[DEFAULTS_MAX];
	size_t count = default_directories(search->arena, search->wanted, defaults);

	for (size_t i = 0; i < paths->configured.count; i++) {
		const char *directory = paths->configured.item[i];

		if (!try_directory(search, directory))
			continue;
		search->found->configured = true;
		for (size_t j = 0; j < count; j++)
			if (same_directory(search, directory, defaults[j]))
				search->found->configured = false;
		return true;
	}
	for (size_t i = 0; i < count; i++)
		if (try_directory(search, defaults[i]))
			return true;
	return false;
}

bool library_find(struct arena *arena, int root_fd, const struct library_paths *paths,
		  const struct library_object *object, const char *name,
		  struct library *ret_library)
{
	struct search search = {arena, root_fd, &object->elf, name, ret_library};

	*ret_library = (struct library){0};
	if (strchr(name, '/') != NULL) {
		name = expand_origin(arena, name, object);
		return name != NULL && try_path(&search, name);
	}
	return try_run_paths(&search, object) || try_cache(&search, paths);
}
