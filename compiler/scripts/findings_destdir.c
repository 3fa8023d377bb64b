#include "findings.h"

#include <string.h>

#include "uses.h"

static const char image[] = "$DESTDIR/scripts/";

/* PHASE/NAME of a boot script that a hook writes, or NULL: what lies directly in scripts is sourced
 * by name, and of a path with a * nobody knows which file it is. */
static const char *written_script(const struct script_use *use)
{
	const char *path = use->name + sizeof image - 1, *slash;

	if (use->kind != USE_WRITES || strncmp(use->name, image, sizeof image - 1) != 0)
		return NULL;
	slash = strchr(path, '/');
	return slash == NULL || slash[1] == '\0' || strchr(path, '*') != NULL ? NULL : path;
}

static void check_hook(const struct script_tree *tree, const struct phase *phase,
		       const struct script *hook, struct diag *diag)
{
	const struct script_uses *uses = script_uses_read(tree->arena, phase->name, hook);

	for (size_t i = 0; uses != NULL && i < uses->uses.count; i++) {
		const struct script_use *use = &uses->uses.item[i];
		const char *path = written_script(use);

		if (path == NULL || strcmp(strchr(path, '/'), "/ORDER") == 0 ||
		    script_tree_image(tree, path) != NULL)
			continue;
		diag_report(
			diag, DIAG_DESTDIR_SCRIPT, use->span, NULL,
			"%s writes the script %s into the image only, where no ORDER file names it",
			hook->name, path);
	}
}

void check_destdir_scripts(const struct script_tree *tree, struct diag *diag)
{
	for (size_t i = 0; i < tree->phases.count; i++) {
		const struct phase *phase = &tree->phases.item[i];

		for (size_t j = 0; phase->hooks && j < phase->scripts.count; j++)
			if (phase->scripts.item[j]->skip == SKIP_NOT)
				check_hook(tree, phase, phase->scripts.item[j], diag);
	}
}
