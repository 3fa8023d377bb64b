#include "tree.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "path.h"

/* As many links as the kernel follows on one path. */
enum { LINKS_MAX = 40 };

struct tree {
	struct arena *arena;
	struct diag *diag;
	VEC(const struct tree_entry *) entries;
	void *index; /* of tsearch(3), by path */
};

struct tree *tree_open(struct arena *arena, struct diag *diag)
{
	struct tree *tree = arena_alloc(arena, sizeof *tree);

	tree->arena = arena;
	tree->diag = diag;
	return tree;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(((const struct tree_entry *)a)->path, ((const struct tree_entry *)b)->path);
}

void tree_close(struct tree *tree)
{
	while (tree->index != NULL)
		(void)tdelete(*(void **)tree->index, &tree->index, compare_paths);
}

/* The entry at exactly this path. */
static const struct tree_entry *at(struct tree *tree, const char *path)
{
	struct tree_entry key = {.path = path};
	void *found = tfind(&key, &tree->index, compare_paths);

	return found == NULL ? NULL : *(const struct tree_entry **)found;
}

const char *tree_place(struct tree *tree, const char *path)
{
	const char *placed = "", *rest = path + strspn(path, "/");
	unsigned links = 0;

	while (*rest != '\0') {
		size_t length = strcspn(rest, "/");
		const char *component = arena_strndup(tree->arena, rest, length);
		const char *next = path_join(tree->arena, placed, component);
		const struct tree_entry *entry = at(tree, next);
		bool last = rest[length] == '\0';

		rest += length;
		rest += strspn(rest, "/");
		if (last || entry == NULL || entry->kind != ENTRY_LINK || ++links > LINKS_MAX) {
			placed = next;
			continue;
		}
		rest = arena_printf(tree->arena, "%s/%s", entry->target, rest);
		if (*rest == '/')
			placed = "";
		rest += strspn(rest, "/");
	}
	return placed;
}

const struct tree_entry *tree_find(struct tree *tree, const char *path)
{
	return at(tree, tree_place(tree, path));
}

static bool same(const struct tree_entry *a, const struct tree_entry *b)
{
	if (a->kind != b->kind || a->mode != b->mode)
		return false;
	switch (a->kind) {
	case ENTRY_DIRECTORY:
		return true;
	case ENTRY_FILE:
		return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
	case ENTRY_LINK:
		return strcmp(a->target, b->target) == 0;
	case ENTRY_DEVICE:
		return a->major == b->major && a->minor == b->minor;
	}
	return false;
}

static void report_conflict(struct tree *tree, const struct tree_entry *old, struct need need)
{
	static const char *const names[] = {
		[ENTRY_DIRECTORY] = "directory",
		[ENTRY_FILE] = "file",
		[ENTRY_LINK] = "link",
		[ENTRY_DEVICE] = "device",
	};

	diag_report(tree->diag, DIAG_IMAGE_CONFLICT, need.span, NULL,
		    "/%s (%s) cannot be put into the image: a different %s of that name is there "
		    "already (%s)",
		    old->path, need.why, names[old->kind], old->why);
}

static void insert(struct tree *tree, struct tree_entry entry)
{
	struct tree_entry *kept = arena_alloc(tree->arena, sizeof *kept);

	*kept = entry;
	if (tsearch(kept, &tree->index, compare_paths) == NULL)
		abort(); /* out of memory, as the arena would end it */
	vec_push(tree->arena, &tree->entries, kept);
}

static bool add(struct tree *tree, struct tree_entry entry, struct need need)
{
	const struct tree_entry *old;
	const char *parent;

	entry.path = tree_place(tree, entry.path);
	entry.why = need.why;
	if (*entry.path == '\0')
		return true; /* the top is always there */
	old = at(tree, entry.path);
	if (old != NULL) {
		if (same(old, &entry))
			return true;
		report_conflict(tree, old, need);
		return false;
	}
	parent = path_parent(tree->arena, entry.path);
	if (*parent != '\0' && !tree_directory(tree, parent, need))
		return false;
	insert(tree, entry);
	return true;
}

bool tree_directory(struct tree *tree, const char *path, struct need need)
{
	return add(tree, (struct tree_entry){.path = path, .kind = ENTRY_DIRECTORY, .mode = 0755},
		   need);
}

/* Who may execute it and whether it is private; nothing else of a mode means anything in an image
 * that is all root's. */
static mode_t normal_mode(mode_t mode)
{
	mode_t normal = (mode & 0111) != 0 ? 0755 : 0644;

	return (mode & 0077) != 0 ? normal : normal & 0700;
}

bool tree_file(struct tree *tree, const char *path, const unsigned char *data, size_t size,
	       mode_t mode, struct need need)
{
	struct tree_entry entry = {
		.path = path,
		.kind = ENTRY_FILE,
		.mode = normal_mode(mode),
		.data = data,
		.size = size,
	};

	return add(tree, entry, need);
}

bool tree_link(struct tree *tree, const char *path, const char *target, struct need need)
{
	struct tree_entry entry = {
		.path = path, .kind = ENTRY_LINK, .mode = 0777, .target = target};

	return add(tree, entry, need);
}

bool tree_device(struct tree *tree, const char *path, mode_t mode, unsigned major, unsigned minor,
		 struct need need)
{
	struct tree_entry entry = {
		.path = path,
		.kind = ENTRY_DEVICE,
		.mode = mode,
		.major = major,
		.minor = minor,
	};

	return add(tree, entry, need);
}

static int compare_entries(const void *a, const void *b)
{
	return compare_paths(*(const void *const *)a, *(const void *const *)b);
}

const struct tree_entry *const *tree_entries(struct tree *tree, size_t *ret_count)
{
	*ret_count = tree->entries.count;
	if (tree->entries.count > 1)
		qsort(tree->entries.item, tree->entries.count, sizeof *tree->entries.item,
		      compare_entries);
	return tree->entries.item;
}
