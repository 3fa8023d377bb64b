#include "graph.h"
#include "source/text.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { FIELDS_MAX = 6 };

/* One row that a template unit makes an instance from. */
struct row {
	struct field_value fields[FIELDS_MAX];
};

typedef VEC(struct row) row_list;

/* Options that only mean something to user space; the kernel would refuse them. fstab(5), mount(8),
 * systemd.mount(5). */
static bool is_userspace_option(const char *option, size_t length)
{
	static const char *const names[] = {"defaults", "auto",	   "noauto", "nofail",
					    "user",	"nouser",  "users",  "owner",
					    "group",	"_netdev", "ro",     "rw"};
	size_t i;

	if (length >= 2 && memcmp(option, "x-", 2) == 0)
		return true;
	if (length >= 8 && memcmp(option, "comment=", 8) == 0)
		return true;
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strlen(names[i]) == length && memcmp(names[i], option, length) == 0)
			return true;
	return false;
}

/* fstab's options without what only user space understands, and without ro and rw: those come from
 * the command line until the real system remounts. */
static const char *kernel_options(struct arena *arena, const char *options)
{
	const char *result = "", *at = options;

	while (*at != '\0') {
		size_t length = strcspn(at, ",");

		if (length > 0 && !is_userspace_option(at, length))
			result = arena_printf(arena, "%s%s%.*s", result, *result != '\0' ? "," : "",
					      (int)length, at);
		at += length;
		at += *at == ',';
	}
	return result;
}

static struct row row_from_fstab(struct arena *arena, const struct fstab_row *line)
{
	struct word type = line->type, options = line->options;
	struct word pass = {arena_printf(arena, "%u", line->pass), line->span};

	if (strcmp(type.text, "auto") == 0)
		type.text = "";
	options.text = kernel_options(arena, options.text != NULL ? options.text : "");
	return (struct row){{{"source", line->source},
			     {"where", line->where},
			     {"type", type},
			     {"options", options},
			     {"pass", pass}}};
}

/* What a machine whose fstab names no root declares: nothing, so that the command line decides. */
static struct row row_without_fstab(void)
{
	return (struct row){{{"source", {.text = ""}},
			     {"where", {.text = "/"}},
			     {"type", {.text = ""}},
			     {"options", {.text = ""}},
			     {"pass", {.text = "1"}}}};
}

static const struct fstab_row *fstab_find(const struct model *model, const char *where)
{
	size_t i;

	for (i = 0; i < model->fstab.count; i++)
		if (strcmp(model->fstab.item[i].where.text, where) == 0)
			return &model->fstab.item[i];
	return NULL;
}

static void rows_of(const struct model *model, enum row_set set, row_list *rows)
{
	const struct fstab_row *line;
	size_t i;

	switch (set) {
	case ROWS_ROOT:
		line = fstab_find(model, "/");
		vec_push(model->arena, rows,
			 line != NULL ? row_from_fstab(model->arena, line) : row_without_fstab());
		break;
	case ROWS_USR:
		line = fstab_find(model, "/usr");
		if (line != NULL)
			vec_push(model->arena, rows, row_from_fstab(model->arena, line));
		break;
	case ROWS_SWAP:
		for (i = 0; i < model->fstab.count; i++)
			if (strcmp(model->fstab.item[i].type.text, "swap") == 0)
				vec_push(model->arena, rows,
					 row_from_fstab(model->arena, &model->fstab.item[i]));
		break;
	default:
		break;
	}
}

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
		for (size_t k = 0; k < (list).count; k++)                                          \
			expand_word(arena, &(list).item[k].name, row);                             \
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

static struct unit *instantiate(struct arena *arena, const struct unit *template,
				const struct row *row)
{
	struct unit *unit = arena_alloc(arena, sizeof *unit);

	*unit = *template;
	expand_word(arena, &unit->name, row);
	expand_word(arena, &unit->description, row);
	unit->when = expand_term(arena, unit->when, row);
	unit->start_on = expand_term(arena, unit->start_on, row);
	EXPAND_RELATIONS(arena, unit->requires, row);
	EXPAND_RELATIONS(arena, unit->wants, row);
	EXPAND_RELATIONS(arena, unit->after, row);
	EXPAND_RELATIONS(arena, unit->before, row);
	EXPAND_RELATIONS(arena, unit->provides, row);
	EXPAND_RELATIONS(arena, unit->required_by, row);
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

/* if-host: the schema lets only files, and combinations of them, in here. */
static bool host_term_holds(int root_fd, const struct term *term)
{
	size_t i;

	switch (term->kind) {
	case TERM_NOT:
		return !host_term_holds(root_fd, term->terms.item[0]);
	case TERM_AND:
		for (i = 0; i < term->terms.count; i++)
			if (!host_term_holds(root_fd, term->terms.item[i]))
				return false;
		return true;
	case TERM_OR:
		for (i = 0; i < term->terms.count; i++)
			if (host_term_holds(root_fd, term->terms.item[i]))
				return true;
		return false;
	default:
		return host_has_file(root_fd, term->name.text);
	}
}

/* Whether a later unit of the same name stands in this one's place. */
static bool is_replaced(const struct model *model, size_t index)
{
	size_t i;

	for (i = index + 1; i < model->units.count; i++)
		if (strcmp(model->units.item[i]->name.text, model->units.item[index]->name.text) ==
		    0)
			return true;
	return false;
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

void resolve_units(const struct model *model, struct diag *diag, int root_fd,
		   unit_list *ret_instances)
{
	size_t i, k;

	for (i = 0; i < model->units.count; i++) {
		struct unit *unit = model->units.item[i];
		row_list rows = {0};

		if (is_replaced(model, i) ||
		    (unit->if_host != NULL && !host_term_holds(root_fd, unit->if_host)))
			continue;
		if (unit->rows == ROWS_NONE)
			vec_push(model->arena, ret_instances, unit);
		rows_of(model, unit->rows, &rows);
		for (k = 0; k < rows.count; k++)
			vec_push(model->arena, ret_instances,
				 instantiate(model->arena, unit, &rows.item[k]));
	}
	check_unique(diag, ret_instances);
}
