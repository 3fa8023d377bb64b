/* --verbose: what takes how many bytes, and why. */
#include <stdlib.h>
#include <string.h>

#include "image.h"

static int larger_first(const void *a, const void *b)
{
	const struct tree_entry *left = *(const struct tree_entry *const *)a;
	const struct tree_entry *right = *(const struct tree_entry *const *)b;

	if (left->size != right->size)
		return left->size < right->size ? 1 : -1;
	return strcmp(left->path, right->path);
}

void image_print(struct arena *arena, struct tree *tree, FILE *out)
{
	size_t count, links = 0, directories = 0, total = 0;
	const struct tree_entry *const *entries = tree_entries(tree, &count);
	VEC(const struct tree_entry *) files = {0};

	for (size_t i = 0; i < count; i++) {
		links += entries[i]->kind == ENTRY_LINK;
		directories += entries[i]->kind == ENTRY_DIRECTORY;
		total += entries[i]->size;
		if (entries[i]->kind == ENTRY_FILE)
			vec_push(arena, &files, entries[i]);
	}
	if (files.count > 1)
		qsort(files.item, files.count, sizeof *files.item, larger_first);
	fprintf(out, "%10s  %-56s  %s\n", "bytes", "file", "why");
	for (size_t i = 0; i < files.count; i++)
		fprintf(out, "%10zu  %-56s  %s\n", files.item[i]->size, files.item[i]->path,
			files.item[i]->why);
	fprintf(out, "%10zu  %zu files, %zu links, %zu directories\n", total, files.count, links,
		directories);
}
