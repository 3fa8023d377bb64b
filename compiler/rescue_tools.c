/* What the rescue has besides busybox: the tools of rescue_tools.def for its shell, and the module
 * by which its report is kept. */
#include "manifest.h"
#include "graph.h"

#include <string.h>

static const struct {
	const char *path;
	enum manifest_kind kind;
	const char *name;
} tools[] = {
#define TOOL(path, kind, name) {path, MANIFEST_##kind, name},
#include "rescue_tools.def"
#undef TOOL
};

static bool manifest_has(const struct manifest *manifest, enum manifest_kind kind, const char *name)
{
	for (size_t i = 0; i < manifest->items.count; i++)
		if (manifest->items.item[i].kind == kind &&
		    strcmp(manifest->items.item[i].name, name) == 0)
			return true;
	return false;
}

/* Whether a unit makes a link of this name: cryptroot-unlock looks for a cryptsetup that is none.
 */
static bool is_taken(const struct graph *graph, const char *path)
{
	for (size_t i = 0; i < graph->nodes.count; i++) {
		const struct unit *unit = graph->nodes.item[i].unit;

		for (size_t k = 0; unit != NULL && k < unit->steps.count; k++)
			if (unit->steps.item[k].op == OP_SYMLINK &&
			    strcmp(unit->steps.item[k].operand[0].text, path) == 0)
				return true;
	}
	return false;
}

/* What keeps the report in the firmware (runtime/init/rescue_story.c); on a machine without UEFI
 * it costs the image 12 kB, and nobody loads it. */
static void add_story(struct manifest *manifest, const struct model *model)
{
	struct manifest_item item = {
		.kind = MANIFEST_MODULE,
		.name = "efivarfs",
		.optional = true,
		.unit = "rescue shell",
		.span = {.name = "rescue-story"},
	};

	if (model->settings.rescue_story == RESCUE_STORY_FIRMWARE &&
	    !manifest_has(manifest, item.kind, item.name))
		vec_push(model->arena, &manifest->items, item);
}

void rescue_tools_add(struct manifest *manifest, const struct graph *graph,
		      const struct model *model)
{
	struct arena *arena = model->arena;

	for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) {
		const char *path = tools[i].path;
		struct manifest_item item = {
			.kind = MANIFEST_TOOL,
			.name = path,
			.optional = true,
			.unit = "rescue shell",
			.span = {.name = tools[i].name},
		};

		if (model->settings.rescue_tools == RESCUE_TOOLS_NONE ||
		    (model->settings.rescue_tools == RESCUE_TOOLS_STACK &&
		     !manifest_has(manifest, tools[i].kind, tools[i].name)))
			continue;
		if (is_taken(graph, path))
			item.name = arena_printf(arena, "%s:" TOOL_DIRECTORY "%s", path,
						 strrchr(path, '/') + 1);
		if (!manifest_has(manifest, MANIFEST_TOOL, item.name))
			vec_push(arena, &manifest->items, item);
	}
	add_story(manifest, model);
}
