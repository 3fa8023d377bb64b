#include "scenario.h"

#include <string.h>

const struct fault *scenario_find(const struct scenario *scenario, enum fault_kind kind,
				  uint32_t node, uint32_t device)
{
	for (unsigned i = 0; i < scenario->count; i++) {
		const struct fault *fault = &scenario->fault[i];

		if (fault->kind == kind && fault->node == node && fault->device == device)
			return fault;
	}
	return NULL;
}

/* --- which faults there are ----------------------------------------------- */

static void add(const struct explore_world *w, fault_list *faults, enum fault_kind kind,
		uint32_t node, uint32_t device)
{
	struct fault fault = {kind, node, device};

	vec_push(w->arena, faults, fault);
}

static void add_task(const struct explore_world *w, fault_list *faults, uint32_t node)
{
	add(w, faults, FAULT_FAILS, node, NO_DEVICE);
	if (w->node[node].node.attempts > 1)
		add(w, faults, FAULT_ONCE, node, NO_DEVICE);
	add(w, faults, FAULT_HANGS, node, NO_DEVICE);
	if (w->node[node].node.flags & NODE_DAEMON)
		add(w, faults, FAULT_ENDS, node, NO_DEVICE);
}

/* A reaction works once for each device that it is about. */
static void add_reaction(const struct explore_world *w, fault_list *faults, uint32_t node)
{
	for (uint32_t i = 0; i < w->device_count; i++)
		if ((w->node[node].by_add | w->node[node].by_probe) >> i & 1) {
			add(w, faults, FAULT_FAILS, node, i);
			add(w, faults, FAULT_HANGS, node, i);
		}
}

fault_list explore_faults(const struct explore_world *w)
{
	fault_list faults = {0};

	for (uint32_t i = 0; i < w->device_count; i++)
		if (w->device[i].outside) {
			add(w, &faults, FAULT_MISSING, NONE, i);
			add(w, &faults, FAULT_REMOVED, NONE, i);
		}
	for (uint32_t i = 0; i < w->node_count; i++) {
		if (explore_world_opcode(w, i) == OP_END)
			continue;
		if (w->node[i].node.kind == NODE_TASK)
			add_task(w, &faults, i);
		else if (w->node[i].node.kind == NODE_REACTION)
			add_reaction(w, &faults, i);
	}
	add(w, &faults, FAULT_LATE, NONE, NO_DEVICE);
	return faults;
}

/* --- in words ------------------------------------------------------------- */

static const char *step_text(struct arena *arena, const struct explore_world *w,
			     const struct fault *fault)
{
	const char *name = explore_world_name(w, fault->node);

	return fault->device == NO_DEVICE
		       ? name
		       : arena_printf(arena, "%s of %s", name, w->device[fault->device].name);
}

/* What it is called when a step fails that asks somebody. */
static const char *failure_text(const struct explore_world *w, uint32_t node)
{
	switch (explore_world_opcode(w, node)) {
	case OP_UNLOCK:
		return "is given no right passphrase";
	case OP_ASK:
		return "is answered no";
	default:
		return "fails";
	}
}

const char *fault_text(struct arena *arena, const struct explore_world *w,
		       const struct fault *fault)
{
	switch (fault->kind) {
	case FAULT_MISSING:
		return arena_printf(arena, "%s is missing", w->device[fault->device].name);
	case FAULT_REMOVED:
		return arena_printf(arena, "%s is removed", w->device[fault->device].name);
	case FAULT_FAILS:
		return arena_printf(arena, "%s %s", step_text(arena, w, fault),
				    failure_text(w, fault->node));
	case FAULT_ONCE:
		return arena_printf(arena, "%s fails the first time", step_text(arena, w, fault));
	case FAULT_HANGS:
		return arena_printf(arena, "%s hangs", step_text(arena, w, fault));
	case FAULT_ENDS:
		return arena_printf(arena, "%s ends by itself", step_text(arena, w, fault));
	default:
		return "all takes its time";
	}
}

const char *scenario_text(struct arena *arena, const struct explore_world *w,
			  const struct scenario *scenario)
{
	const char *text = "nothing goes wrong";

	for (unsigned i = 0; i < scenario->count; i++) {
		const char *one = fault_text(arena, w, &scenario->fault[i]);

		text = i == 0 ? one : arena_printf(arena, "%s and %s", text, one);
	}
	return text;
}

/* --- the path to the goal ------------------------------------------------- */

static bool leads_on(const struct edge *edge)
{
	switch (edge->kind) {
	case EDGE_REQUIRES:
	case EDGE_START:
	case EDGE_STARTING:
	case EDGE_PROVIDES:
	case EDGE_ENOUGH:
		return true;
	default:
		return edge->reason == REASON_SERIAL;
	}
}

static void mark(const struct explore_world *w, uint32_t node, bool *on_path);

/* Whoever makes a device that this node may stand for. */
static void mark_makers(const struct explore_world *w, uint32_t node, bool *on_path)
{
	for (uint32_t i = 0; i < w->node_count; i++)
		for (size_t k = 0; k < w->node[i].consequences.count; k++)
			if (explore_world_concerns(w, node, w->node[i].consequences.item[k].device))
				mark(w, i, on_path);
}

static void mark(const struct explore_world *w, uint32_t node, bool *on_path)
{
	if (on_path[node])
		return;
	on_path[node] = true;
	for (uint32_t i = 0; i < w->node[node].node.edge_count; i++)
		if (leads_on(&w->node[node].edge[i]))
			mark(w, w->node[node].edge[i].from, on_path);
	if (w->node[node].node.kind == NODE_DEVICE)
		mark_makers(w, node, on_path);
}

/* No device is heard of without these. */
static bool brings_devices(const struct explore_world *w, uint32_t node)
{
	enum opcode op = explore_world_opcode(w, node);

	return op == OP_OPEN_UEVENTS || op == OP_COLDPLUG;
}

bool *explore_find_path(const struct explore_world *w)
{
	bool *on_path = arena_alloc(w->arena, w->node_count * sizeof *on_path);

	mark(w, w->blob->header.goal, on_path);
	for (uint32_t i = 0; i < w->node_count; i++)
		if (brings_devices(w, i) || w->node[i].node.flags & NODE_RESCUE)
			mark(w, i, on_path);
	return on_path;
}

bool fault_is_on_path(const struct explore_world *w, const bool *on_path, const struct fault *fault)
{
	if (fault->kind == FAULT_LATE)
		return true;
	if (fault->device == NO_DEVICE)
		return on_path[fault->node];
	for (uint32_t i = 0; i < w->node_count; i++)
		if (on_path[i] && w->node[i].node.kind == NODE_DEVICE &&
		    explore_world_concerns(w, i, fault->device))
			return true;
	return false;
}
