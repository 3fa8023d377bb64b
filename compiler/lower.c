#include "graph.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_EFFECT_LIMIT = 180 * 1000 }; /* milliseconds; specs/unit-spec.md, timeout */

/* What every lowering function needs. */
struct lowering {
	struct arena *arena;
	struct diag *diag;
	const struct graph *graph;
};

static struct program_instruction *emit(struct lowering *l, struct program_code *code,
					enum opcode op, struct span span)
{
	struct program_instruction instruction = {.op = op, .source = span_string(l->arena, span)};

	code->present = true;
	vec_push(l->arena, &code->instructions, instruction);
	return &code->instructions.item[code->instructions.count - 1];
}

/* --- conditions
 * ----------------------------------------------------------------------------------- */

static void lower_term(struct lowering *l, struct program_code *code, const struct term *term);

static void lower_combination(struct lowering *l, struct program_code *code,
			      const struct term *term, enum opcode op)
{
	size_t i;

	for (i = 0; i < term->terms.count; i++) {
		lower_term(l, code, term->terms.item[i]);
		if (i > 0)
			emit(l, code, op, term->span);
	}
}

static void lower_node_term(struct lowering *l, struct program_code *code, const struct term *term)
{
	enum opcode op = term->kind == TERM_STARTING				   ? OP_STARTING
			 : term->kind == TERM_STOPPING				   ? OP_STOPPING
			 : term->kind == TERM_STOPPED				   ? OP_STOPPED
			 : term->kind == TERM_FAILED || term->kind == TERM_MISSING ? OP_FAILED
										   : OP_STARTED;
	uint32_t node = graph_term_node((struct graph *)l->graph, l->diag, term);

	if (graph_left_out(l->graph, term))
		emit(l, code, OP_STARTUP, term->span);
	else if (node == NONE)
		emit(l, code, OP_NEVER, term->span);
	else
		emit(l, code, op, term->span)->operand[0].index = node;
}

static void lower_parameter_term(struct lowering *l, struct program_code *code,
				 const struct term *term)
{
	struct program_value value = {"",
				      parameter_by_name(term->name.text, strlen(term->name.text))};
	struct program_instruction *instruction =
		emit(l, code, term->pattern.text != NULL ? OP_EQUALS : OP_SET, term->span);

	if (value.parameter == PARAMETER_COUNT)
		diag_report(l->diag, DIAG_PLACEHOLDER, term->name.span, NULL,
			    "no kernel parameter of bootgraph's is called \"%s\"; "
			    "for any word there is cmdline",
			    term->name.text);
	instruction->operand[0].value = value;
	instruction->operand[1].text = term->pattern.text;
}

static void lower_term(struct lowering *l, struct program_code *code, const struct term *term)
{
	switch (term->kind) {
	case TERM_AND:
		lower_combination(l, code, term, OP_AND);
		break;
	case TERM_OR:
		lower_combination(l, code, term, OP_OR);
		break;
	case TERM_NOT:
		lower_term(l, code, term->terms.item[0]);
		emit(l, code, OP_NOT, term->span);
		break;
	case TERM_STARTUP:
		emit(l, code, OP_STARTUP, term->span);
		break;
	case TERM_CMDLINE:
		emit(l, code, OP_WORD, term->span)->operand[0].text = term->name.text;
		break;
	case TERM_FILE:
		emit(l, code, OP_FILE, term->span)->operand[0].text = term->name.text;
		break;
	case TERM_PARAMETER:
		lower_parameter_term(l, code, term);
		break;
	default:
		lower_node_term(l, code, term);
	}
}

/* All properties have to fit. */
static void lower_match(struct lowering *l, struct program_code *code, const struct unit *unit)
{
	size_t i;

	for (i = 0; i < unit->on.count; i++) {
		const struct property *property = &unit->on.item[i];
		struct program_instruction *instruction =
			emit(l, code, OP_PROPERTY, property->key.span);

		instruction->operand[0].text = property->key.text;
		instruction->operand[1].text = property->pattern.text;
		if (i > 0)
			emit(l, code, OP_AND, property->key.span);
	}
}

/* --- actions
 * -------------------------------------------------------------------------------------- */

static uint32_t lower_number(struct lowering *l, const struct word *word)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(word->text, &end, 0);
	if (errno != 0 || end == word->text || *end != '\0' || number >= NONE ||
	    strchr("0123456789", word->text[0]) == NULL) {
		diag_report(l->diag, DIAG_BAD_NUMBER, word->span, NULL,
			    "not a number below 65535: \"%s\"", word->text);
		return 0;
	}
	return (uint32_t)number;
}

static void lower_value(struct lowering *l, const struct word *word,
			struct program_value *ret_value)
{
	*ret_value = (struct program_value){"", PARAMETER_COUNT};
	if (word->text != NULL)
		expand_value(l->arena, l->diag, word, ret_value);
}

static void lower_operand(struct lowering *l, struct program_instruction *instruction, unsigned i,
			  const struct action *action)
{
	const struct word *word = &action->operand[i];
	struct program_value value;
	size_t k;

	switch (opcode_describe(action->op)->operand[i].kind) {
	case OPERAND_STRING:
		instruction->operand[i].text = word->text;
		break;
	case OPERAND_VALUE:
		lower_value(l, word, &instruction->operand[i].value);
		break;
	case OPERAND_DEVICE:
		lower_value(l, word, &value);
		instruction->operand[i].index =
			graph_device((struct graph *)l->graph, &value, word->span);
		break;
	case OPERAND_NUMBER:
		instruction->operand[i].index = lower_number(l, word);
		break;
	default:
		for (k = 0; k < action->list.count; k++) {
			lower_value(l, &action->list.item[k], &value);
			vec_push(l->arena, &instruction->operand[i].list, value);
		}
	}
}

static void lower_action(struct lowering *l, struct program_code *code, const struct unit *unit)
{
	size_t i;
	unsigned k;

	for (i = 0; i < unit->steps.count; i++) {
		const struct action *action = &unit->steps.item[i];
		struct program_instruction *instruction = emit(l, code, action->op, action->span);

		for (k = 0; k < opcode_describe(action->op)->operand_count; k++)
			lower_operand(l, instruction, k, action);
	}
}

/* --- nodes
 * ---------------------------------------------------------------------------------------- */

/* A program that hangs has to end some time; somebody who thinks has not. */
uint32_t unit_limit(const struct unit *unit)
{
	if (unit->timeout != 0)
		return unit->timeout;
	for (size_t i = 0; i < unit->steps.count; i++)
		if (unit->steps.item[i].op == OP_ASK)
			return NO_LIMIT;
	return DEFAULT_EFFECT_LIMIT;
}

static bool is_daemon(const struct unit *unit)
{
	return unit->steps.count > 0 && unit->steps.item[unit->steps.count - 1].op == OP_DAEMON;
}

static const char *replaced_scripts(struct arena *arena, const struct unit *unit)
{
	const char *scripts = "";
	size_t i;

	for (i = 0; i < unit->replaces.count; i++)
		scripts = arena_printf(arena, "%s%s%s", scripts, i > 0 ? " " : "",
				       unit->replaces.item[i].text);
	return scripts;
}

static struct program_node lower_unit(struct lowering *l, const struct unit *unit)
{
	static const enum node_kind kinds[] = {[UNIT_TASK] = NODE_TASK,
					       [UNIT_EVENT] = NODE_EVENT,
					       [UNIT_REACTION] = NODE_REACTION};
	struct program_node node = {
		.name = unit->name.text,
		.description = unit->description.text != NULL ? unit->description.text : "",
		.source = span_string(l->arena, unit->name.span),
		.replaces = replaced_scripts(l->arena, unit),
		.exclusive = unit->exclusive.text != NULL ? unit->exclusive.text : "",
		.kind = kinds[unit->type],
		.flags = (unit->on_failure == ON_FAILURE_RESCUE ? NODE_RESCUE : 0) |
			 (is_daemon(unit) ? NODE_DAEMON : 0) | (unit->again ? NODE_AGAIN : 0),
		.attempts = unit->attempts != 0 ? unit->attempts : 1,
		.retry_delay = unit->retry_delay / 10,
		.limit = unit_limit(unit),
	};

	if (unit->when != NULL)
		lower_term(l, &node.when, unit->when);
	if (unit->start_on != NULL)
		lower_term(l, &node.start, unit->start_on);
	if (unit->stop_on != NULL)
		lower_term(l, &node.stop, unit->stop_on);
	lower_match(l, &node.match, unit);
	lower_action(l, &node.action, unit);
	return node;
}

static struct program_node lower_device(struct lowering *l, const struct graph_node *device)
{
	struct program_node node = {
		.name = device->name,
		.description = "",
		.source = span_string(l->arena, device->span),
		.replaces = "",
		.exclusive = "",
		.kind = NODE_DEVICE,
		.attempts = 1,
		.limit = device->limit != 0 ? device->limit : DEFAULT_LIMIT,
	};

	emit(l, &node.match, OP_NAMES, device->span)->operand[0].value = device->reference;
	return node;
}

/* Marks what the appearance of a device depends on: the units that provide it and all that these
 * need, or, for a device that no unit provides, the units that discover devices. */
static void mark_path(const struct graph *graph, uint32_t node, bool *on_path)
{
	bool provided = graph->nodes.item[node].unit != NULL;
	size_t i;

	for (i = 0; i < graph->edges.count; i++) {
		const struct graph_edge *edge = &graph->edges.item[i];

		if (edge->to != node || edge->kind == EDGE_HOLD || edge->kind == EDGE_ENOUGH ||
		    edge->kind == EDGE_LATE || !edge_gives_order(edge->kind))
			continue;
		provided = true;
		if (!on_path[edge->from]) {
			on_path[edge->from] = true;
			mark_path(graph, edge->from, on_path);
		}
	}
	for (i = 0; !provided && i < graph->nodes.count; i++)
		if (graph->nodes.item[i].unit != NULL &&
		    graph->nodes.item[i].unit->discovers_devices && !on_path[i] &&
		    graph_can_bring(graph, (uint32_t)i, node)) {
			on_path[i] = true;
			mark_path(graph, i, on_path);
		}
}

static void lower_path(struct lowering *l, struct program_node *node, uint32_t index)
{
	bool *on_path = arena_alloc(l->arena, l->graph->nodes.count * sizeof *on_path);
	uint32_t i;

	mark_path(l->graph, index, on_path);
	for (i = 0; i < l->graph->nodes.count; i++)
		if (on_path[i] && i != index)
			vec_push(l->arena, &node->path, i);
}

struct program *graph_lower(const struct graph *graph, const struct model *model, struct diag *diag)
{
	struct lowering l = {graph->arena, diag, graph};
	struct program *program = arena_alloc(graph->arena, sizeof *program);
	uint32_t i;

	program->arena = graph->arena;
	program->goal = graph->goal;
	for (i = 0; i < graph->nodes.count; i++) {
		const struct graph_node *from = &graph->nodes.item[i];
		struct program_node node =
			from->unit != NULL ? lower_unit(&l, from->unit) : lower_device(&l, from);

		if (from->unit == NULL)
			lower_path(&l, &node, i);
		vec_push(graph->arena, &program->nodes, node);
	}
	for (i = 0; i < graph->edges.count; i++) {
		const struct graph_edge *from = &graph->edges.item[i];
		struct program_edge edge = {from->from, from->to, from->kind, from->reason,
					    span_string(graph->arena, from->span)};

		vec_push(graph->arena, &program->edges, edge);
	}
	for (i = 0; i < model->parameters.count; i++) {
		struct program_parameter parameter = {model->parameters.item[i].id,
						      model->parameters.item[i].value.text};

		vec_push(graph->arena, &program->parameters, parameter);
	}
	return program;
}
