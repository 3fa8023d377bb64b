#include "check.h"

#include <string.h>

#include "scripts/release_names.h"
#include "scripts/tree.h"

/* Whether anything but the boot loader names a root file system. */
static bool root_is_known(const struct model *model)
{
	size_t i;

	for (i = 0; i < model->fstab.count; i++)
		if (strcmp(model->fstab.item[i].where.text, "/") == 0)
			return true;
	for (i = 0; i < model->parameters.count; i++)
		if (model->parameters.item[i].id == PARAMETER_ROOT)
			return true;
	return false;
}

/* Whether this phase has no script of this name in Debian, with the nearest one that it has. */
static const char *nearest_script(const struct model *model, const char *script)
{
	VEC(const char *) names = {0};
	const struct release_name *row = NULL;
	const char *nearest;

	while ((row = release_name_after(row)) != NULL)
		vec_push(model->arena, &names,
			 arena_printf(model->arena, "%s/%s", row->phase, row->name));
	nearest = diag_nearest(script, names.item, names.count);
	return nearest != NULL ? arena_printf(model->arena, "did you mean \"%s\"?", nearest) : NULL;
}

static bool script_is_known(const struct model *model, const char *script)
{
	const char *slash = strrchr(script, '/');
	const char *phase = arena_strndup(model->arena, script, (size_t)(slash - script));

	if (model->scripts != NULL && script_tree_image(model->scripts, script) != NULL)
		return true;
	return release_name_find(phase, slash + 1) != NULL;
}

static void check_replaced(const struct model *model, struct diag *diag)
{
	size_t i, k;

	for (i = 0; i < model->units.count; i++)
		for (k = 0; k < model->units.item[i]->replaces.count; k++) {
			const struct word *script = &model->units.item[i]->replaces.item[k];

			if (!script_is_known(model, script->text))
				diag_report(diag, DIAG_UNKNOWN_SCRIPT, script->span,
					    nearest_script(model, script->text),
					    "no script is called \"%s\"", script->text);
		}
}

void check_graph(const struct graph *graph, struct diag *diag)
{
	static const struct span nowhere = {.name = "etc/fstab"};
	const struct model *model = graph->model;

	if (!root_is_known(model))
		diag_report(diag, DIAG_NO_ROOT, nowhere, NULL, "no root file system is declared");
	check_replaced(model, diag);
	check_timeouts(graph, diag);
}
