/* Why a node waits for what: its own needs and theirs, and who waits for it, in sentences. */
#include "explain.h"

#include <string.h>

#include "describe.h"
#include "listing.h"
#include "names.h"

struct explainer {
	struct described d;
	struct arena *arena;
	FILE *out;
	bool *reached;
};

/* --- which node is meant -------------------------------------------------- */

/* The value of a device's reference, or NULL: "UUID=1" of device {root or UUID=1}. */
static const struct program_value *reference_of(const struct program_node *node)
{
	if (node->kind != NODE_DEVICE || node->match.instructions.count != 1 ||
	    node->match.instructions.item[0].op != OP_NAMES)
		return NULL;
	return &node->match.instructions.item[0].operand[0].value;
}

/* Whether a node mounts a path of the real system, which the initramfs has below /root. */
static bool mounts(const struct program_node *node, const char *path)
{
	for (size_t i = 0; i < node->action.instructions.count; i++) {
		const struct program_instruction *in = &node->action.instructions.item[i];
		const char *where = in->operand[1].value.text;

		if (in->op != OP_MOUNT && in->op != OP_MOUNT_DEVICE)
			continue;
		if (strncmp(where, "/root", 5) == 0 && (where[5] == '/' || where[5] == '\0'))
			where = where[5] == '\0' ? "/" : where + 5;
		if (strcmp(where, path) == 0)
			return true;
	}
	return false;
}

/* How a word can mean a node, the plainest way first. */
enum meaning { MEANS_REFERENCE, MEANS_NAME, MEANS_DEVICE, MEANS_MOUNT, MEANING_COUNT };

static bool is_meant(const struct described *d, uint32_t i, const char *word, enum meaning how)
{
	const struct program_node *node = &d->program->nodes.item[i];
	const struct program_value *reference = reference_of(node);

	switch (how) {
	case MEANS_REFERENCE:
		return strcmp(names_reference(d->program, d->shared, i), word) == 0;
	case MEANS_NAME:
		return strcmp(node->name, word) == 0;
	case MEANS_DEVICE:
		return reference != NULL && strcmp(reference->text, word) == 0;
	case MEANS_MOUNT:
		return mounts(node, word);
	case MEANING_COUNT:
		break;
	}
	return false;
}

explain_nodes explain_find(const struct program *program, const char *word)
{
	struct described d = describe(program);
	explain_nodes found = {0};

	for (unsigned how = 0; how < MEANING_COUNT && found.count == 0; how++)
		for (uint32_t i = 0; i < program->nodes.count; i++)
			if (is_meant(&d, i, word, (enum meaning)how))
				vec_push(program->arena, &found, i);
	return found;
}

const char *explain_nearest(const struct program *program, const char *word)
{
	VEC(const char *) names = {0};

	for (uint32_t i = 0; i < program->nodes.count; i++) {
		const struct program_value *reference = reference_of(&program->nodes.item[i]);

		vec_push(program->arena, &names, program->nodes.item[i].name);
		if (reference != NULL && reference->text[0] != '\0')
			vec_push(program->arena, &names, reference->text);
	}
	return diag_nearest(word, names.item, names.count);
}

/* --- sentences ------------------------------------------------------------ */

static const char *node_list(const struct explainer *e, const uint32_t *node, size_t count)
{
	const char *list = "";

	for (size_t i = 0; i < count; i++)
		list = arena_printf(e->arena, "%s%s%s", list, i > 0 ? ", " : "",
				    names_reference(e->d.program, e->d.shared, node[i]));
	return list;
}

static void print_head(const struct explainer *e, const char *indent, uint32_t i)
{
	const struct program_node *node = &e->d.program->nodes.item[i];

	describe_print(e->out, e->arena, "%s%s%s%s%s", indent, describe_node(&e->d, i),
		       node->description[0] != '\0' ? ": " : "", node->description,
		       describe_source(e->arena, node->source));
}

static void print_condition(const struct explainer *e, const char *words,
			    const struct program_code *code)
{
	const char *condition =
		code->present ? listing_condition(e->d.program, e->d.shared, code) : NULL;

	if (condition != NULL)
		describe_print(e->out, e->arena, "    %s %s%s", words, condition,
			       describe_source(e->arena, code->instructions.item[0].source));
}

static void print_device(const struct explainer *e, const struct program_node *node,
			 bool is_provided)
{
	if (!is_provided)
		fputs("    is provided by no unit: the kernel has to find it\n", e->out);
	describe_print(e->out, e->arena, "    is waited for %s",
		       describe_limit(e->arena, node->limit));
	if (node->path.count > 0)
		describe_print(e->out, e->arena, "    its clock stands still during the work of %s",
			       node_list(e, node->path.item, node->path.count));
}

/* " needs mount-root (stdlib/90-handoff.yaml:4:12)", after who does. */
static void print_wait(const struct explainer *e, const char *who, const struct program_edge *edge)
{
	describe_print(e->out, e->arena, "%s %s %s%s%s%s", who, describe_verb(edge->kind),
		       describe_node(&e->d, edge->from), describe_after(edge->kind),
		       describe_reason(edge->reason), describe_source(e->arena, edge->source));
}

/* Everything that one node waits for. Events of start-on are in its condition already. */
static void print_needs(const struct explainer *e, uint32_t i)
{
	const struct program_node *node = &e->d.program->nodes.item[i];
	bool is_provided = false;
	size_t count;
	const struct program_edge *edge = describe_edges(&e->d, i, &count);

	print_head(e, "  ", i);
	print_condition(e, "only when", &node->when);
	print_condition(e, "starts on", &node->start);
	print_condition(e, "ends on", &node->stop);
	for (size_t k = 0; k < count; k++) {
		is_provided = is_provided || edge[k].kind == EDGE_PROVIDES;
		if (edge[k].kind != EDGE_START && edge[k].kind != EDGE_STARTING)
			print_wait(e, "   ", &edge[k]);
	}
	if (node->kind == NODE_DEVICE)
		print_device(e, node, is_provided);
	else if (count == 0 && !node->start.present)
		fputs("    waits for nothing\n", e->out);
}

/* --- up and down ---------------------------------------------------------- */

/* Marks a node and what it waits for (up) or who waits for it (down), directly or not. */
static void reach(const struct explainer *e, uint32_t start, bool up)
{
	const struct program *program = e->d.program;
	bool more = true;

	memset(e->reached, 0, program->nodes.count * sizeof *e->reached);
	e->reached[start] = true;
	while (more) {
		more = false;
		for (size_t i = 0; i < program->edges.count; i++) {
			const struct program_edge *edge = &program->edges.item[i];
			uint32_t here = up ? edge->to : edge->from;
			uint32_t there = up ? edge->from : edge->to;

			/* `starting` says when somebody begins, not who is waited for. */
			if (!edge_gives_order(edge->kind) || !e->reached[here] || e->reached[there])
				continue;
			e->reached[there] = more = true;
		}
	}
}

static void print_up(const struct explainer *e, uint32_t start)
{
	reach(e, start, true);
	fputs("\nWhat it waits for, from the nearest to the first:\n", e->out);
	for (uint32_t i = start + 1; i-- > 0;)
		if (e->reached[i])
			print_needs(e, i);
}

static void print_down(const struct explainer *e, uint32_t start)
{
	const struct program *program = e->d.program;
	bool any = false;

	reach(e, start, false);
	fputs("\nWho waits for it:\n", e->out);
	for (size_t i = 0; i < program->edges.count; i++) {
		const struct program_edge *edge = &program->edges.item[i];

		if (!edge_gives_order(edge->kind) || !e->reached[edge->from])
			continue;
		print_wait(e, arena_printf(e->arena, "  %s", describe_node(&e->d, edge->to)), edge);
		any = true;
	}
	if (!any)
		fputs("  nobody\n", e->out);
}

/* Whether the goal fails when this node does. A device with a provider too fails with it. */
static bool goal_needs(const struct explainer *e, uint32_t start)
{
	const struct program *program = e->d.program;

	memset(e->reached, 0, program->nodes.count * sizeof *e->reached);
	e->reached[start] = true;
	/* Edges that give order point forwards: one walk in the order of their targets is all. */
	for (size_t i = 0; i < program->edges.count; i++) {
		const struct program_edge *edge = &program->edges.item[i];

		if (e->reached[edge->from] &&
		    (edge->kind == EDGE_REQUIRES || edge->kind == EDGE_PROVIDES))
			e->reached[edge->to] = true;
	}
	return e->reached[program->goal];
}

void program_explain(const struct program *program, uint32_t node, FILE *out)
{
	struct explainer e = {describe(program), program->arena, out,
			      arena_alloc(program->arena, program->nodes.count * sizeof(bool))};

	print_head(&e, "", node);
	print_up(&e, node);
	print_down(&e, node);
	fputc('\n', out);
	if (node == program->goal)
		fputs("Its end is the end of the boot.\n", out);
	else
		describe_print(out, e.arena, "%s: %s %s it.",
			       goal_needs(&e, node) ? "Without it the boot fails"
						    : "The boot can do without it",
			       describe_node(&e.d, program->goal),
			       goal_needs(&e, node) ? "needs" : "does not need");
}
