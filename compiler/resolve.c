#include "graph.h"
#include "rows.h"
#include "source/text.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* --- instances
 * ------------------------------------------------------------------------------------ */

static void expand_word(struct arena *arena, struct word *word, const struct row *row)
{
	if (word->text != NULL)
		expand_fields(arena, word, row->fields);
}

#define COPY_ITEMS(arena, list)                                                                    \
	((list).item = memcpy(arena_alloc(arena, (list).capacity * sizeof *(list).item + 1),       \
			      (list).count > 0 ? (const void *)(list).item : "",                   \
			      (list).count * sizeof *(list).item))

static struct term *expand_term(struct arena *arena, const struct term *term, const struct row *row)
{
	struct term *copy;
	size_t i;

	if (term == NULL)
		return NULL;
	copy = arena_alloc(arena, sizeof *copy);
	*copy = *term;
	expand_word(arena, &copy->name, row);
	expand_word(arena, &copy->pattern, row);
	COPY_ITEMS(arena, copy->terms);
	for (i = 0; i < copy->terms.count; i++)
		copy->terms.item[i] = expand_term(arena, copy->terms.item[i], row);
	return copy;
}

#define EXPAND_RELATIONS(arena, list, row)                                                         \
	do {                                                                                       \
		COPY_ITEMS(arena, list);                                                           \
		for (size_t k = 0; k < (list).count; k++) {                                        \
			expand_word(arena, &(list).item[k].name, row);                             \
			expand_word(arena, &(list).item[k].within, row);                           \
		}                                                                                  \
	} while (0)

/* A relation to what a row has not is none. */
#define DROP_EMPTY(list)                                                                           \
	do {                                                                                       \
		size_t kept = 0;                                                                   \
		for (size_t k = 0; k < (list).count; k++)                                          \
			if ((list).item[k].name.text[0] != '\0')                                   \
				(list).item[kept++] = (list).item[k];                              \
		(list).count = kept;                                                               \
	} while (0)

#define EXPAND_WORDS(arena, list, row)                                                             \
	do {                                                                                       \
		COPY_ITEMS(arena, list);                                                           \
		for (size_t k = 0; k < (list).count; k++)                                          \
			expand_word(arena, &(list).item[k], row);                                  \
	} while (0)

static void expand_actions(struct arena *arena, struct unit *unit, const struct row *row)
{
	size_t i, k;

	COPY_ITEMS(arena, unit->steps);
	for (i = 0; i < unit->steps.count; i++) {
		struct action *action = &unit->steps.item[i];

		for (k = 0; k < OPERANDS_MAX; k++)
			expand_word(arena, &action->operand[k], row);
		EXPAND_WORDS(arena, action->list, row);
	}
}

static void expand_relations(struct arena *arena, struct unit *unit, const struct row *row)
{
	EXPAND_RELATIONS(arena, unit->requires, row);
	EXPAND_RELATIONS(arena, unit->wants, row);
	EXPAND_RELATIONS(arena, unit->after, row);
	EXPAND_RELATIONS(arena, unit->before, row);
	EXPAND_RELATIONS(arena, unit->provides, row);
	EXPAND_RELATIONS(arena, unit->required_by, row);
	DROP_EMPTY(unit->requires);
	DROP_EMPTY(unit->wants);
	DROP_EMPTY(unit->after);
}

static struct unit *instantiate(struct arena *arena, const struct unit *template,
				const struct row *row)
{
	struct unit *unit = arena_alloc(arena, sizeof *unit);

	*unit = *template;
	expand_word(arena, &unit->name, row);
	expand_word(arena, &unit->description, row);
	unit->when = expand_term(arena, unit->when, row);
	unit->start_on = expand_term(arena, unit->start_on, row);
	unit->stop_on = expand_term(arena, unit->stop_on, row);
	expand_relations(arena, unit, row);
	EXPAND_WORDS(arena, unit->replaces, row);
	EXPAND_WORDS(arena, unit->reads, row);
	EXPAND_WORDS(arena, unit->writes, row);
	EXPAND_WORDS(arena, unit->needs_binaries, row);
	EXPAND_WORDS(arena, unit->needs_modules, row);
	EXPAND_WORDS(arena, unit->needs_files, row);
	expand_actions(arena, unit, row);
	return unit;
}

/* --- which units apply
 * ----------------------------------------------------------------------------- */

static bool host_has_file(int root_fd, const char *path)
{
	int fd = sysroot_open(root_fd, path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* if-host: only files, who finds devices, and combinations of these come here. */
static bool host_term_holds(const struct model *model, int root_fd, const struct term *term)
{
	size_t i;

	switch (term->kind) {
	case TERM_NOT:
		return !host_term_holds(model, root_fd, term->terms.item[0]);
	case TERM_AND:
		for (i = 0; i < term->terms.count; i++)
			if (!host_term_holds(model, root_fd, term->terms.item[i]))
				return false;
		return true;
	case TERM_OR:
		for (i = 0; i < term->terms.count; i++)
			if (host_term_holds(model, root_fd, term->terms.item[i]))
				return true;
		return false;
	case TERM_DEVICES:
		return strcmp(term->name.text, model->udevd ? "udevd" : "native") == 0;
	default:
		return host_has_file(root_fd, term->name.text);
	}
}

bool unit_is_for_host(const struct model *model, const struct unit *unit, int root_fd)
{
	return unit->if_host == NULL || host_term_holds(model, root_fd, unit->if_host);
}

struct resolution {
	struct model *model;
	struct diag *diag;
	int root_fd;
	unit_list *instances;
};

/* Whether a later unit has this name, and so stands in the place of the unit at index or of its
 * instance. One that is not for this host is not there at all. */
static struct unit *replacement(const struct resolution *r, size_t index, const char *name)
{
	size_t i;

	for (i = r->model->units.count; i-- > index + 1;)
		if (strcmp(r->model->units.item[i]->name.text, name) == 0 &&
		    unit_is_for_host(r->model, r->model->units.item[i], r->root_fd))
			return r->model->units.item[i];
	return NULL;
}

static void add_instance(struct resolution *r, size_t index, struct unit *unit,
			 const struct row *row)
{
	struct word name = unit->name;
	struct unit *instead;

	expand_word(r->model->arena, &name, row);
	instead = replacement(r, index, name.text);
	if (instead != NULL) {
		instead->overrides = true;
		return;
	}
	if (strcmp(name.text, unit->name.text) != 0)
		unit = unit_with_drop_ins(r->model, r->diag, unit, name.text);
	if (!unit->masked)
		vec_push(r->model->arena, r->instances, instantiate(r->model->arena, unit, row));
}

static void resolve_unit(struct resolution *r, size_t index)
{
	struct unit *unit = r->model->units.item[index];
	struct unit *instead = replacement(r, index, unit->name.text);
	row_list rows = {0};
	size_t i;

	if (instead != NULL) {
		instead->overrides |= !unit->masked;
		return;
	}
	unit = unit_with_drop_ins(r->model, r->diag, unit, unit->name.text);
	if (unit->masked || !unit_is_for_host(r->model, unit, r->root_fd))
		return;
	if (unit->rows == ROWS_NONE)
		vec_push(r->model->arena, r->instances, unit);
	rows_of(r->model, unit->rows, &rows);
	for (i = 0; i < rows.count; i++)
		add_instance(r, index, unit, &rows.item[i]);
}

static void check_unique(struct diag *diag, const unit_list *instances)
{
	size_t i, k;

	for (i = 0; i < instances->count; i++)
		for (k = 0; k < i; k++)
			if (strcmp(instances->item[i]->name.text, instances->item[k]->name.text) ==
			    0) {
				diag_report(diag, DIAG_UNIT_TWICE, instances->item[i]->name.span,
					    NULL, "two units are called \"%s\"",
					    instances->item[i]->name.text);
				diag_note(diag, instances->item[k]->name.span, "the other one");
				break;
			}
}

/* --- what changes nothing ------------------------------------------------------------------ */

static const char *nearest_unit(const struct model *model, const char *name)
{
	VEC(const char *) names = {0};
	const char *nearest;
	size_t i;

	for (i = 0; i < model->units.count; i++)
		if (strcmp(model->units.item[i]->name.text, name) != 0)
			vec_push(model->arena, &names, model->units.item[i]->name.text);
	nearest = diag_nearest(name, names.item, names.count);
	return nearest != NULL ? arena_printf(model->arena, "did you mean \"%s\"?", nearest) : NULL;
}

/* The unit before this one that has its name, or NULL. */
static const struct unit *overridden(const struct model *model, size_t index)
{
	const char *name = model->units.item[index]->name.text;

	while (index-- > 0)
		if (strcmp(model->units.item[index]->name.text, name) == 0)
			return model->units.item[index];
	return NULL;
}

static void check_overrides(const struct resolution *r)
{
	const struct model *model = r->model;
	struct diag *diag = r->diag;
	size_t i;

	for (i = 0; i < model->units.count; i++) {
		const struct unit *unit = model->units.item[i], *other = overridden(model, i);

		if (unit->masked && !unit->overrides && replacement(r, i, unit->name.text) == NULL)
			diag_report(diag, DIAG_MASK_UNKNOWN, unit->name.span,
				    nearest_unit(model, unit->name.text),
				    "no unit is called \"%s\"", unit->name.text);
		else if (other != NULL && unit_says_the_same(unit, other)) {
			diag_report(diag, DIAG_OVERRIDE_SAME, unit->name.span, NULL,
				    "the unit \"%s\" takes the place of one that says the same",
				    unit->name.text);
			diag_note(diag, other->name.span, "that one");
		}
	}
	for (i = 0; i < model->drop_ins.count; i++) {
		const struct drop_in *drop_in = &model->drop_ins.item[i];

		if (!drop_in->used)
			diag_report(diag, DIAG_DROP_IN_UNKNOWN, drop_in->unit.span,
				    nearest_unit(model, drop_in->unit.text),
				    "no unit is called \"%s\"", drop_in->unit.text);
	}
}

void resolve_units(struct model *model, struct diag *diag, int root_fd, unit_list *ret_instances)
{
	struct resolution r = {model, diag, root_fd, ret_instances};
	size_t i;

	for (i = 0; i < model->units.count; i++)
		resolve_unit(&r, i);
	check_unique(diag, ret_instances);
	check_overrides(&r);
}
