#include "manifest_file.h"

#include <string.h>

static bool read_item(char *line, struct manifest_item *item)
{
	const char *kind = strsep(&line, "\t"), *last;

	item->name = strsep(&line, "\t");
	item->unit = strsep(&line, "\t");
	last = strsep(&line, "\t");
	if (item->name == NULL || *item->name == '\0' || item->unit == NULL || line != NULL)
		return false;
	item->optional = last != NULL;
	item->kind = MANIFEST_KIND_COUNT;
	for (unsigned i = 0; i < MANIFEST_KIND_COUNT; i++)
		if (strcmp(manifest_kind_name((enum manifest_kind)i), kind) == 0)
			item->kind = (enum manifest_kind)i;
	return item->kind != MANIFEST_KIND_COUNT && (last == NULL || strcmp(last, "optional") == 0);
}

bool manifest_read(struct arena *arena, struct diag *diag, const struct text *text,
		   struct manifest *manifest)
{
	bool fine = true;

	for (size_t i = 0; i < text->line_count; i++) {
		const char *start = text->data + text->line_start[i];
		size_t length = strcspn(start, "\n");
		struct manifest_item item = {
			.span = {.text = text, .offset = text->line_start[i], .length = length},
		};

		if (length == 0)
			continue;
		if (read_item(arena_strndup(arena, start, length), &item)) {
			vec_push(arena, &manifest->items, item);
		} else {
			diag_report(diag, DIAG_MANIFEST, item.span,
				    "KIND, NAME, UNIT and perhaps \"optional\", separated by tabs",
				    "not a line of a manifest");
			fine = false;
		}
	}
	return fine;
}
