#include "prune.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../graph.h"
#include "../scripts/uses.h"
#include "elf.h"
#include "path.h"

/* ORDER names[] */
enum category { MODULE, FIRMWARE, UDEV, KLIBC, SCRIPT, INIT, LIBRARY, OTHER, CATEGORY_COUNT };

static const char *const names[CATEGORY_COUNT] = {"modules", "firmware", "udev",      "klibc",
						  "scripts", "init",	 "libraries", "the rest"};

struct found {
	const char *path;
	enum category category;
	size_t size;
	const char *target;    /* of a link, else NULL */
	struct elf_object elf; /* empty if it is none */
	bool kept;
};

struct called {
	const char *program, *script;
};

struct pruning {
	struct arena *arena;
	struct diag *diag;
	struct tree *tree;
	int fd;
	const char *name;
	VEC(struct found *) found;
	VEC(struct called) called; /* programs that scripts of the graph call */
	const char *opaque;	   /* the first of them that may call anything, or NULL */
};

static bool failed(struct pruning *pruning, const char *path)
{
	diag_report(
		pruning->diag, DIAG_UNWRITABLE,
		(struct span){.name = arena_printf(pruning->arena, "%s/%s", pruning->name, path)},
		NULL, "cannot be left out: %s", strerror(errno));
	return false;
}

/* --- what scripts call ----------------------------------------------------- */

static void take_uses(struct pruning *pruning, const char *script, const struct script_uses *uses)
{
	if (pruning->opaque == NULL && (uses == NULL || uses->opaque))
		pruning->opaque = script;
	for (size_t i = 0; uses != NULL && i < uses->uses.count; i++)
		if (uses->uses.item[i].kind == USE_PROGRAM || uses->uses.item[i].kind == USE_DAEMON)
			vec_push(pruning->arena, &pruning->called,
				 ((struct called){path_name(uses->uses.item[i].name), script}));
}

static void collect_uses(struct pruning *pruning, const struct compilation *compilation)
{
	for (size_t i = 0; i < compilation->graph->nodes.count; i++) {
		const struct unit *unit = compilation->graph->nodes.item[i].unit;
		const struct phase *phase;
		const char *slash;

		if (unit == NULL || !unit->script)
			continue;
		slash = strrchr(unit->name.text, '/');
		phase = script_tree_phase(compilation->model->scripts,
					  arena_strndup(pruning->arena, unit->name.text,
							(size_t)(slash - unit->name.text)));
		take_uses(pruning, unit->name.text,
			  script_uses_read(pruning->arena, phase->name,
					   phase_script(phase, slash + 1)));
	}
}

/* The first script that calls it, or NULL. */
static const char *caller(const struct pruning *pruning, const char *program)
{
	for (size_t i = 0; i < pruning->called.count; i++)
		if (strcmp(pruning->called.item[i].program, program) == 0)
			return pruning->called.item[i].script;
	return NULL;
}

static bool uses(const struct pruning *pruning, const char *program)
{
	return pruning->opaque != NULL || caller(pruning, program) != NULL;
}

/* --- what is there ---------------------------------------------------------- */

static bool begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_udev(const char *path)
{
	static const char *const places[] = {"usr/lib/udev/", "etc/udev/",
					     "usr/lib/systemd/network/", "etc/systemd/network/"};
	const char *name = path_name(path);

	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (begins(path, places[i]))
			return true;
	return strcmp(name, "udevadm") == 0 || strcmp(name, "systemd-udevd") == 0;
}

static bool is_klibc(const struct found *found)
{
	return begins(path_name(found->path), "klibc-") ||
	       (found->elf.interpreter != NULL &&
		begins(path_name(found->elf.interpreter), "klibc-"));
}

/* lib*.so*, in a directory of the loader; what is further below is opened by its name. */
static bool is_library(struct arena *arena, const char *path)
{
	const char *name = path_name(path), *directory = path_parent(arena, path);

	if (!begins(name, "lib") || strstr(name, ".so") == NULL)
		return false;
	return strcmp(directory, "usr/lib") == 0 || strcmp(directory, "usr/lib64") == 0 ||
	       (begins(directory, "usr/lib/") && strstr(directory, "-linux-") != NULL &&
		strchr(directory + strlen("usr/lib/"), '/') == NULL);
}

static enum category category_of(struct arena *arena, const struct found *found)
{
	if (begins(found->path, "usr/lib/modules/"))
		return strstr(path_name(found->path), ".ko") != NULL ? MODULE : OTHER;
	if (begins(found->path, "usr/lib/firmware/"))
		return FIRMWARE;
	if (is_udev(found->path))
		return UDEV;
	if (is_klibc(found))
		return KLIBC;
	if (begins(found->path, "scripts/"))
		return SCRIPT;
	if (strcmp(found->path, "init") == 0)
		return INIT;
	return is_library(arena, found->path) ? LIBRARY : OTHER;
}

static void read_elf(const struct pruning *pruning, struct found *found)
{
	size_t size;
	const char *error;
	unsigned char *data = path_read(pruning->arena, pruning->fd, found->path, &size);

	if (data == NULL || !elf_is_object(data, size) ||
	    !elf_read(pruning->arena, data, size, &found->elf, &error))
		found->elf = (struct elf_object){0}; /* then it needs nothing, and is kept */
}

static void find(struct pruning *pruning, const char *path, const struct stat *status)
{
	struct found *found = arena_alloc(pruning->arena, sizeof *found);
	char target[4096];
	ssize_t length;

	found->path = path;
	found->size = (size_t)status->st_size;
	if (S_ISLNK(status->st_mode)) {
		length = readlinkat(pruning->fd, path, target, sizeof target);
		found->target =
			arena_strndup(pruning->arena, target, length > 0 ? (size_t)length : 0);
	} else if (S_ISREG(status->st_mode) && !begins(path, "usr/lib/modules/") &&
		   !begins(path, "usr/lib/firmware/")) {
		read_elf(pruning, found);
	}
	found->category = category_of(pruning->arena, found);
	vec_push(pruning->arena, &pruning->found, found);
}

static bool walk(struct pruning *pruning, const char *directory)
{
	int fd = openat(pruning->fd, *directory != '\0' ? directory : ".",
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	bool fine = true;

	if (stream == NULL) {
		if (fd >= 0)
			close(fd);
		return failed(pruning, directory);
	}
	while (fine && (entry = readdir(stream)) != NULL) {
		const char *path = path_join(pruning->arena, directory, entry->d_name);
		struct stat status;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (fstatat(pruning->fd, path, &status, AT_SYMLINK_NOFOLLOW) < 0)
			fine = failed(pruning, path);
		else if (S_ISDIR(status.st_mode))
			fine = walk(pruning, path);
		else
			find(pruning, path, &status);
	}
	closedir(stream);
	return fine;
}

/* --- what stays ------------------------------------------------------------- */

/* Of the scripts those that the graph runs, what they source, and those of the rescue shell. */
static bool keeps_script(const struct pruning *pruning, const char *path)
{
	const char *below = path + strlen("scripts/");

	return pruning->opaque != NULL || strchr(below, '/') == NULL || begins(below, "panic/");
}

static bool keeps(struct pruning *pruning, const struct found *found)
{
	const char *name = path_name(found->path);

	if (found->category == INIT)
		return false; /* its name is wanted for another */
	if (tree_find(pruning->tree, found->path) != NULL)
		return true;
	switch (found->category) {
	case MODULE:
	case FIRMWARE:
		return uses(pruning, "modprobe");
	case UDEV:
		return uses(pruning, "udevadm") || uses(pruning, "systemd-udevd");
	case KLIBC:
		/* the loader of the others is found by them, below */
		return !begins(name, "klibc-") &&
		       (uses(pruning, name) || (strcmp(name, "sh") == 0 &&
						tree_find(pruning->tree, "usr/bin/sh") == NULL));
	case SCRIPT:
		return keeps_script(pruning, found->path);
	case LIBRARY:
		return false;
	case INIT:
	case OTHER:
	case CATEGORY_COUNT:
		break;
	}
	return true;
}

static void keep_named(struct pruning *pruning, const char *name);

/* With it stays what it cannot run without. */
static void keep(struct pruning *pruning, struct found *found)
{
	if (found->kept)
		return;
	found->kept = true;
	if (found->target != NULL)
		keep_named(pruning, path_name(found->target));
	if (found->elf.interpreter != NULL)
		keep_named(pruning, path_name(found->elf.interpreter));
	for (size_t i = 0; i < found->elf.needed.count; i++)
		keep_named(pruning, found->elf.needed.item[i]);
}

/* By the last part of the path alone: two libraries of one name both stay. */
static void keep_named(struct pruning *pruning, const char *name)
{
	for (size_t i = 0; i < pruning->found.count; i++)
		if (strcmp(path_name(pruning->found.item[i]->path), name) == 0)
			keep(pruning, pruning->found.item[i]);
}

/* --- what goes -------------------------------------------------------------- */

/* Directories that are empty now, from the inside out. */
static void drop_directories(const struct pruning *pruning, const char *path)
{
	const char *parent = path_parent(pruning->arena, path);

	if (*parent != '\0' && unlinkat(pruning->fd, parent, AT_REMOVEDIR) == 0)
		drop_directories(pruning, parent);
}

/* Who wants an image to be small looks for the script that keeps it from that. */
static void say_why(const struct pruning *pruning, FILE *out)
{
	const char *loads = caller(pruning, "modprobe"), *udev = caller(pruning, "udevadm");

	if (pruning->opaque != NULL) {
		fprintf(out,
			"bootgraph: all that a script may run stays for %s, which may run what "
			"nobody can tell before the boot\n",
			pruning->opaque);
		return;
	}
	if (loads != NULL)
		fprintf(out, "bootgraph: what modprobe loads stays for %s, which runs modprobe\n",
			loads);
	if (udev == NULL)
		udev = caller(pruning, "systemd-udevd");
	if (udev != NULL)
		fprintf(out, "bootgraph: udev stays for %s, which wants it\n", udev);
}

static void say(const size_t *dropped, size_t total, FILE *out)
{
	size_t sum = 0;
	const char *separator = ": ";

	for (size_t i = 0; i < CATEGORY_COUNT; i++)
		sum += dropped[i];
	fprintf(out, "bootgraph: left out %.1f MB of %.1f MB", (double)sum / 1e6,
		(double)total / 1e6);
	for (size_t i = 0; i < CATEGORY_COUNT; i++)
		if (dropped[i] > 0) {
			fprintf(out, "%s%s %.1f", separator, names[i], (double)dropped[i] / 1e6);
			separator = ", ";
		}
	fputc('\n', out);
}

static bool drop(struct pruning *pruning, FILE *out)
{
	size_t dropped[CATEGORY_COUNT] = {0}, total = 0;

	for (size_t i = 0; i < pruning->found.count; i++) {
		const struct found *found = pruning->found.item[i];

		total += found->size;
		if (found->kept)
			continue;
		if (unlinkat(pruning->fd, found->path, 0) < 0)
			return failed(pruning, found->path);
		drop_directories(pruning, found->path);
		dropped[found->category] += found->size;
	}
	say_why(pruning, out);
	say(dropped, total, out);
	return true;
}

bool prune(const struct compilation *compilation, struct tree *tree, int fd, const char *name,
	   FILE *out)
{
	struct pruning pruning = {
		.arena = compilation->arena,
		.diag = compilation->diag,
		.tree = tree,
		.fd = fd,
		.name = name,
	};

	if (compilation->model->scripts != NULL)
		collect_uses(&pruning, compilation);
	if (!walk(&pruning, ""))
		return false;
	for (size_t i = 0; i < pruning.found.count; i++)
		if (keeps(&pruning, pruning.found.item[i]))
			keep(&pruning, pruning.found.item[i]);
	return drop(&pruning, out);
}
