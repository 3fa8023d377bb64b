/* when and if-host: conditions, each a mapping with one key. */
#include "unit_spec.h"

#include <string.h>

struct condition_key {
	const char *key;
	enum term_kind kind;
};

static const struct condition_key conditions[] = {
#define CONDITION(term, spelling, text) {spelling, TERM_##term},
#include "unit_keywords.def"
};

enum { CONDITION_COUNT = sizeof conditions / sizeof conditions[0] };

static struct term *read_cmdline(struct unit_reader *reader, struct term *term,
				 const struct yaml_node *value)
{
	if (!unit_text(reader, value, "cmdline", &term->name))
		return NULL;
	if (term->name.text[0] != '\0' &&
	    term->name.text[strcspn(term->name.text, "= \t\n")] == '\0')
		return term;
	diag_report(reader->diag, DIAG_UNIT_CONDITION, term->name.span,
		    "{parameter: name, is: value} looks at a value",
		    "not one word of a command line: \"%s\"", term->name.text);
	return NULL;
}

static const char *parameter_hint(struct unit_reader *reader, const char *name)
{
	const char *names[PARAMETER_COUNT];
	unsigned i;

	for (i = 0; i < PARAMETER_COUNT; i++)
		names[i] = parameter_name((enum parameter_id)i);
	return unit_hint(reader, name, names, PARAMETER_COUNT);
}

static struct term *read_parameter(struct unit_reader *reader, struct term *term,
				   const struct yaml_node *node, const struct yaml_node *value)
{
	size_t i;

	if (!unit_text(reader, value, "parameter", &term->name))
		return NULL;
	if (!unit_has_placeholder(term->name.text) &&
	    parameter_by_name(term->name.text, strlen(term->name.text)) == PARAMETER_COUNT) {
		diag_report(reader->diag, DIAG_UNIT_CONDITION, term->name.span,
			    parameter_hint(reader, term->name.text),
			    "unknown kernel parameter: \"%s\"", term->name.text);
		return NULL;
	}
	for (i = 0; i < node->pairs.count; i++)
		if (strcmp(node->pairs.item[i].key.text, "is") == 0 &&
		    !unit_text(reader, node->pairs.item[i].value, "is", &term->pattern))
			return NULL;
	return term;
}

static struct term *read_devices(struct unit_reader *reader, struct term *term,
				 const struct yaml_node *value)
{
	if (!unit_text(reader, value, "devices", &term->name))
		return NULL;
	if (strcmp(term->name.text, "native") == 0 || strcmp(term->name.text, "udevd") == 0)
		return term;
	diag_report(reader->diag, DIAG_UNIT_CONDITION, term->name.span, NULL,
		    "devices are native or udevd, and not \"%s\"", term->name.text);
	return NULL;
}

static const struct condition_key *condition_by_key(const char *key)
{
	unsigned i;

	for (i = 0; i < CONDITION_COUNT; i++)
		if (strcmp(conditions[i].key, key) == 0)
			return &conditions[i];
	return NULL;
}

static struct term *unknown_condition(struct unit_reader *reader, const struct word *key)
{
	const char *keys[CONDITION_COUNT];
	unsigned i;

	for (i = 0; i < CONDITION_COUNT; i++)
		keys[i] = conditions[i].key;
	diag_report(reader->diag, DIAG_UNIT_CONDITION, key->span,
		    unit_hint(reader, key->text, keys, CONDITION_COUNT),
		    "unknown condition: \"%s\"", key->text);
	return NULL;
}

/* A condition has one key, beside which only a parameter has another one: `is`. */
static const struct yaml_pair *only_pair(struct unit_reader *reader, const struct yaml_node *node)
{
	const struct yaml_pair *pair = NULL;
	bool has_is = false;
	size_t i;

	if (node->kind != YAML_MAPPING || node->pairs.count == 0) {
		unit_wrong_shape(reader, node, "a condition", "a mapping such as {cmdline: word}");
		return NULL;
	}
	for (i = 0; i < node->pairs.count; i++) {
		if (strcmp(node->pairs.item[i].key.text, "is") == 0) {
			has_is = true;
		} else if (pair == NULL) {
			pair = &node->pairs.item[i];
		} else {
			diag_report(reader->diag, DIAG_UNIT_CONDITION, node->pairs.item[i].key.span,
				    "write {all: [{...}, {...}]} or {any: [{...}, {...}]}",
				    "two conditions in one mapping");
			return NULL;
		}
	}
	if (pair != NULL && (!has_is || strcmp(pair->key.text, "parameter") == 0))
		return pair;
	diag_report(reader->diag, DIAG_UNIT_CONDITION, node->span, NULL,
		    "\"is\" belongs to a parameter: {parameter: name, is: value}");
	return NULL;
}

struct term *unit_condition(struct unit_reader *reader, const struct yaml_node *node)
{
	const struct yaml_pair *pair = only_pair(reader, node);
	const struct condition_key *condition;
	struct term *term, *inner;

	if (pair == NULL)
		return NULL;
	condition = condition_by_key(pair->key.text);
	if (condition == NULL)
		return unknown_condition(reader, &pair->key);
	if (condition->kind == TERM_AND || condition->kind == TERM_OR)
		return unit_term_sequence(reader, condition->kind, pair, unit_condition);
	term = unit_term(reader, condition->kind, pair->key.span);
	switch (condition->kind) {
	case TERM_CMDLINE:
		return read_cmdline(reader, term, pair->value);
	case TERM_PARAMETER:
		return read_parameter(reader, term, node, pair->value);
	case TERM_FILE:
		return unit_path(reader, pair->value, "file", &term->name) ? term : NULL;
	case TERM_DEVICES:
		return read_devices(reader, term, pair->value);
	default:
		inner = unit_condition(reader, pair->value);
		if (inner == NULL)
			return NULL;
		vec_push(reader->arena, &term->terms, inner);
		return term;
	}
}

/* Whether all that a condition asks can be answered when the graph is compiled. */
static bool is_about_host(struct unit_reader *reader, const struct term *term)
{
	bool good = true;
	size_t i;

	if (term->kind == TERM_CMDLINE || term->kind == TERM_PARAMETER) {
		diag_report(reader->diag, DIAG_UNIT_CONDITION, term->span,
			    "\"when\" is decided at boot",
			    "if-host cannot ask for the kernel command line");
		return false;
	}
	for (i = 0; i < term->terms.count; i++)
		good = is_about_host(reader, term->terms.item[i]) && good;
	return good;
}

struct term *unit_host_condition(struct unit_reader *reader, const struct yaml_node *node)
{
	struct term *term = unit_condition(reader, node);

	return term != NULL && is_about_host(reader, term) ? term : NULL;
}

/* Whether all that a condition asks can be answered at boot. */
static bool is_about_boot(struct unit_reader *reader, const struct term *term)
{
	bool good = true;
	size_t i;

	if (term->kind == TERM_DEVICES) {
		diag_report(reader->diag, DIAG_UNIT_CONDITION, term->span,
			    "\"if-host\" is decided when the graph is compiled",
			    "who finds devices is decided before the boot");
		return false;
	}
	for (i = 0; i < term->terms.count; i++)
		good = is_about_boot(reader, term->terms.item[i]) && good;
	return good;
}

struct term *unit_boot_condition(struct unit_reader *reader, const struct yaml_node *node)
{
	struct term *term = unit_condition(reader, node);

	return term != NULL && is_about_boot(reader, term) ? term : NULL;
}
