/* The module plan: specs/modules.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"
#include "path.h"

static int compare_modules(const void *a, const void *b)
{
	return strcmp((*(const struct module *const *)a)->name,
		      (*(const struct module *const *)b)->name);
}

static int compare_aliases(const void *a, const void *b)
{
	const struct module_alias *left = a, *right = b;
	int order = strcmp(left->pattern, right->pattern);

	return order != 0 ? order : strcmp(left->module->name, right->module->name);
}

static void put_module(FILE *out, const struct modules *modules, const struct module *module)
{
	const char *top = arena_printf(modules->arena, "usr/lib/modules/%s/", modules->release);

	fprintf(out, "module %s %s", module->name, module->file + strlen(top));
	for (size_t i = 0; i < module->dependencies.count; i++)
		if (!module->dependencies.item[i]->builtin)
			fprintf(out, " %s", module->dependencies.item[i]->name);
	fputc('\n', out);
}

static void put_modules(FILE *out, const struct modules *modules)
{
	module_list wanted = {0};

	for (size_t i = 0; i < modules->known.count; i++)
		if (modules->known.item[i]->wanted)
			vec_push(modules->arena, &wanted, modules->known.item[i]);
	if (wanted.count > 1)
		qsort(wanted.item, wanted.count, sizeof *wanted.item, compare_modules);
	for (size_t i = 0; i < wanted.count; i++)
		if (wanted.item[i]->file != NULL)
			put_module(out, modules, wanted.item[i]);
	for (size_t i = 0; i < wanted.count; i++)
		if (wanted.item[i]->builtin)
			fprintf(out, "builtin %s\n", wanted.item[i]->name);
}

/* The sysroot's modprobe.d(5) options of the modules that are in the image. */
static void put_options(FILE *out, const struct modules *modules)
{
	for (size_t i = 0; i < modules->config->options.count; i++) {
		const struct module_options *options = &modules->config->options.item[i];

		for (size_t j = 0; j < modules->known.count; j++) {
			const struct module *module = modules->known.item[j];

			if (module->file != NULL && strcmp(module->name, options->module) == 0)
				fprintf(out, "options %s %s\n", options->module, options->text);
		}
	}
}

static void put_drivers(FILE *out, const struct modules *modules)
{
	if (modules->drivers.count == 0)
		return;
	fputs("drivers", out);
	for (size_t i = 0; i < modules->drivers.count; i++)
		fprintf(out, " %s", modules->drivers.item[i]->name);
	fputc('\n', out);
}

static void put_aliases(FILE *out, const struct modules *modules)
{
	VEC(struct module_alias) aliases = {0};

	for (size_t i = 0; i < modules->aliases.count; i++)
		vec_push(modules->arena, &aliases, modules->aliases.item[i]);
	if (aliases.count > 1)
		qsort(aliases.item, aliases.count, sizeof *aliases.item, compare_aliases);
	for (size_t i = 0; i < aliases.count; i++)
		if (i == 0 || compare_aliases(&aliases.item[i - 1], &aliases.item[i]) != 0)
			fprintf(out, "alias %s %s\n", aliases.item[i].pattern,
				aliases.item[i].module->name);
}

const char *plan_text(struct arena *arena, const struct modules *modules, size_t *ret_size)
{
	char *text = NULL;
	const char *kept;
	FILE *out = open_memstream(&text, ret_size);

	if (out == NULL)
		abort(); /* out of memory, as the arena would end it */
	fprintf(out, "bootgraph-modules 1\nkernel %s\n", modules->release);
	put_modules(out, modules);
	put_options(out, modules);
	put_drivers(out, modules);
	put_aliases(out, modules);
	if (fclose(out) != 0)
		abort();
	kept = arena_strndup(arena, text, *ret_size);
	free(text);
	return kept;
}
