#include "compile.h"
#include "array_policy.h"
#include "check.h"
#include "devices.h"
#include "facts/capture.h"
#include "graph.h"
#include "source/initramfs_conf.h"
#include "source/listed_modules.h"
#include "source/settings.h"
#include "source/storage.h"
#include "script_units.h"
#include "scripts/prereqs.h"
#include "source/text.h"
#include "stdlib_units.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define UNITS_DIRECTORY "etc/bootgraph/units"

static void report_unreadable(struct diag *diag, const char *name)
{
	struct span span = {.name = name};

	diag_report(diag, DIAG_UNREADABLE, span, NULL, "cannot be read: %s", strerror(errno));
}

/* --- sources
 * ---------------------------------------------------------------------------------------- */

static void read_stdlib(struct model *model, struct diag *diag)
{
	size_t i;

	for (i = 0; i < stdlib_file_count; i++)
		source_units(model, diag,
			     text_from_memory(model->arena, stdlib_files[i].name,
					      stdlib_files[i].data, stdlib_files[i].size));
}

static void read_units(struct compilation *c, const struct compile_options *options)
{
	size_t i;
	int fd = sysroot_open(c->root_fd, UNITS_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (!options->no_stdlib)
		read_stdlib(c->model, c->diag);
	if (fd >= 0) {
		source_unit_directory(c->model, c->diag, fd, UNITS_DIRECTORY);
		close(fd);
	} else if (errno != ENOENT && errno != ENOTDIR) {
		report_unreadable(c->diag, UNITS_DIRECTORY);
	}
	for (i = 0; i < options->units.count; i++) {
		fd = open(options->units.item[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0) {
			report_unreadable(c->diag, options->units.item[i]);
			continue;
		}
		source_unit_directory(c->model, c->diag, fd, options->units.item[i]);
		close(fd);
	}
}

/* A machine without fstab boots by root= alone; one that has it and cannot show it is in error. */
static void read_fstab(struct compilation *c)
{
	const struct text *text = text_read(c->arena, c->root_fd, "etc/fstab", "etc/fstab");

	if (text == NULL) {
		if (errno != ENOENT)
			report_unreadable(c->diag, "etc/fstab");
	} else if (text_check(c->diag, text)) {
		source_fstab(c->model, c->diag, text);
	}
}

static void read_cmdline(struct compilation *c, const struct compile_options *options)
{
	const struct text *text;

	if (options->cmdline == NULL)
		return;
	text = text_from_memory(c->arena, "--cmdline", options->cmdline, strlen(options->cmdline));
	if (text_check(c->diag, text))
		source_cmdline(c->model, c->diag, text);
}

/* What hooks would do is no part of the graph. */
static void forget_hooks(struct script_tree *tree)
{
	size_t i, kept = 0;

	for (i = 0; i < tree->phases.count; i++)
		if (!tree->phases.item[i].hooks)
			tree->phases.item[kept++] = tree->phases.item[i];
	tree->phases.count = kept;
}

static void read_scripts(struct compilation *c, const struct compile_options *options)
{
	struct script_tree *tree = arena_alloc(c->arena, sizeof *tree);
	struct script_inputs inputs = options->scripts;

	inputs.root = options->root;
	if (options->no_scripts ||
	    !script_tree_collect(c->arena, c->diag, c->root_fd, &inputs, tree))
		return;
	if (!options->with_hooks)
		forget_hooks(tree);
	c->status = scripts_ask(c->arena, c->diag, tree, c->root_fd, &inputs);
	if (c->status != EXIT_SYSTEM)
		c->model->scripts = tree;
}

/* --- passes
 * ----------------------------------------------------------------------------------------- */

static bool failed(const struct diag *diag)
{
	return diag->count[SEVERITY_ERROR] > 0;
}

static bool open_root(struct compilation *c, const struct compile_options *options)
{
	const char *root = options->root != NULL ? options->root : "/";

	c->root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (c->root_fd < 0)
		report_unreadable(c->diag, root);
	return c->root_fd >= 0;
}

/* Also of a graph that is in error, so that check can say what it lacks besides. What is wrong with
 * a value is graph_lower's to say. */
static void list_needs(struct compilation *c)
{
	struct diag silent = {0};

	graph_manifest(c->graph, c->model, &silent, &c->manifest);
	udev_files_add(&c->manifest, c->model, c->root_fd);
}

bool compile(const struct compile_options *options, struct arena *arena, struct diag *diag,
	     struct compilation *ret_compilation)
{
	struct compilation *c = ret_compilation;
	unit_list instances = {0};

	*c = (struct compilation){.arena = arena, .diag = diag};
	c->model = arena_alloc(arena, sizeof *c->model);
	c->model->arena = arena;
	if (!open_root(c, options))
		return false;
	settings_read(c->model, diag, c->root_fd);
	read_units(c, options);
	read_fstab(c);
	source_storage(c->model, diag, c->root_fd);
	read_cmdline(c, options);
	source_initramfs_conf(c->model, diag, c->root_fd);
	source_listed_modules(c->model, diag, c->root_fd);
	if (options->facts != NULL)
		c->facts = facts_obtain(arena, diag, options->facts);
	chain_choose_resume(c->model, c->facts);
	c->chain = chain_build(c->model, c->facts);
	c->model->chain = c->chain;
	read_scripts(c, options);

	devices_choose(c->model, diag, c->root_fd);
	resolve_units(c->model, diag, c->root_fd, &instances);
	script_units(c->model, &instances);
	c->graph = graph_build(c->model, diag, &instances);
	check_graph(c->graph, diag);
	chain_check(c->chain, c->model, diag, options->tell_unknown);
	array_policy_check(c->model, diag);
	list_needs(c);
	if (!graph_order(c->graph, diag) || failed(diag) || c->status == EXIT_SYSTEM)
		return false;
	c->program = graph_lower(c->graph, c->model, diag);
	if (failed(diag))
		return false;
	c->blob = blob_write(c->program, diag, options->strip, &c->blob_size);
	return c->blob != NULL;
}
