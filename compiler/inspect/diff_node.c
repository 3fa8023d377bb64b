#include "diff_parts.h"

#include <inttypes.h>
#include <string.h>

#include "listing.h"

/* A property of a node that differs, in a sentence: "X now SENTENCE". NULL stands for none. */
static void say_changed(struct differ *differ, const char *what, const struct both *both,
			const char *old, const char *new, const char *sentence)
{
	enum change change = old == NULL   ? CHANGE_ADDED
			     : new == NULL ? CHANGE_REMOVED
					   : CHANGE_CHANGED;

	diff_say(differ, (struct difference){.change = change,
					     .what = what,
					     .node = both->new->name,
					     .old = old,
					     .new = new,
					     .source = both->new->source,
					     .sentence = sentence});
}

/* --- programs ------------------------------------------------------------- */

static const char *condition(const struct side *side, const struct program_code *code)
{
	const char *text =
		code->present ? listing_condition(side->program, side->d.shared, code) : NULL;

	return text;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void compare_condition(struct differ *differ, const char *what, const struct both *both,
			      enum listing_code which, const char *now, const char *without)
{
	const char *old = condition(&differ->old, listing_code(both->old, which));
	const char *new = condition(&differ->new, listing_code(both->new, which));

	if (same(old, new))
		return;
	say_changed(differ, what, both, old, new,
		    TEXT("%s now %s%s%s, before %s%s", both->name, new != NULL ? now : without,
			 new != NULL ? " " : "", new != NULL ? new : "",
			 old != NULL ? now : without, old != NULL ? TEXT(" %s", old) : ""));
}

static const char *step(const struct side *side, const struct program_code *code, size_t i)
{
	return listing_instruction(side->program, side->d.shared, &code->instructions.item[i]);
}

static void say_step(struct differ *differ, const struct both *both, const char *old,
		     const char *new, const struct program_instruction *in, const char *sentence)
{
	say_changed(differ, "action", both, old, new, sentence);
	if (in->source != NULL)
		differ->list.item[differ->list.count - 1].source = in->source;
}

/* The same action with other operands: only those are named. */
static void compare_operands(struct differ *differ, const struct both *both, size_t i)
{
	const struct program_instruction *old = &both->old->action.instructions.item[i];
	const struct program_instruction *new = &both->new->action.instructions.item[i];
	const struct op *op = opcode_describe(new->op);

	for (unsigned k = 0; k < op->operand_count; k++) {
		const char *was =
			listing_operand(differ->old.program, differ->old.d.shared, old, k);
		const char *is = listing_operand(differ->new.program, differ->new.d.shared, new, k);

		if (!same(was, is))
			say_step(differ, both, was, is, new,
				 TEXT("%s: %s of %s is now %s, before %s", both->name,
				      op->operand[k].name, op->name, is, was));
	}
}

/* Where the two sides differ: what both begin and end with is left out. */
struct stretch {
	size_t first, old_end, new_end;
};

static struct stretch find_stretch(const struct differ *differ, const struct program_code *old,
				   const struct program_code *new)
{
	struct stretch s = {0, old->instructions.count, new->instructions.count};

	while (s.first < s.old_end && s.first < s.new_end &&
	       same(step(&differ->old, old, s.first), step(&differ->new, new, s.first)))
		s.first++;
	while (s.old_end > s.first && s.new_end > s.first &&
	       same(step(&differ->old, old, s.old_end - 1),
		    step(&differ->new, new, s.new_end - 1))) {
		s.old_end--;
		s.new_end--;
	}
	return s;
}

/* Whether the steps that differ are the same actions one by one. */
static bool same_actions(const struct stretch *s, const struct program_code *old,
			 const struct program_code *new)
{
	if (s->old_end != s->new_end)
		return false;
	for (size_t i = s->first; i < s->new_end; i++)
		if (old->instructions.item[i].op != new->instructions.item[i].op)
			return false;
	return true;
}

/* Whether a step of one side is among those of the other. */
static bool is_among(const char *text, const struct side *side, const struct program_code *code,
		     size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		if (same(step(side, code, i), text))
			return true;
	return false;
}

static void compare_action(struct differ *differ, const struct both *both)
{
	const struct program_code *old = &both->old->action, *new = &both->new->action;
	struct stretch s = find_stretch(differ, old, new);
	size_t said = differ->list.count;

	if (same_actions(&s, old, new)) {
		for (size_t i = s.first; i < s.new_end; i++)
			compare_operands(differ, both, i);
		return;
	}
	for (size_t i = s.first; i < s.new_end; i++) {
		const char *is = step(&differ->new, new, i);

		if (!is_among(is, &differ->old, old, s.first, s.old_end))
			say_step(differ, both, NULL, is, &new->instructions.item[i],
				 TEXT("%s now does: %s", both->name, is));
	}
	for (size_t i = s.first; i < s.old_end; i++) {
		const char *was = step(&differ->old, old, i);

		if (!is_among(was, &differ->new, new, s.first, s.new_end))
			say_step(differ, both, was, NULL, &old->instructions.item[i],
				 TEXT("%s no longer does: %s", both->name, was));
	}
	if (differ->list.count == said)
		say_changed(differ, "action", both, "another order", "this order",
			    TEXT("%s does its steps in another order, or another number of times",
				 both->name));
}

/* --- the rest of a node --------------------------------------------------- */

static void compare_limit(struct differ *differ, const struct both *both)
{
	const char *old = describe_limit(differ->arena, both->old->limit);
	const char *new = describe_limit(differ->arena, both->new->limit);

	if (both->old->limit != both->new->limit)
		say_changed(differ, "limit", both, old, new,
			    TEXT(both->new->kind == NODE_DEVICE
					 ? "%s is now waited for %s, before %s"
					 : "a step of %s may now take %s, before %s",
				 both->name, new, old));
}

static const char *times(struct differ *differ, uint32_t attempts)
{
	return attempts == 1 ? "once" : TEXT("at most %" PRIu32 " times", attempts);
}

static void compare_attempts(struct differ *differ, const struct both *both)
{
	const char *old = times(differ, both->old->attempts);
	const char *new = times(differ, both->new->attempts);

	if (both->old->attempts != both->new->attempts)
		say_changed(differ, "attempts", both, old, new,
			    TEXT("%s is now tried %s, before %s", both->name, new, old));
}

static void compare_retry_delays(struct differ *differ, const struct both *both)
{
	const char *old = TEXT("%g s", both->old->retry_delay / 100.0);
	const char *new = TEXT("%g s", both->new->retry_delay / 100.0);

	if (both->old->retry_delay != both->new->retry_delay)
		say_changed(
			differ, "retry-delay", both, old, new,
			TEXT("%s now rests %s between attempts, before %s", both->name, new, old));
}

static const char *or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static void compare_texts(struct differ *differ, const struct both *both)
{
	const char *old = or_null(both->old->exclusive), *new = or_null(both->new->exclusive);

	if (!same(old, new))
		say_changed(differ, "exclusive", both, old, new,
			    TEXT("%s now needs %s for itself alone, before %s", both->name,
				 new != NULL ? new : "nothing", old != NULL ? old : "nothing"));
	if (!same(both->old->description, both->new->description))
		say_changed(differ, "description", both, or_null(both->old->description),
			    or_null(both->new->description),
			    TEXT("%s is now described as \"%s\", before \"%s\"", both->name,
				 both->new->description, both->old->description));
}

static void compare_flags(struct differ *differ, const struct both *both)
{
	for (unsigned bit = 1; bit <= NODE_FLAGS; bit <<= 1) {
		const char *name = listing_flag_name(bit);
		bool had = both->old->flags & bit, has = both->new->flags &bit;

		if (had != has && name != NULL)
			say_changed(differ, "flag", both, had ? name : NULL, has ? name : NULL,
				    TEXT("%s is %s marked \"%s\"", both->name,
					 has ? "now" : "no longer", name));
	}
}

/* The nodes of one path that the other does not have, by name; NULL if there are none. Those that
 * are new or gone have been said already. */
static const char *only_here(struct differ *differ, const struct side *side,
			     const struct program_node *node, const uint32_t *other_side,
			     const struct program_node *other)
{
	const char *list = NULL;

	for (size_t i = 0; i < node->path.count; i++) {
		uint32_t twin = other_side[node->path.item[i]];
		const char *name = side->program->nodes.item[node->path.item[i]].name;
		bool found = twin == NONE;

		for (size_t k = 0; k < other->path.count && !found; k++)
			found = other->path.item[k] == twin;
		if (!found)
			list = list == NULL ? name : TEXT("%s, %s", list, name);
	}
	return list;
}

static void compare_path(struct differ *differ, const struct both *both)
{
	const char *more =
		only_here(differ, &differ->new, both->new, differ->pairing.in_old, both->old);
	const char *less =
		only_here(differ, &differ->old, both->old, differ->pairing.in_new, both->new);

	if (more != NULL)
		say_changed(differ, "path", both, NULL, more,
			    TEXT("the clock of %s now stands still during the work of %s",
				 both->name, more));
	if (less != NULL)
		say_changed(differ, "path", both, less, NULL,
			    TEXT("the clock of %s goes on during the work of %s now", both->name,
				 less));
}

static void compare_kind(struct differ *differ, const struct both *both)
{
	const char *old = node_kind_name(both->old->kind), *new = node_kind_name(both->new->kind);

	if (!same(old, new))
		say_changed(differ, "kind", both, old, new,
			    TEXT("%s is now of kind %s, before %s", both->name, new, old));
}

void diff_node(struct differ *differ, const struct both *both, bool same_reference)
{
	compare_kind(differ, both);
	compare_texts(differ, both);
	compare_condition(differ, "when", both, LISTING_WHEN, "runs only when",
			  "runs in every boot");
	compare_condition(differ, "start", both, LISTING_START, "starts on",
			  "starts as soon as it can");
	compare_condition(differ, "stop", both, LISTING_STOP, "ends on", "ends at the handover");
	if (same_reference)
		compare_condition(differ, "match", both, LISTING_MATCH, "is about",
				  "is about nothing");
	compare_action(differ, both);
	compare_limit(differ, both);
	compare_attempts(differ, both);
	compare_retry_delays(differ, both);
	compare_flags(differ, both);
	compare_path(differ, both);
}
