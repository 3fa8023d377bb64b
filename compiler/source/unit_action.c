#include "unit_spec.h"

#include <stdlib.h>
#include <string.h>

enum { OPERAND_NUMBER_MAX = NONE - 1 }; /* one word of the blob's code */

static bool is_action(unsigned op)
{
	return opcode_describe(op)->class == CLASS_EFFECT;
}

enum opcode action_by_name(const char *name)
{
	enum opcode op = opcode_by_name(name, strlen(name));

	return op < OP_COUNT && is_action(op) ? op : OP_COUNT;
}

void action_names(const char **names, size_t *count)
{
	unsigned op;

	for (op = 0; op < OP_COUNT; op++)
		if (is_action(op))
			names[(*count)++] = opcode_describe(op)->name;
}

/* --- operands ------------------------------------------------------------- */

static bool read_number(struct unit_reader *reader, const struct yaml_node *node, const char *what,
			struct word *ret_word)
{
	unsigned long number;
	char *end;

	if (!unit_text(reader, node, what, ret_word))
		return false;
	number = strtoul(ret_word->text, &end, 0);
	if (strchr("0123456789", ret_word->text[0]) != NULL && ret_word->text[0] != '\0' &&
	    *end == '\0' && number <= OPERAND_NUMBER_MAX)
		return true;
	diag_report(reader->diag, DIAG_BAD_NUMBER, ret_word->span, NULL,
		    "%s is a number up to %d, and not \"%s\"", what, OPERAND_NUMBER_MAX,
		    ret_word->text);
	return false;
}

static bool read_list(struct unit_reader *reader, const struct yaml_node *node, const char *what,
		      struct action *action)
{
	bool good = true;
	size_t i;

	if (node->kind != YAML_SEQUENCE || node->items.count == 0) {
		unit_wrong_shape(reader, node, what, "a sequence of texts");
		return false;
	}
	for (i = 0; i < node->items.count; i++) {
		struct word word;

		if (unit_text(reader, node->items.item[i], what, &word))
			vec_push(reader->arena, &action->list, word);
		else
			good = false;
	}
	return good;
}

static bool read_operand(struct unit_reader *reader, const struct yaml_node *node, unsigned i,
			 struct action *action)
{
	const struct op *op = opcode_describe(action->op);
	const char *what = arena_printf(reader->arena, "%s: %s", op->name, op->operand[i].name);

	/* {options: } says the same as leaving it out. */
	if (yaml_is_null(node) && op->operand[i].optional)
		return true;
	switch (op->operand[i].kind) {
	case OPERAND_LIST:
		return read_list(reader, node, what, action);
	case OPERAND_NUMBER:
		return read_number(reader, node, what, &action->operand[i]);
	case OPERAND_DEVICE:
		return unit_device(reader, node, what, &action->operand[i]);
	default:
		return unit_text(reader, node, what, &action->operand[i]);
	}
}

static bool unknown_operand(struct unit_reader *reader, const struct op *op, struct word key)
{
	const char *names[OPERANDS_MAX];
	unsigned i;

	for (i = 0; i < op->operand_count; i++)
		names[i] = op->operand[i].name;
	diag_report(reader->diag, DIAG_UNIT_OPERAND, key.span,
		    unit_hint(reader, key.text, names, op->operand_count),
		    "%s has no operand \"%s\"", op->name, key.text);
	return false;
}

static bool read_pair(struct unit_reader *reader, const struct yaml_pair *pair,
		      struct action *action)
{
	const struct op *op = opcode_describe(action->op);
	unsigned i;

	if (action->op == OP_DAEMON && strcmp(pair->key.text, "stop-on") == 0) {
		reader->unit->stop_on = unit_expression(reader, pair->value);
		return reader->unit->stop_on != NULL;
	}
	for (i = 0; i < op->operand_count; i++)
		if (strcmp(op->operand[i].name, pair->key.text) == 0)
			return read_operand(reader, pair->value, i, action);
	return unknown_operand(reader, op, pair->key);
}

/* Whether every operand that has to be there was written, even if its value is wrong. */
static bool check_complete(struct unit_reader *reader, const struct yaml_node *value,
			   const struct op *op, struct word keyword)
{
	bool good = true;
	unsigned i;
	size_t j;

	for (i = 0; i < op->operand_count; i++) {
		for (j = 0; j < value->pairs.count; j++)
			if (strcmp(value->pairs.item[j].key.text, op->operand[i].name) == 0)
				break;
		if (j < value->pairs.count || op->operand[i].optional)
			continue;
		diag_report(reader->diag, DIAG_UNIT_OPERAND, keyword.span, NULL,
			    "%s needs the operand \"%s\"", op->name, op->operand[i].name);
		good = false;
	}
	return good;
}

static bool read_mapping(struct unit_reader *reader, const struct yaml_node *value,
			 struct action *action, struct word keyword)
{
	bool good = check_complete(reader, value, opcode_describe(action->op), keyword);
	size_t i;

	for (i = 0; i < value->pairs.count; i++)
		good = read_pair(reader, &value->pairs.item[i], action) && good;
	return good;
}

/* --- actions -------------------------------------------------------------- */

/* The one operand that has to be given, which may be written without its name; or operand_count. */
static unsigned only_operand(const struct op *op)
{
	unsigned i, only = op->operand_count;

	for (i = 0; i < op->operand_count; i++) {
		if (op->operand[i].optional)
			continue;
		if (only < op->operand_count)
			return op->operand_count;
		only = i;
	}
	return only;
}

/* What the value of an action can be, in words. */
static const char *shape_of(struct unit_reader *reader, const struct op *op)
{
	const char *names = "";
	unsigned i, only = only_operand(op);

	if (op->operand_count == 0)
		return "nothing, or true";
	for (i = 0; i < op->operand_count; i++)
		names = arena_printf(reader->arena, "%s%s%s%s", names, i > 0 ? ", " : "",
				     op->operand[i].name, op->operand[i].optional ? "?" : "");
	names = arena_printf(reader->arena, "a mapping {%s}", names);
	if (only == op->operand_count)
		return names;
	return arena_printf(reader->arena, "%s, or %s", names,
			    op->operand[only].kind == OPERAND_LIST ? "a sequence of texts"
								   : "a text");
}

static bool is_true(const struct yaml_node *node)
{
	return yaml_is_null(node) ||
	       (node->kind == YAML_SCALAR && strcmp(node->scalar.text, "true") == 0);
}

static bool has_operand(const struct op *op, struct word key)
{
	unsigned i;

	for (i = 0; i < op->operand_count; i++)
		if (strcmp(op->operand[i].name, key.text) == 0)
			return true;
	return false;
}

static bool read_value(struct unit_reader *reader, const struct yaml_node *value,
		       struct action *action, struct word keyword)
{
	const struct op *op = opcode_describe(action->op);
	unsigned only = only_operand(op);
	bool is_list = only < op->operand_count && op->operand[only].kind == OPERAND_LIST;

	if (op->operand_count == 0 && is_true(value))
		return true;
	if (op->operand_count > 0 && value->kind == YAML_MAPPING &&
	    (!unit_is_unquoted_placeholder(value) || has_operand(op, value->pairs.item[0].key)))
		return read_mapping(reader, value, action, keyword);
	if (only < op->operand_count && !yaml_is_null(value) &&
	    value->kind == (is_list ? YAML_SEQUENCE : YAML_SCALAR))
		return read_operand(reader, value, only, action);
	unit_wrong_shape(reader, value, op->name, shape_of(reader, op));
	return false;
}

/* "exit", "notify", "pidfile PATH", "socket PATH"; and that survives is true, if anything. */
static bool check_daemon(struct unit_reader *reader, const struct action *action)
{
	const struct word *ready = &action->operand[1], *survives = &action->operand[2];

	if (action->op != OP_DAEMON)
		return true;
	if (ready->text != NULL && strcmp(ready->text, "exit") != 0 &&
	    strcmp(ready->text, "notify") != 0 && strncmp(ready->text, "pidfile /", 9) != 0 &&
	    strncmp(ready->text, "socket /", 8) != 0) {
		diag_report(reader->diag, DIAG_UNIT_DAEMON, ready->span, NULL,
			    "ready is exit, notify, pidfile PATH or socket PATH, and not \"%s\"",
			    ready->text);
		return false;
	}
	if (survives->text != NULL && strcmp(survives->text, "true") != 0) {
		diag_report(reader->diag, DIAG_UNIT_DAEMON, survives->span, NULL,
			    "survives is true, or is not said");
		return false;
	}
	if (ready->text == NULL || strcmp(ready->text, "exit") != 0 ||
	    reader->unit->stop_on == NULL)
		return true;
	diag_report(reader->diag, DIAG_UNIT_DAEMON, ready->span,
		    "a daemon that leaves its number in a file can be found: ready: pidfile PATH",
		    "with ready: exit nobody knows which process stop-on would end");
	return false;
}

void unit_action(struct unit_reader *reader, enum opcode op, struct word keyword,
		 const struct yaml_node *value)
{
	struct action action = {.op = op, .span = keyword.span};

	if (read_value(reader, value, &action, keyword) && check_daemon(reader, &action))
		vec_push(reader->arena, &reader->unit->steps, action);
}

static void read_step(struct unit_reader *reader, const struct yaml_node *step)
{
	const struct yaml_pair *pair = step->pairs.item;
	const char *names[OP_COUNT];
	enum opcode op;
	size_t count = 0;

	if (step->kind != YAML_MAPPING || step->pairs.count != 1) {
		unit_wrong_shape(reader, step, "a step", "a mapping with one action");
		return;
	}
	op = action_by_name(pair->key.text);
	if (op < OP_COUNT) {
		unit_action(reader, op, pair->key, pair->value);
		return;
	}
	action_names(names, &count);
	diag_report(reader->diag, DIAG_UNIT_KEYWORD, pair->key.span,
		    unit_hint(reader, pair->key.text, names, count), "unknown action: \"%s\"",
		    pair->key.text);
}

void unit_steps(struct unit_reader *reader, const struct yaml_node *node)
{
	size_t i;

	if (node->kind != YAML_SEQUENCE || node->items.count == 0) {
		unit_wrong_shape(reader, node, "steps", "a sequence of actions");
		return;
	}
	for (i = 0; i < node->items.count; i++)
		read_step(reader, node->items.item[i]);
}
