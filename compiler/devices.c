#include "devices.h"
#include "rows.h"
#include "image/path.h"
#include "scripts/tree.h"
#include "../runtime/core/device_ref.h"

#include <string.h>

#define UDEVD "/lib/systemd/systemd-udevd" /* as 25-udevd.yaml starts it */

/* Boot scripts that do not work without udevd's rules (stdlib-units/udev.def). */
static const struct {
	const char *phase, *name;
} udev_scripts[] = {
#define UDEV_SCRIPT(phase, name, why) {phase, name},
#include "../stdlib-units/udev.def"
#undef UDEV_SCRIPT
};

/* --- names ---------------------------------------------------------------- */

static bool is_link(const char *reference)
{
	struct device_ref ref;

	if (reference == NULL)
		return false;
	device_ref_parse(reference, &ref);
	return ref.kind == REF_LINK;
}

/* Calls for each reference that the boot may wait for. */
typedef void visit_reference(void *context, struct word reference);

static void each_reference(const struct model *model, visit_reference *visit, void *context)
{
	for (size_t i = 0; i < model->fstab.count; i++) {
		const struct fstab_row *row = &model->fstab.item[i];

		if (strcmp(row->where.text, "/") == 0 || strcmp(row->where.text, "/usr") == 0)
			visit(context, row->source);
	}
	for (size_t i = 0; i < model->parameters.count; i++) {
		const struct parameter_given *given = &model->parameters.item[i];

		if (given->id == PARAMETER_ROOT || given->id == PARAMETER_RESUME)
			visit(context, given->value);
	}
	for (size_t i = 0; i < model->crypttab.count; i++)
		visit(context, model->crypttab.item[i].source);
}

static void want_udevd(void *context, struct word reference)
{
	struct model *model = context;

	if (is_link(reference.text) && model->udevd_for == NULL)
		model->udevd_for = reference.text;
}

struct link_report {
	struct diag *diag;
	const char *why;
};

static void report_link(void *context, struct word reference)
{
	const struct link_report *report = context;

	if (is_link(reference.text))
		diag_report(report->diag, DIAG_DEVICE_LINK_NATIVE, reference.span, NULL,
			    "nobody makes this link, for %s: \"%s\"", report->why, reference.text);
}

/* --- units and scripts ---------------------------------------------------- */

static bool has_instance(const struct model *model, const struct unit *unit)
{
	row_list rows = {0};

	if (unit->rows == ROWS_NONE)
		return true;
	rows_of(model, unit->rows, &rows);
	return rows.count > 0;
}

static bool is_replaced(const struct model *model, size_t index)
{
	const char *name = model->units.item[index]->name.text;

	for (size_t i = index + 1; i < model->units.count; i++)
		if (strcmp(model->units.item[i]->name.text, name) == 0)
			return true;
	return false;
}

static const char *unit_that_needs_it(struct model *model, int root_fd)
{
	for (size_t i = 0; i < model->units.count; i++) {
		const struct unit *unit = model->units.item[i];

		if (unit->needs_udev && !unit->masked && !is_replaced(model, i) &&
		    unit_is_for_host(model, unit, root_fd) && has_instance(model, unit))
			return unit->name.text;
	}
	return NULL;
}

/* A script that a unit stands for is not run. */
static bool has_stand_in(struct model *model, int root_fd, const char *path)
{
	for (size_t i = 0; i < model->units.count; i++) {
		const struct unit *unit = model->units.item[i];

		for (size_t k = 0; k < unit->replaces.count; k++)
			if (strcmp(unit->replaces.item[k].text, path) == 0 && !unit->masked &&
			    unit_is_for_host(model, unit, root_fd))
				return true;
	}
	return false;
}

static const char *script_that_needs_it(struct model *model, int root_fd)
{
	for (size_t i = 0; model->scripts != NULL && i < sizeof udev_scripts / sizeof *udev_scripts;
	     i++) {
		const struct phase *phase =
			script_tree_phase(model->scripts, udev_scripts[i].phase);
		const char *path = arena_printf(model->arena, "%s/%s", udev_scripts[i].phase,
						udev_scripts[i].name);

		if (phase != NULL && phase_script(phase, udev_scripts[i].name) != NULL &&
		    !has_stand_in(model, root_fd, path))
			return path;
	}
	return NULL;
}

static void choose_native(const struct model *model, struct diag *diag, const char *why)
{
	struct link_report report = {diag, why};

	each_reference(model, report_link, &report);
}

void devices_choose(struct model *model, struct diag *diag, int root_fd)
{
	struct path_walk walk;

	if (model->settings.devices == DEVICES_NATIVE) {
		choose_native(model, diag, "devices is native");
		return;
	}
	if (model->settings.devices == DEVICES_UDEVD) {
		model->udevd = true;
		return;
	}
	if (path_walk(model->arena, root_fd, UDEVD, &walk) != 0) {
		choose_native(model, diag, "the system has no udevd");
		return;
	}
	model->udevd_for = unit_that_needs_it(model, root_fd);
	if (model->udevd_for == NULL)
		model->udevd_for = script_that_needs_it(model, root_fd);
	if (model->udevd_for == NULL)
		each_reference(model, want_udevd, model);
	model->udevd = model->udevd_for != NULL;
}
