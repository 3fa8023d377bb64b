/* Unit files (specs/unit-spec.md): each document is a unit, each of its keys a keyword or an
 * action. What is wrong is reported and left out. The unit itself stays in the model if it has a
 * name, so that others which name it are not found fault with as well. */
#include "unit_spec.h"

#include <string.h>

struct conflict {
	enum keyword_id a, b;
	const char *why;
};

static const struct conflict conflicts[] = {
#define CONFLICT(a, b, why) {KEYWORD_##a, KEYWORD_##b, why},
#include "unit_keywords.def"
};

static void unknown_keyword(struct unit_reader *reader, struct word key)
{
	const char *names[KEYWORD_COUNT + OP_COUNT];
	size_t count = 0;

	reader->has_unknown = true;
	keyword_names(names, &count);
	action_names(names, &count);
	diag_report(reader->diag, DIAG_UNIT_KEYWORD, key.span,
		    unit_hint(reader, key.text, names, count), "unknown keyword: \"%s\"", key.text);
}

static void read_key(struct unit_reader *reader, const struct yaml_pair *pair)
{
	enum keyword_id id = keyword_by_name(pair->key.text);
	enum opcode op = action_by_name(pair->key.text);

	if (id == KEYWORD_COUNT && op == OP_COUNT) {
		unknown_keyword(reader, pair->key);
		return;
	}
	if (id < KEYWORD_COUNT)
		reader->given[id] = pair->key;
	if (id < KEYWORD_COUNT && id != KEYWORD_STEPS) {
		keyword_read(reader, id, pair->value);
		return;
	}
	/* steps, or an action keyword: a unit has one of them. */
	if (reader->action.text != NULL) {
		diag_report(reader->diag, DIAG_UNIT_ACTION, pair->key.span,
			    "several actions are a sequence: steps: [{...}, {...}]",
			    "a second action: \"%s\"", pair->key.text);
		diag_note(reader->diag, reader->action.span, "the first one is here");
		return;
	}
	reader->action = pair->key;
	if (op < OP_COUNT)
		unit_action(reader, op, pair->key, pair->value);
	else
		keyword_read(reader, id, pair->value);
}

static void check_conflicts(struct unit_reader *reader)
{
	struct word *given = reader->given;
	size_t i;

	for (i = 0; i < sizeof conflicts / sizeof conflicts[0]; i++) {
		const struct conflict *conflict = &conflicts[i];

		if (given[conflict->a].text == NULL || given[conflict->b].text == NULL)
			continue;
		diag_report(reader->diag, DIAG_UNIT_CONFLICT, given[conflict->b].span, NULL,
			    "%s and %s exclude each other: %s", given[conflict->b].text,
			    given[conflict->a].text, conflict->why);
		diag_note(reader->diag, given[conflict->a].span, "%s is here",
			  given[conflict->a].text);
	}
}

static void check_action(struct unit_reader *reader)
{
	struct span span = reader->given[KEYWORD_UNIT].span;

	if (reader->given[KEYWORD_EVENT].text != NULL && reader->action.text != NULL &&
	    reader->given[KEYWORD_STEPS].text == NULL)
		diag_report(reader->diag, DIAG_UNIT_CONFLICT, reader->action.span, NULL,
			    "an event does nothing, and this is an action: \"%s\"",
			    reader->action.text);
	if (reader->given[KEYWORD_EVENT].text == NULL && reader->action.text == NULL &&
	    !reader->has_unknown) /* which may have been meant as the action */
		diag_report(reader->diag, DIAG_UNIT_ACTION, span,
			    "a point in the boot that others can name is written event: true",
			    "the unit has no action");
}

/* Whether the file has a unit of this name already; first is the index of the file's first unit. */
static bool is_duplicate(struct model *model, struct diag *diag, size_t first,
			 const struct unit *unit)
{
	for (; first < model->units.count; first++) {
		const struct unit *other = model->units.item[first];

		if (strcmp(other->name.text, unit->name.text) != 0)
			continue;
		diag_report(diag, DIAG_UNIT_TWICE, unit->name.span, NULL,
			    "the file has a second unit \"%s\"", unit->name.text);
		diag_note(diag, other->name.span, "the first one is here");
		return true;
	}
	return false;
}

void unit_read_keys(struct unit_reader *reader, const struct yaml_node *node)
{
	size_t i;

	for (i = 0; i < node->pairs.count; i++)
		read_key(reader, &node->pairs.item[i]);
	if (reader->given[KEYWORD_ON].text != NULL)
		reader->unit->type = UNIT_REACTION;
}

void unit_check(struct unit_reader *reader)
{
	if (reader->unit->masked)
		return;
	check_conflicts(reader);
	check_action(reader);
}

static struct unit *read_unit(struct model *model, struct diag *diag, const struct yaml_node *node)
{
	struct unit *unit = arena_alloc(model->arena, sizeof *unit);
	struct unit_reader reader = {.arena = model->arena, .diag = diag, .unit = unit};
	size_t errors = diag->count[SEVERITY_ERROR];

	unit->span = node->span;
	unit_read_keys(&reader, node);
	if (reader.given[KEYWORD_UNIT].text == NULL) {
		diag_report(diag, DIAG_UNIT_UNNAMED,
			    (struct span){node->span.text, node->span.offset, 0, NULL},
			    "the first line of a unit is usually unit: name",
			    "the document has no keyword \"unit\"");
		return NULL;
	}
	unit_check(&reader);
	if (errors == diag->count[SEVERITY_ERROR])
		unit->node = node;
	return unit->name.text != NULL ? unit : NULL;
}

struct file_reader {
	struct model *model;
	struct diag *diag;
	size_t first; /* index of the file's first unit */
	unsigned documents;
};

static void read_document(void *context, const struct yaml_node *node)
{
	struct file_reader *file = context;
	struct unit *unit;

	file->documents++;
	if (node->kind != YAML_MAPPING) {
		diag_report(file->diag, DIAG_UNIT_DOCUMENT, node->span, NULL,
			    yaml_is_null(node) ? "the document is empty"
					       : "a unit is a mapping; this is %s",
			    yaml_kind_name(node));
		return;
	}
	unit = read_unit(file->model, file->diag, node);
	if (unit != NULL && !is_duplicate(file->model, file->diag, file->first, unit))
		vec_push(file->model->arena, &file->model->units, unit);
}

void source_units(struct model *model, struct diag *diag, const struct text *text)
{
	struct file_reader file = {model, diag, model->units.count, 0};
	size_t errors = diag->count[SEVERITY_ERROR];

	yaml_read(model->arena, diag, text, read_document, &file);
	if (file.documents == 0 && errors == diag->count[SEVERITY_ERROR])
		diag_report(diag, DIAG_UNIT_DOCUMENT, (struct span){text, 0, 0, NULL}, NULL,
			    "the file has no unit");
}

void source_mask(struct model *model, struct diag *diag, const char *name, const char *shown)
{
	struct unit *unit = arena_alloc(model->arena, sizeof *unit);
	struct unit_reader reader = {.arena = model->arena, .diag = diag, .unit = unit};

	unit->name = (struct word){name, {.name = shown}};
	unit->span = unit->name.span;
	unit->masked = true;
	if (unit_check_name(&reader, unit->name))
		vec_push(model->arena, &model->units, unit);
}
