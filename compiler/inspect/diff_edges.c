#include "diff_parts.h"

#include <string.h>

/* What is said of an edge that came, that went, and of one that was there before. */
static const struct {
	const char *now, *no_longer, *was;
} waits[EDGE_KIND_COUNT] = {
	[EDGE_REQUIRES] = {"now waits for %s, which it needs",
			   "no longer waits for %s, which it needed", "needed it"},
	[EDGE_WANTS] = {"now waits for %s, which it wants",
			"no longer waits for %s, which it wanted", "wanted it"},
	[EDGE_AFTER] = {"now comes after %s", "no longer comes after %s", "came after it"},
	[EDGE_START] = {"now starts on an event of %s", "no longer starts on an event of %s",
			"started on an event of it"},
	[EDGE_STARTING] = {"now runs before %s", "no longer runs before %s", "ran before it"},
	[EDGE_HOLD] = {"is now held until %s is done", "is no longer held until %s is done",
		       "was held by it"},
	[EDGE_PROVIDES] = {"is now provided by %s", "is no longer provided by %s",
			   "was provided by it"},
	[EDGE_ENOUGH] = {"can now do without the rest once there is %s",
			 "no longer does without the rest once there is %s",
			 "did without the rest once it was there"},
	[EDGE_LATE] = {"now minds no quiet while there is %s",
		       "now also minds quiet while there is %s",
		       "minded no quiet while it was there"},
	[EDGE_STOP] = {"now ends on an event of %s", "no longer ends on an event of %s",
		       "ended on an event of it"},
};

/* printf would need the format as a literal: the one %s is replaced here. */
static const char *fill_in(struct differ *differ, const char *pattern, const char *name)
{
	const char *gap = strstr(pattern, "%s");

	return TEXT("%.*s%s%s", (int)(gap - pattern), pattern, name, gap + 2);
}

static const struct program_edge *find_edge(const struct side *side, uint32_t from, uint32_t to,
					    enum edge_kind kind)
{
	size_t count;
	const struct program_edge *edge = describe_edges(&side->d, to, &count);

	for (size_t i = 0; i < count; i++)
		if (edge[i].from == from && edge[i].kind == kind)
			return &edge[i];
	return NULL;
}

/* An edge between the same nodes that the other side does not have: it was there, or is there now,
 * in another kind. */
static const struct program_edge *find_other_kind(const struct differ *differ,
						  const struct program_edge *edge)
{
	uint32_t from = differ->pairing.in_old[edge->from], to = differ->pairing.in_old[edge->to];

	for (unsigned kind = 0; from != NONE && to != NONE && kind < EDGE_KIND_COUNT; kind++) {
		const struct program_edge *old =
			find_edge(&differ->old, from, to, (enum edge_kind)kind);

		if (old != NULL && find_edge(&differ->new, edge->from, edge->to, kind) == NULL)
			return old;
	}
	return NULL;
}

static void say_edge(struct differ *differ, const struct side *side, const struct both *both,
		     const struct program_edge *edge, enum change change, const char *old_kind,
		     const char *sentence)
{
	const char *kind = edge_kind_name(edge->kind);

	diff_say(differ, (struct difference){.change = change,
					     .what = "edge",
					     .node = both->new->name,
					     .other = side->program->nodes.item[edge->from].name,
					     .old = change == CHANGE_REMOVED ? kind : old_kind,
					     .new = change == CHANGE_REMOVED ? NULL : kind,
					     .source = edge->source,
					     .sentence = TEXT("%s %s", both->name, sentence)});
}

static void compare_new_edge(struct differ *differ, const struct both *both,
			     const struct program_edge *edge)
{
	uint32_t from = differ->pairing.in_old[edge->from], to = differ->pairing.in_old[edge->to];
	const char *name = describe_node(&differ->new.d, edge->from);
	const struct program_edge *before;

	if (from != NONE && to != NONE && find_edge(&differ->old, from, to, edge->kind) != NULL)
		return;
	before = find_other_kind(differ, edge);
	if (before == NULL)
		say_edge(differ, &differ->new, both, edge, CHANGE_ADDED, NULL,
			 TEXT("%s%s", fill_in(differ, waits[edge->kind].now, name),
			      describe_reason(edge->reason)));
	else
		say_edge(differ, &differ->new, both, edge, CHANGE_CHANGED,
			 edge_kind_name(before->kind),
			 TEXT("%s; before, it %s", fill_in(differ, waits[edge->kind].now, name),
			      waits[before->kind].was));
}

static void compare_old_edge(struct differ *differ, const struct both *both,
			     const struct program_edge *edge)
{
	uint32_t from = differ->pairing.in_new[edge->from], to = differ->pairing.in_new[edge->to];
	size_t count;
	const struct program_edge *new = describe_edges(&differ->new.d, to, &count);

	/* With another kind in its place, the new edge has said it. */
	for (size_t i = 0; i < count; i++)
		if (new[i].from == from &&
		    (new[i].kind == edge->kind ||
		     find_edge(&differ->old, edge->from, edge->to, new[i].kind) == NULL))
			return;
	say_edge(differ, &differ->old, both, edge, CHANGE_REMOVED, NULL,
		 fill_in(differ, waits[edge->kind].no_longer,
			 describe_node(&differ->old.d, edge->from)));
}

/* start-on and stop-on say all about their events, and a hold stands for the `starting` that goes
 * with it. */
static bool has_own_sentence(enum edge_kind kind)
{
	return kind != EDGE_START && edge_gives_order(kind);
}

void diff_edges(struct differ *differ, const struct both *both, uint32_t old, uint32_t new)
{
	size_t count, i;
	const struct program_edge *edge = describe_edges(&differ->new.d, new, &count);

	for (i = 0; i < count; i++)
		if (has_own_sentence(edge[i].kind))
			compare_new_edge(differ, both, &edge[i]);
	if (old == NONE)
		return;
	edge = describe_edges(&differ->old.d, old, &count);
	for (i = 0; i < count; i++)
		if (has_own_sentence(edge[i].kind))
			compare_old_edge(differ, both, &edge[i]);
}
