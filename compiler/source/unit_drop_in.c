/* Drop-ins: pieces of units that are laid over a unit of that name, wherever it comes from. It is
 * done with the YAML nodes, before they mean anything, so that every keyword can be in a drop-in
 * and the unit that results is read by the same rules as one written in one piece. */
#include "unit_spec.h"

#include <string.h>

/* --- comparing -------------------------------------------------------------- */

static const struct yaml_node *find(const struct yaml_node *mapping, const char *key)
{
	size_t i;

	for (i = 0; i < mapping->pairs.count; i++)
		if (strcmp(mapping->pairs.item[i].key.text, key) == 0)
			return mapping->pairs.item[i].value;
	return NULL;
}

/* Whether two nodes say the same; the order of a mapping's keys says nothing. */
static bool node_equal(const struct yaml_node *a, const struct yaml_node *b)
{
	size_t i;

	if (a->kind != b->kind || a->items.count != b->items.count ||
	    a->pairs.count != b->pairs.count || strcmp(a->scalar.text, b->scalar.text) != 0)
		return false;
	for (i = 0; i < a->items.count; i++)
		if (!node_equal(a->items.item[i], b->items.item[i]))
			return false;
	for (i = 0; i < a->pairs.count; i++) {
		const struct yaml_node *other = find(b, a->pairs.item[i].key.text);

		if (other == NULL || !node_equal(a->pairs.item[i].value, other))
			return false;
	}
	return true;
}

/* --- laying one mapping over another --------------------------------------- */

static bool is_action(const char *key)
{
	return action_by_name(key) < OP_COUNT || keyword_by_name(key) == KEYWORD_STEPS;
}

static bool is_list(const char *key)
{
	enum keyword_id id = keyword_by_name(key);

	return id < KEYWORD_COUNT && keyword_is_list(id);
}

/* An empty item is systemd's empty assignment: what comes before it is forgotten. */
static bool is_reset(const struct yaml_node *node)
{
	return node->kind == YAML_SCALAR && node->scalar.text[0] == '\0';
}

/* Whether a pair says only that what the unit has is forgotten. An action without operands is
 * written with nothing behind it. */
static bool is_removal(const struct yaml_pair *pair)
{
	return keyword_by_name(pair->key.text) < KEYWORD_COUNT && yaml_is_null(pair->value);
}

static bool has_item(const struct yaml_node *list, const struct yaml_node *item)
{
	size_t i;

	for (i = 0; i < list->items.count; i++)
		if (node_equal(list->items.item[i], item))
			return true;
	return false;
}

static void append_items(struct arena *arena, struct yaml_node *list, const struct yaml_node *value)
{
	size_t i;

	if (value->kind != YAML_SEQUENCE && !has_item(list, value))
		vec_push(arena, &list->items, (struct yaml_node *)value);
	for (i = 0; i < value->items.count; i++) {
		if (is_reset(value->items.item[i]))
			list->items.count = 0;
		else if (!has_item(list, value->items.item[i]))
			vec_push(arena, &list->items, value->items.item[i]);
	}
}

/* Whether a list is the unit's own, which may be written as one item alone. */
static bool says_as_much(const struct yaml_node *base, const struct yaml_node *list)
{
	if (base->kind == YAML_SEQUENCE)
		return node_equal(base, list);
	return list->items.count == 1 && node_equal(base, list->items.item[0]);
}

static struct yaml_node *join_lists(struct arena *arena, const struct yaml_node *base,
				    const struct yaml_node *more)
{
	struct yaml_node *list = arena_alloc(arena, sizeof *list);

	*list = (struct yaml_node){
		.kind = YAML_SEQUENCE, .span = more->span, .scalar = {"", more->span}};
	if (base != NULL)
		append_items(arena, list, base);
	if (more->kind != YAML_SEQUENCE || more->items.count > 0)
		append_items(arena, list, more);
	else
		list->items.count = 0;
	return base != NULL && says_as_much(base, list) ? (struct yaml_node *)base : list;
}

/* Whether a pair of the unit gives way to what the drop-in says. */
static bool is_replaced(const struct yaml_pair *pair, const struct yaml_node *drop_in)
{
	size_t i;

	if (find(drop_in, pair->key.text) != NULL)
		return true;
	for (i = 0; is_action(pair->key.text) && i < drop_in->pairs.count; i++)
		if (is_action(drop_in->pairs.item[i].key.text))
			return true;
	return false;
}

static struct yaml_node *lay_over(struct arena *arena, const struct yaml_node *base,
				  const struct yaml_node *drop_in)
{
	struct yaml_node *merged = arena_alloc(arena, sizeof *merged);
	size_t i;

	*merged = (struct yaml_node){
		.kind = YAML_MAPPING, .span = base->span, .scalar = {"", base->span}};
	for (i = 0; i < base->pairs.count; i++)
		if (!is_replaced(&base->pairs.item[i], drop_in))
			vec_push(arena, &merged->pairs, base->pairs.item[i]);
	for (i = 0; i < drop_in->pairs.count; i++) {
		struct yaml_pair pair = drop_in->pairs.item[i];

		if (is_removal(&pair))
			continue;
		if (is_list(pair.key.text))
			pair.value = join_lists(arena, find(base, pair.key.text), pair.value);
		vec_push(arena, &merged->pairs, pair);
	}
	return merged;
}

bool unit_says_the_same(const struct unit *a, const struct unit *b)
{
	return a->node != NULL && b->node != NULL && node_equal(a->node, b->node);
}

/* --- reading a drop-in ------------------------------------------------------ */

/* A drop-in by itself, without what it forgets: to report once what is wrong in it. */
static void read_alone(struct model *model, struct diag *diag, const struct yaml_node *node)
{
	static const struct yaml_node nothing = {.kind = YAML_MAPPING, .scalar = {.text = ""}};
	struct unit unit = {0};
	struct unit_reader reader = {.arena = model->arena, .diag = diag, .unit = &unit};

	unit_read_keys(&reader, lay_over(model->arena, &nothing, node));
	if (reader.given[KEYWORD_UNIT].text != NULL)
		diag_report(diag, DIAG_UNIT_DROP_IN, reader.given[KEYWORD_UNIT].span, NULL,
			    "the name of the directory says which unit it belongs to");
}

struct drop_in_reader {
	struct model *model;
	struct diag *diag;
	const struct yaml_node *node;
	unsigned documents;
};

static void read_document(void *context, const struct yaml_node *node)
{
	struct drop_in_reader *reader = context;

	if (reader->documents++ > 0)
		diag_report(reader->diag, DIAG_UNIT_DROP_IN, node->span, NULL,
			    "a second document; a drop-in is one");
	else if (node->kind != YAML_MAPPING)
		diag_report(reader->diag, DIAG_UNIT_DROP_IN, node->span, NULL,
			    "a drop-in is a mapping of keywords; this is %s", yaml_kind_name(node));
	else
		reader->node = node;
}

/* Drop-ins are kept in the order in which they are laid over: by the names of their files. One of a
 * later directory takes the place of one with the same file name. */
static void insert(struct model *model, const struct drop_in *drop_in)
{
	size_t i, at = 0;

	while (at < model->drop_ins.count &&
	       strcmp(model->drop_ins.item[at].file, drop_in->file) < 0)
		at++;
	for (i = at;
	     i < model->drop_ins.count && strcmp(model->drop_ins.item[i].file, drop_in->file) == 0;
	     i++)
		if (strcmp(model->drop_ins.item[i].unit.text, drop_in->unit.text) == 0) {
			model->drop_ins.item[i] = *drop_in;
			return;
		}
	vec_push(model->arena, &model->drop_ins, *drop_in);
	for (i = model->drop_ins.count - 1; i > at; i--)
		model->drop_ins.item[i] = model->drop_ins.item[i - 1];
	model->drop_ins.item[at] = *drop_in;
}

void source_drop_in(struct model *model, struct diag *diag, struct word unit, const char *file,
		    const struct text *text)
{
	struct drop_in_reader reader = {.model = model, .diag = diag};
	struct drop_in drop_in = {.unit = unit, .file = file};
	size_t errors = diag->count[SEVERITY_ERROR];

	if (text != NULL) {
		drop_in.unit.span = (struct span){text, 0, 0, NULL};
		yaml_read(model->arena, diag, text, read_document, &reader);
		if (reader.documents == 0 && errors == diag->count[SEVERITY_ERROR])
			diag_report(diag, DIAG_UNIT_DROP_IN, drop_in.unit.span, NULL,
				    "the file says nothing");
		if (reader.node != NULL)
			read_alone(model, diag, reader.node);
		if (errors < diag->count[SEVERITY_ERROR])
			return;
		drop_in.node = reader.node;
	}
	insert(model, &drop_in);
}

/* --- the unit that results -------------------------------------------------- */

/* Reads the unit that results. What is wrong in its pieces was reported when they were read; what
 * is new is what they say together. */
static struct unit *read_merged(struct model *model, struct diag *diag, const struct unit *base,
				const struct yaml_node *node)
{
	struct unit *unit = arena_alloc(model->arena, sizeof *unit);
	struct diag silent = {0};
	struct unit_reader reader = {.arena = model->arena, .diag = &silent, .unit = unit};

	unit_read_keys(&reader, node);
	reader.diag = diag;
	unit_check(&reader);
	unit->span = base->span;
	unit->node = node;
	return unit;
}

struct unit *unit_with_drop_ins(struct model *model, struct diag *diag, struct unit *unit,
				const char *name)
{
	const struct yaml_node *node = unit->node;
	size_t i;

	for (i = 0; i < model->drop_ins.count; i++) {
		struct drop_in *drop_in = &model->drop_ins.item[i];
		struct yaml_node *merged;

		if (strcmp(drop_in->unit.text, name) != 0)
			continue;
		drop_in->used = true;
		if (drop_in->node == NULL || node == NULL)
			continue; /* it masks a drop-in, or is about a mask */
		merged = lay_over(model->arena, node, drop_in->node);
		if (node_equal(node, merged))
			diag_report(diag, DIAG_OVERRIDE_SAME, drop_in->unit.span, NULL,
				    "the drop-in says what the unit \"%s\" says anyway", name);
		node = merged;
	}
	return node == unit->node ? unit : read_merged(model, diag, unit, node);
}
