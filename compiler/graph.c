#include "graph.h"
#include "script_units.h"

#include <string.h>

static uint32_t find_unit(const struct graph *graph, const char *name)
{
	uint32_t i;

	for (i = 0; i < graph->nodes.count; i++)
		if (graph->nodes.item[i].unit != NULL &&
		    strcmp(graph->nodes.item[i].name, name) == 0)
			return i;
	return NONE;
}

uint32_t graph_device(struct graph *graph, const struct program_value *reference, struct span span)
{
	const char *name = value_string(graph->arena, reference);
	struct graph_node node = {.name = name, .span = span, .reference = *reference};
	uint32_t i;

	for (i = 0; i < graph->nodes.count; i++)
		if (graph->nodes.item[i].unit == NULL &&
		    strcmp(graph->nodes.item[i].name, name) == 0)
			return i;
	vec_push(graph->arena, &graph->nodes, node);
	return (uint32_t)(graph->nodes.count - 1);
}

void graph_add_edge(struct graph *graph, struct graph_edge edge)
{
	size_t i;

	for (i = 0; i < graph->edges.count; i++) {
		const struct graph_edge *other = &graph->edges.item[i];

		if (other->from == edge.from && other->to == edge.to && other->kind == edge.kind)
			return;
	}
	vec_push(graph->arena, &graph->edges, edge);
}

static void add_edge(struct graph *graph, uint32_t from, uint32_t to, enum edge_kind kind,
		     struct span span)
{
	graph_add_edge(graph, (struct graph_edge){from, to, kind, REASON_DECLARED, span});
}

/* --- names
 * ----------------------------------------------------------------------------------------- */

static const char *nearest_unit(const struct graph *graph, const char *name)
{
	VEC(const char *) names = {0};
	size_t i;

	for (i = 0; i < graph->nodes.count; i++)
		if (graph->nodes.item[i].unit != NULL)
			vec_push(graph->arena, &names, graph->nodes.item[i].name);
	return diag_nearest(name, names.item, names.count);
}

static const char *nearest_hint(const struct graph *graph, const char *name)
{
	const char *nearest = nearest_unit(graph, name);

	return nearest != NULL ? arena_printf(graph->arena, "did you mean \"%s\"?", nearest) : NULL;
}

/* That a unit of this name was taken away, if that is why there is none. */
static void note_mask(const struct graph *graph, struct diag *diag, const char *name)
{
	size_t i;

	for (i = graph->model->units.count; i-- > 0;) {
		const struct unit *unit = graph->model->units.item[i];

		if (strcmp(unit->name.text, name) != 0)
			continue;
		if (unit->masked)
			diag_note(diag, unit->name.span, "it is masked here");
		return;
	}
}

/* How long a device may take to appear: of those who say it the most patient one decides. */
static void set_limit(struct graph *graph, struct diag *diag, uint32_t node, struct word within)
{
	uint32_t limit = unit_duration(within.text);

	if (limit == 0)
		diag_report(diag, DIAG_UNIT_DURATION, within.span, NULL, "not a duration: \"%s\"",
			    within.text);
	else if (limit > graph->nodes.item[node].limit)
		graph->nodes.item[node].limit = limit;
}

/* The device a relation names; NONE after its reference was reported. */
static uint32_t relation_device(struct graph *graph, struct diag *diag,
				const struct relation *relation)
{
	struct program_value value;
	uint32_t node;

	if (!expand_value(graph->arena, diag, &relation->name, &value))
		return NONE;
	node = graph_device(graph, &value, relation->name.span);
	if (relation->within.text != NULL)
		set_limit(graph, diag, node, relation->within);
	return node;
}

/* The node a relation names; NONE after reporting what its kind of edge demands. */
static uint32_t relation_node(struct graph *graph, struct diag *diag,
			      const struct relation *relation, bool required)
{
	const char *hint;
	uint32_t node;

	if (relation->device)
		return relation_device(graph, diag, relation);
	node = find_unit(graph, relation->name.text);
	if (node != NONE)
		return node;
	hint = nearest_hint(graph, relation->name.text);
	if (required) {
		diag_report(diag, DIAG_UNKNOWN_UNIT, relation->name.span, hint,
			    "no unit is called \"%s\"", relation->name.text);
		note_mask(graph, diag, relation->name.text);
	} else if (hint != NULL)
		diag_report(diag, DIAG_UNKNOWN_UNIT_OPTIONAL, relation->name.span, hint,
			    "no unit is called \"%s\"", relation->name.text);
	return NONE;
}

/* --- start-on
 * ---------------------------------------------------------------------------------------- */

bool graph_mounts(const struct unit *unit, const char *path)
{
	size_t i;

	for (i = 0; i < unit->steps.count; i++) {
		const struct action *action = &unit->steps.item[i];
		const char *where;

		if (action->op != OP_MOUNT && action->op != OP_MOUNT_DEVICE)
			continue;
		where = action->operand[1].text;
		if (strcmp(where, path) == 0 ||
		    (strncmp(where, "/root", 5) == 0 &&
		     strcmp(where[5] == '\0' ? "/" : where + 5, path) == 0))
			return true;
	}
	return false;
}

static uint32_t find_mount(const struct graph *graph, const char *path)
{
	uint32_t i;

	for (i = 0; i < graph->nodes.count; i++)
		if (graph->nodes.item[i].unit != NULL &&
		    graph_mounts(graph->nodes.item[i].unit, path))
			return i;
	return NONE;
}

uint32_t graph_term_node(struct graph *graph, struct diag *diag, const struct term *term)
{
	struct program_value value;

	switch (term->kind) {
	case TERM_MOUNTED:
		return find_mount(graph, term->name.text);
	case TERM_DEVICE:
	case TERM_MISSING:
		return expand_value(graph->arena, diag, &term->name, &value)
			       ? graph_device(graph, &value, term->name.span)
			       : NONE;
	case TERM_STARTED:
	case TERM_STARTING:
	case TERM_STOPPING:
	case TERM_STOPPED:
	case TERM_FAILED:
	case TERM_EVENT:
		return find_unit(graph, term->name.text);
	default:
		return NONE;
	}
}

bool graph_left_out(const struct graph *graph, const struct term *term)
{
	for (size_t i = 0; i < graph->model->units.count; i++)
		if (term->kind == TERM_STOPPED &&
		    strcmp(graph->model->units.item[i]->name.text, term->name.text) == 0)
			return find_unit(graph, term->name.text) == NONE;
	return false;
}

static bool term_names_node(const struct term *term)
{
	return term->kind == TERM_STARTED || term->kind == TERM_STARTING ||
	       term->kind == TERM_STOPPING || term->kind == TERM_STOPPED ||
	       term->kind == TERM_FAILED || term->kind == TERM_EVENT ||
	       term->kind == TERM_MOUNTED || term->kind == TERM_DEVICE ||
	       term->kind == TERM_MISSING;
}

static void connect_term(struct graph *graph, struct diag *diag, uint32_t unit,
			 const struct term *term)
{
	uint32_t node;
	size_t i;

	if (term == NULL)
		return;
	for (i = 0; i < term->terms.count; i++)
		connect_term(graph, diag, unit, term->terms.item[i]);
	if (!term_names_node(term))
		return;
	if (graph_left_out(graph, term))
		return;
	node = graph_term_node(graph, diag, term);
	if (node == NONE) {
		diag_report(diag, DIAG_START_ON_UNKNOWN, term->span,
			    nearest_hint(graph, term->name.text),
			    "nothing in the graph is \"%s\": this never happens", term->name.text);
	} else if (term->kind == TERM_STARTING) {
		add_edge(graph, node, unit, EDGE_STARTING, term->span);
		add_edge(graph, unit, node, EDGE_HOLD, term->span);
	} else {
		add_edge(graph, node, unit, EDGE_START, term->span);
	}
}

/* What a unit ends on. It may come after the unit, so the edges give no order. */
static void connect_stop(struct graph *graph, struct diag *diag, uint32_t unit,
			 const struct term *term)
{
	uint32_t node;
	size_t i;

	if (term == NULL)
		return;
	for (i = 0; i < term->terms.count; i++)
		connect_stop(graph, diag, unit, term->terms.item[i]);
	if (!term_names_node(term))
		return;
	if (graph_left_out(graph, term))
		return;
	node = graph_term_node(graph, diag, term);
	if (node == NONE)
		diag_report(diag, DIAG_START_ON_UNKNOWN, term->span,
			    nearest_hint(graph, term->name.text),
			    "nothing in the graph is \"%s\": this never happens", term->name.text);
	else if (node != unit)
		add_edge(graph, node, unit, EDGE_STOP, term->span);
}

static void check_daemons(const struct graph *graph, struct diag *diag)
{
	size_t i, k;

	for (i = 0; i < graph->nodes.count; i++) {
		const struct unit *unit = graph->nodes.item[i].unit;

		for (k = 0; unit != NULL && k < unit->steps.count; k++)
			if (unit->steps.item[k].op == OP_DAEMON &&
			    (k + 1 < unit->steps.count || unit->type == UNIT_REACTION))
				diag_report(diag, DIAG_UNIT_DAEMON, unit->steps.item[k].span, NULL,
					    unit->type == UNIT_REACTION
						    ? "a reaction starts no daemon"
						    : "a daemon is the last step of its unit");
	}
}

/* --- edges
 * ------------------------------------------------------------------------------------------- */

#define CONNECT(list, required, ...)                                                               \
	for (i = 0; i < (list).count; i++) {                                                       \
		const struct relation *relation = &(list).item[i];                                 \
		uint32_t other = relation_node(graph, diag, relation, required);                   \
                                                                                                   \
		if (other != NONE)                                                                 \
			add_edge(graph, __VA_ARGS__, relation->name.span);                         \
	}

static void connect_relations(struct graph *graph, struct diag *diag, uint32_t node,
			      const struct unit *unit)
{
	size_t i;

	CONNECT(unit->requires, true, other, node, EDGE_REQUIRES)
	CONNECT(unit->wants, false, other, node, EDGE_WANTS)
	CONNECT(unit->after, false, other, node, EDGE_AFTER)
	CONNECT(unit->before, false, node, other, EDGE_AFTER)
	CONNECT(unit->provides, true, node, other, EDGE_PROVIDES)
	CONNECT(unit->required_by, false, node, other, EDGE_REQUIRES)
}

/* A device that an action works on is required by it. */
static void connect_actions(struct graph *graph, struct diag *diag, uint32_t node,
			    const struct unit *unit)
{
	struct program_value value;
	size_t i, k;

	for (i = 0; i < unit->steps.count; i++) {
		const struct action *action = &unit->steps.item[i];
		const struct op *row = opcode_describe(action->op);

		for (k = 0; k < row->operand_count; k++)
			if (row->operand[k].kind == OPERAND_DEVICE &&
			    expand_value(graph->arena, diag, &action->operand[k], &value))
				graph_add_edge(graph, (struct graph_edge){
							      graph_device(graph, &value,
									   action->operand[k].span),
							      node, EDGE_REQUIRES, REASON_OPERAND,
							      action->operand[k].span});
	}
}

static void check_required(const struct graph *graph, struct diag *diag)
{
	size_t i;

	for (i = 0; i < graph->edges.count; i++) {
		const struct graph_edge *edge = &graph->edges.item[i];
		const struct unit *from = graph->nodes.item[edge->from].unit;

		if ((edge->kind == EDGE_REQUIRES || edge->kind == EDGE_START) && from != NULL &&
		    from->type == UNIT_REACTION)
			diag_report(diag, DIAG_REQUIRES_REACTION, edge->span, NULL,
				    "\"%s\" is a reaction and never ends", from->name.text);
	}
}

static void find_goal(struct graph *graph, struct diag *diag)
{
	static const struct span nowhere = {.name = "units"};
	uint32_t i;

	for (i = 0; i < graph->nodes.count; i++) {
		const struct unit *unit = graph->nodes.item[i].unit;

		if (unit == NULL || !unit->goal)
			continue;
		if (graph->goal == NONE) {
			graph->goal = i;
			continue;
		}
		diag_report(diag, DIAG_TWO_GOALS, unit->name.span, NULL, "\"%s\" is a second goal",
			    unit->name.text);
		diag_note(diag, graph->nodes.item[graph->goal].span, "the first one");
	}
	if (graph->goal == NONE)
		diag_report(diag, DIAG_NO_GOAL, nowhere, NULL, "no unit is the goal");
}

struct graph *graph_build(const struct model *model, struct diag *diag, const unit_list *instances)
{
	struct graph *graph = arena_alloc(model->arena, sizeof *graph);
	uint32_t i;

	*graph = (struct graph){.arena = model->arena, .model = model, .goal = NONE};
	for (i = 0; i < instances->count; i++) {
		const struct unit *unit = instances->item[i];
		struct graph_node node = {
			.name = unit->name.text, .span = unit->name.span, .unit = unit};

		vec_push(graph->arena, &graph->nodes, node);
	}
	for (i = 0; i < instances->count; i++) {
		connect_relations(graph, diag, i, instances->item[i]);
		connect_term(graph, diag, i, instances->item[i]->start_on);
		connect_stop(graph, diag, i, instances->item[i]->stop_on);
		connect_actions(graph, diag, i, instances->item[i]);
	}
	graph_connect_sets(graph);
	graph_connect_names(graph);
	graph_connect_scripts(graph);
	graph_connect_data(graph, diag);
	check_required(graph, diag);
	check_daemons(graph, diag);
	find_goal(graph, diag);
	return graph;
}
