#include <string.h>

#include "image.h"
#include "../scripts/order.h"

void orders_add(struct image *image, const struct manifest *manifest)
{
	struct need need = {.why = "boot scripts", .span = {.name = "ORDER"}};
	const char *phase = "", *text = "";

	for (size_t i = 0; i <= manifest->items.count; i++) {
		const struct manifest_item *item =
			i < manifest->items.count ? &manifest->items.item[i] : NULL;
		const char *slash = item != NULL ? strrchr(item->name, '/') : NULL;
		const char *next;

		if (item != NULL && (item->kind != MANIFEST_ORDER || slash == NULL))
			continue;
		next = item != NULL ? arena_strndup(image->arena, item->name,
						    (size_t)(slash - item->name))
				    : "";
		if (strcmp(next, phase) != 0 && *phase != '\0') {
			(void)tree_file(image->tree,
					arena_printf(image->arena, "scripts/%s/ORDER", phase),
					(const unsigned char *)text, strlen(text), 0644, need);
			text = "";
		} else if (item != NULL && *phase == '\0') {
			(void)tree_directory(image->tree, "conf", need); /* for param.conf */
		}
		phase = next;
		if (item != NULL)
			text = arena_printf(image->arena, "%s" ORDER_LINES, text, phase, slash + 1);
	}
}
