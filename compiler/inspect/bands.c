#include "dot.h"

#include <string.h>

const char *band_title(enum band band)
{
	static const char *const titles[BAND_COUNT] = {
		[BAND_EARLY] = "early",
		[BAND_INIT_TOP] = "init-top",
		[BAND_DEVICES] = "devices",
		[BAND_INIT_PREMOUNT] = "init-premount",
		[BAND_LOCAL_TOP] = "local-top",
		[BAND_LOCAL_BLOCK] = "local-block",
		[BAND_STORAGE] = "storage",
		[BAND_LOCAL_PREMOUNT] = "local-premount",
		[BAND_ROOT] = "root",
		[BAND_LOCAL_BOTTOM] = "local-bottom",
		[BAND_INIT_BOTTOM] = "init-bottom",
		[BAND_HANDOFF] = "handoff",
	};

	return titles[band];
}

/* --- scripts -------------------------------------------------------------- */

static const struct {
	const char *phase;
	enum band band;
} phases[] = {
	{"init-top/", BAND_INIT_TOP},		{"init-premount/", BAND_INIT_PREMOUNT},
	{"local-top/", BAND_LOCAL_TOP},		{"nfs-top/", BAND_LOCAL_TOP},
	{"local-block/", BAND_LOCAL_BLOCK},	{"local-premount/", BAND_LOCAL_PREMOUNT},
	{"nfs-premount/", BAND_LOCAL_PREMOUNT}, {"local-bottom/", BAND_LOCAL_BOTTOM},
	{"nfs-bottom/", BAND_LOCAL_BOTTOM},	{"init-bottom/", BAND_INIT_BOTTOM},
};

static enum band phase_band(const char *path)
{
	for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++)
		if (strncmp(path, phases[i].phase, strlen(phases[i].phase)) == 0)
			return phases[i].band;
	return BAND_COUNT;
}

/* The band of a script, which its name or the program that it runs tells; BAND_COUNT if it is none.
 */
static enum band script_band(const struct program_node *node)
{
	static const char scripts[] = "/scripts/";

	for (size_t i = 0; i < node->action.instructions.count; i++) {
		const struct program_instruction *in = &node->action.instructions.item[i];
		const char *path = in->op == OP_RUN && in->operand[0].list.count > 0
					   ? in->operand[0].list.item[0].text
					   : "";

		if (strncmp(path, scripts, sizeof scripts - 1) == 0)
			return phase_band(path + sizeof scripts - 1);
	}
	return phase_band(node->name);
}

/* --- the others ----------------------------------------------------------- */

static bool is_below_root(const char *path)
{
	return strncmp(path, "/root", 5) == 0 && (path[5] == '\0' || path[5] == '/');
}

/* The device that a node mounts below /root, or NONE. */
static uint32_t root_device(const struct program_node *node)
{
	for (size_t i = 0; i < node->action.instructions.count; i++) {
		const struct program_instruction *in = &node->action.instructions.item[i];

		if (in->op == OP_MOUNT_DEVICE && is_below_root(in->operand[1].value.text))
			return in->operand[0].index;
	}
	return NONE;
}

/* Whether it puts another mount over the root. */
static bool covers_root(const struct program_node *node)
{
	for (size_t i = 0; i < node->action.instructions.count; i++) {
		const struct program_instruction *in = &node->action.instructions.item[i];

		if (in->op == OP_MOUNT && is_below_root(in->operand[1].value.text))
			return true;
	}
	return false;
}

static bool finds_devices(const struct program_node *node)
{
	for (size_t i = 0; i < node->action.instructions.count; i++)
		if (node->action.instructions.item[i].op == OP_OPEN_UEVENTS ||
		    node->action.instructions.item[i].op == OP_FOLLOW_UDEVD)
			return true;
	return node->kind == NODE_REACTION;
}

struct finder {
	const struct program *program;
	enum band *band;
	bool *is_root_device, *mounts_root;
};

/* What a node is by itself, whatever it waits for. */
static enum band own_band(const struct finder *f, uint32_t i)
{
	const struct program_node *node = &f->program->nodes.item[i];

	if (i == f->program->goal)
		return BAND_HANDOFF;
	if (f->mounts_root[i])
		return BAND_ROOT;
	if (node->kind == NODE_DEVICE)
		return BAND_STORAGE;
	return finds_devices(node) ? BAND_DEVICES : BAND_EARLY;
}

/* What a node has to be, waiting for another one. */
static enum band band_after(const struct finder *f, uint32_t from, uint32_t to)
{
	if (f->program->nodes.item[to].kind == NODE_DEVICE)
		return BAND_STORAGE;
	if (f->is_root_device[from])
		return BAND_ROOT;
	if (f->mounts_root[from] && !f->mounts_root[to])
		return BAND_HANDOFF;
	return f->band[from];
}

static void mark_roots(struct finder *f)
{
	for (uint32_t i = 0; i < f->program->nodes.count; i++) {
		uint32_t device = root_device(&f->program->nodes.item[i]);

		f->mounts_root[i] = device != NONE || covers_root(&f->program->nodes.item[i]);
		if (device != NONE)
			f->is_root_device[device] = true;
	}
}

/* Who runs on the start of another one belongs beside it. The edge points backwards, so this comes
 * after the walk; nothing but the hold stands between the two. */
static void place_holders(const struct finder *f)
{
	for (size_t i = 0; i < f->program->edges.count; i++) {
		const struct program_edge *edge = &f->program->edges.item[i];

		if (edge->kind == EDGE_STARTING &&
		    script_band(&f->program->nodes.item[edge->to]) == BAND_COUNT &&
		    f->band[edge->to] < f->band[edge->from])
			f->band[edge->to] = f->band[edge->from];
	}
}

enum band *bands_find(const struct program *program)
{
	size_t count = program->nodes.count, e = 0;
	struct finder f = {program, arena_alloc(program->arena, count * sizeof *f.band),
			   arena_alloc(program->arena, count), arena_alloc(program->arena, count)};

	mark_roots(&f);
	/* Nodes and the targets of edges are in topological order. */
	for (uint32_t i = 0; i < count; i++) {
		enum band fixed = script_band(&program->nodes.item[i]);

		f.band[i] = own_band(&f, i);
		for (; e < program->edges.count && program->edges.item[e].to == i; e++) {
			const struct program_edge *edge = &program->edges.item[e];
			enum band least = edge_gives_order(edge->kind)
						  ? band_after(&f, edge->from, i)
						  : BAND_EARLY;

			if (least > f.band[i])
				f.band[i] = least;
		}
		if (fixed != BAND_COUNT)
			f.band[i] = fixed;
	}
	place_holders(&f);
	return f.band;
}
