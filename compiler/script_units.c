#include "script_units.h"

#include <string.h>

#include "scripts/order.h"
#include "scripts/prereqs.h"

#define CONFIGURATION "configuration" /* the unit in front of all scripts */
#define LOCAL_BLOCK   "local-block"   /* the phase, and the unit on which its scripts start */

/* Milliseconds. */
enum {
	CONFIGURATION_LIMIT = 30000, /* it is a page of assignments */
	LOCAL_BLOCK_INTERVAL = 1000, /* initramfs-tools 0.142: local_device_setup */
};

/* Where a phase stands to the mounts. */
enum stage {
	BEFORE_DEVICE, /* the root's device is still to come */
	BEFORE_ROOT,   /* it is there */
	AFTER_MOUNTS,  /* root is mounted, and /usr */
};

/* The phases that are steps of a boot from a local disk, as init comes to them (initramfs-tools
 * 0.142: init, scripts/local). panic is no step: the rescue shell runs it. */
static const struct {
	const char *name;
	enum stage stage;
} phases[] = {
	{"init-top", BEFORE_DEVICE},	 {"init-premount", BEFORE_DEVICE},
	{"local-top", BEFORE_DEVICE},	 {LOCAL_BLOCK, BEFORE_DEVICE},
	{"local-premount", BEFORE_ROOT}, {"local-bottom", AFTER_MOUNTS},
	{"init-bottom", AFTER_MOUNTS},
};

enum { PHASE_COUNT = sizeof phases / sizeof phases[0] };

/* One script in its place: a unit of its own, or one that stands for it. */
struct step {
	unsigned phase; /* index of phases */
	const char *name;
	const struct script *script; /* NULL: a name that only a prereq brought in */
	uint32_t node;		     /* NONE: nobody runs it */
	bool opaque;		     /* the node is the script's own */
};

typedef VEC(struct step) step_list;

static const char *step_path(struct arena *arena, const struct step *step)
{
	return arena_printf(arena, "%s/%s", phases[step->phase].name, step->name);
}

/* All scripts in the order in which init runs them. */
static step_list steps_of(const struct model *model)
{
	step_list steps = {0};
	unsigned i;
	size_t k;

	for (i = 0; i < PHASE_COUNT && model->scripts != NULL; i++) {
		const struct phase *phase = script_tree_phase(model->scripts, phases[i].name);
		struct phase_order order;

		if (phase == NULL)
			continue;
		phase_sort(model->scripts, phase, &order);
		for (k = 0; k < order.names.count; k++) {
			struct step step = {i, order.names.item[k],
					    phase_script(phase, order.names.item[k]), NONE, false};

			vec_push(model->arena, &steps, step);
		}
	}
	return steps;
}

static bool replaces(const struct unit *unit, const char *path)
{
	size_t i;

	for (i = 0; i < unit->replaces.count; i++)
		if (strcmp(unit->replaces.item[i].text, path) == 0)
			return true;
	return false;
}

/* --- units ------------------------------------------------------------------ */

static struct span script_span(const struct step *step)
{
	struct span span = {.name = phases[step->phase].name};

	if (step->script != NULL)
		span = (struct span){step->script->text, 0, 0, step->script->shown};
	if (span.text != NULL)
		span.length = strcspn(span.text->data, "\n");
	return span;
}

/* What init gives to the scripts of local-block: the root as it was asked for. */
static struct program_value root_reference(const struct model *model)
{
	size_t i;

	for (i = 0; i < model->fstab.count; i++)
		if (strcmp(model->fstab.item[i].where.text, "/") == 0)
			return (struct program_value){model->fstab.item[i].source.text,
						      PARAMETER_ROOT};
	return (struct program_value){"", PARAMETER_ROOT};
}

static bool is_local_block(const struct step *step)
{
	return strcmp(phases[step->phase].name, LOCAL_BLOCK) == 0;
}

/* The scripts of local-block are run while the root is waited for and nothing else might bring it,
 * with a second between the last one's end and the first one's beginning. */
static void add_local_block(const struct model *model, struct unit *unit)
{
	struct program_value root = root_reference(model);
	const char *reference = value_string(model->arena, &root);
	struct action *run = &unit->steps.item[0];

	vec_push(model->arena, &run->list, (struct word){reference, unit->span});
	unit->start_on = arena_alloc(model->arena, sizeof *unit->start_on);
	*unit->start_on = (struct term){
		.kind = TERM_STARTED, .name = {LOCAL_BLOCK, unit->span}, .span = unit->span};
}

static struct unit *make_unit(const struct model *model, const struct step *step)
{
	struct unit *unit = arena_alloc(model->arena, sizeof *unit);
	const char *path = step_path(model->arena, step);
	struct span span = script_span(step);
	struct action run = {.op = OP_RUN, .span = span};

	unit->name = (struct word){path, span};
	unit->span = span;
	unit->description = (struct word){arena_printf(model->arena, "run %s", path), span};
	unit->script = true;
	/* It may ask somebody something, and make devices appear; init sets it no limit. */
	unit->exclusive = (struct word){"console", span};
	unit->discovers_devices = phases[step->phase].stage == BEFORE_DEVICE;
	unit->timeout = NO_LIMIT;
	vec_push(model->arena, &run.list,
		 (struct word){arena_printf(model->arena, "/scripts/%s", path), span});
	vec_push(model->arena, &unit->steps, run);
	if (is_local_block(step))
		add_local_block(model, unit);
	return unit;
}

/* What init sources before the first of them. */
static struct unit *make_configuration(const struct model *model, struct span span)
{
	struct unit *unit = arena_alloc(model->arena, sizeof *unit);
	struct action evaluate = {.op = OP_EVALUATE_CONFIGURATION, .span = span};
	struct relation needs = {.name = {"virtual-filesystem", span}};

	unit->name = (struct word){CONFIGURATION, span};
	unit->span = span;
	unit->description = (struct word){"evaluate the configuration of initramfs-tools", span};
	unit->timeout = CONFIGURATION_LIMIT;
	vec_push(model->arena, &unit->wants, needs);
	vec_push(model->arena, &unit->steps, evaluate);
	return unit;
}

static struct unit *make_local_block(const struct model *model, struct span span)
{
	struct unit *unit = arena_alloc(model->arena, sizeof *unit);
	struct program_value root = root_reference(model);

	unit->name = (struct word){LOCAL_BLOCK, span};
	unit->span = span;
	unit->description = (struct word){"the root is not there, and nothing is at work", span};
	unit->type = UNIT_EVENT;
	unit->again = true;
	unit->retry_delay = LOCAL_BLOCK_INTERVAL;
	unit->stop_on = arena_alloc(model->arena, sizeof *unit->stop_on);
	*unit->stop_on = (struct term){.kind = TERM_DEVICE,
				       .name = {value_string(model->arena, &root), span},
				       .span = span};
	return unit;
}

static bool has_unit(const unit_list *instances, const char *name)
{
	size_t i;

	for (i = 0; i < instances->count; i++)
		if (strcmp(instances->item[i]->name.text, name) == 0)
			return true;
	return false;
}

void script_units(const struct model *model, unit_list *instances)
{
	step_list steps = steps_of(model);
	size_t i, k, count = instances->count;

	for (i = 0; i < steps.count; i++) {
		const char *path = step_path(model->arena, &steps.item[i]);

		for (k = 0; k < count && !replaces(instances->item[k], path); k++)
			;
		if (k < count)
			continue;
		if (!has_unit(instances, CONFIGURATION))
			vec_push(model->arena, instances,
				 make_configuration(model, script_span(&steps.item[i])));
		if (is_local_block(&steps.item[i]) && !has_unit(instances, LOCAL_BLOCK))
			vec_push(model->arena, instances,
				 make_local_block(model, script_span(&steps.item[i])));
		vec_push(model->arena, instances, make_unit(model, &steps.item[i]));
	}
}

/* --- edges ------------------------------------------------------------------ */

/* Edges that would close a circle are left out, and those from the goal: the unit that stands for a
 * script may come at another time than the script did, as handoff does for init-bottom/udev. */
static void connect(struct graph *graph, uint32_t from, uint32_t to, enum edge_kind kind,
		    enum edge_reason reason, struct span span)
{
	const struct unit *unit = graph->nodes.item[from].unit;

	if (from != to && !(unit != NULL && unit->goal) && !graph_precedes(graph, to, from))
		graph_add_edge(graph, (struct graph_edge){from, to, kind, reason, span});
}

static void find_node(const struct graph *graph, struct step *step)
{
	const char *path = step_path(graph->arena, step);
	uint32_t i;

	for (i = 0; i < graph->nodes.count; i++) {
		const struct unit *unit = graph->nodes.item[i].unit;

		if (unit == NULL)
			continue;
		step->opaque = unit->script && strcmp(unit->name.text, path) == 0;
		if (step->opaque || replaces(unit, path)) {
			step->node = i;
			return;
		}
	}
}

/* The prereq with which a step asks for an earlier one, or NULL. */
static const struct prereq *asked(const struct step *step, const struct step *other)
{
	if (step->script == NULL || step->phase != other->phase)
		return NULL;
	return script_prereq(step->script, other->name);
}

static void connect_steps(struct graph *graph, const struct step *from, const struct step *to)
{
	const struct prereq *prereq = asked(to, from);

	if (from->node != NONE)
		connect(graph, from->node, to->node, EDGE_AFTER,
			prereq != NULL ? REASON_PREREQ : REASON_SERIAL,
			prereq != NULL ? prereq->span : graph->nodes.item[to->node].span);
}

static uint32_t node_named(const struct graph *graph, const char *name)
{
	uint32_t i;

	for (i = 0; i < graph->nodes.count; i++)
		if (strcmp(graph->nodes.item[i].name, name) == 0)
			return i;
	return NONE;
}

/* The first script comes after what init sources; the others come after that one. */
static void connect_configuration(struct graph *graph, const struct step *first)
{
	uint32_t node = node_named(graph, CONFIGURATION);

	if (node != NONE)
		connect(graph, node, first->node, EDGE_AFTER, REASON_SERIAL,
			graph->nodes.item[first->node].span);
}

/* The modules that init loads behind init-top. */
static void connect_listed_modules(struct graph *graph, const struct step *first)
{
	uint32_t i;

	for (i = 0; i < graph->nodes.count; i++)
		if (graph->nodes.item[i].unit != NULL &&
		    graph->nodes.item[i].unit->rows == ROWS_LISTED_MODULE)
			connect(graph, i, first->node, EDGE_AFTER, REASON_SERIAL,
				graph->nodes.item[first->node].span);
}

/* local-block begins after the script before it. */
static void connect_local_block(struct graph *graph, const step_list *steps)
{
	uint32_t node = node_named(graph, LOCAL_BLOCK), last = NONE;
	size_t i;

	for (i = 0; i < steps->count && !is_local_block(&steps->item[i]); i++)
		if (steps->item[i].opaque)
			last = steps->item[i].node;
	if (node != NONE && last != NONE)
		connect(graph, last, node, EDGE_AFTER, REASON_SERIAL, graph->nodes.item[node].span);
}

/* Each script comes after the one before it, and after the units that stand for scripts before it.
 */
static void connect_series(struct graph *graph, const step_list *steps, size_t index)
{
	const struct step *step = &steps->item[index];
	size_t i = index;

	while (step->opaque && i-- > 0) {
		connect_steps(graph, &steps->item[i], step);
		if (steps->item[i].opaque)
			break;
	}
}

/* What the series does not say: prereqs further back, and those of scripts that units stand for. */
static void connect_prereqs(struct graph *graph, const step_list *steps, size_t index)
{
	const struct step *step = &steps->item[index];
	size_t i;

	for (i = 0; i < index; i++)
		if (asked(step, &steps->item[i]) != NULL && (step->opaque || steps->item[i].opaque))
			connect_steps(graph, &steps->item[i], step);
}

static bool has_action(const struct unit *unit, enum opcode op)
{
	size_t i;

	for (i = 0; i < unit->steps.count; i++)
		if (unit->steps.item[i].op == op)
			return true;
	return false;
}

/* A script of the last stage comes after the mounts. Each one says so itself: the one before it,
 * which waits for a device, would not hold it. */
static void connect_mounts(struct graph *graph, const struct step *step)
{
	enum stage stage = phases[step->phase].stage;
	struct span span = graph->nodes.item[step->node].span;
	uint32_t i;

	for (i = 0; i < graph->nodes.count && stage == AFTER_MOUNTS; i++) {
		const struct unit *unit = graph->nodes.item[i].unit;
		bool needed;

		if (unit == NULL || unit->script || !has_action(unit, OP_MOUNT_DEVICE))
			continue;
		needed = graph_mounts(unit, "/") || graph_mounts(unit, "/usr");
		connect(graph, i, step->node, needed ? EDGE_REQUIRES : EDGE_AFTER, REASON_SERIAL,
			span);
	}
}

/* The first script of a stage comes after what all scripts stand on. */
static void connect_first(struct graph *graph, const struct step *step)
{
	struct span span = graph->nodes.item[step->node].span;
	uint32_t i;

	for (i = 0; i < graph->nodes.count; i++)
		if (graph->nodes.item[i].unit != NULL &&
		    strcmp(graph->nodes.item[i].unit->name.text, "virtual-filesystem") == 0)
			connect(graph, i, step->node, EDGE_REQUIRES, REASON_SERIAL, span);
}

/* The checks and mounts behind a stage, and the goal, come after its last script. */
static void connect_last(struct graph *graph, const struct step *step, bool very_last)
{
	enum stage stage = phases[step->phase].stage;
	struct span span = graph->nodes.item[step->node].span;
	uint32_t i;

	for (i = 0; i < graph->nodes.count; i++) {
		const struct unit *unit = graph->nodes.item[i].unit;
		bool mounts = unit != NULL && has_action(unit, OP_MOUNT_DEVICE);
		bool checks = unit != NULL && has_action(unit, OP_FSCK);

		if (unit == NULL || unit->script)
			continue;
		if (((mounts || checks) && stage <= BEFORE_ROOT) || (unit->goal && very_last))
			connect(graph, step->node, i, EDGE_AFTER, REASON_SERIAL, span);
	}
}

/* Whether there is a script of its own from one index up to another, of this stage or a later one.
 */
static bool has_step(const step_list *steps, enum stage from_stage, enum stage to_stage,
		     size_t from, size_t to)
{
	for (; from < to; from++)
		if (steps->item[from].opaque &&
		    phases[steps->item[from].phase].stage >= from_stage &&
		    phases[steps->item[from].phase].stage <= to_stage)
			return true;
	return false;
}

/* Of local-block each is the last one when the root comes while it runs. */
static void connect_stage(struct graph *graph, const step_list *steps, size_t index)
{
	const struct step *step = &steps->item[index];
	enum stage stage = phases[step->phase].stage;
	struct program_value root = root_reference(graph->model);
	struct span span = graph->nodes.item[step->node].span;

	if (stage == BEFORE_ROOT)
		connect(graph, graph_device(graph, &root, span), step->node, EDGE_REQUIRES,
			REASON_SERIAL, span);
	connect_mounts(graph, step);
	if (!has_step(steps, stage, stage, 0, index))
		connect_first(graph, step);
	if (is_local_block(step) || !has_step(steps, stage, stage, index + 1, steps->count))
		connect_last(graph, step,
			     !has_step(steps, stage, AFTER_MOUNTS, index + 1, steps->count));
}

void graph_connect_scripts(struct graph *graph)
{
	step_list steps = steps_of(graph->model);
	size_t i;

	for (i = 0; i < steps.count; i++)
		find_node(graph, &steps.item[i]);
	for (i = 0; i < steps.count; i++)
		if (steps.item[i].opaque) {
			if (!has_step(&steps, BEFORE_DEVICE, AFTER_MOUNTS, 0, i))
				connect_configuration(graph, &steps.item[i]);
			connect_stage(graph, &steps, i);
		}
	for (i = 0; i < steps.count; i++)
		if (steps.item[i].opaque && steps.item[i].phase > 0) {
			connect_listed_modules(graph, &steps.item[i]);
			break;
		}
	connect_local_block(graph, &steps);
	for (i = 0; i < steps.count; i++)
		connect_series(graph, &steps, i);
	for (i = 0; i < steps.count; i++)
		if (steps.item[i].node != NONE)
			connect_prereqs(graph, &steps, i);
}
