#include "diff_parts.h"

#include <string.h>

void diff_say(struct differ *differ, struct difference difference)
{
	vec_push(differ->arena, &differ->list, difference);
}

static bool same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* --- nodes that are new or gone ------------------------------------------- */

static const char *what_node(const struct program_node *node)
{
	return node->kind == NODE_DEVICE ? "device" : "unit";
}

static void say_existence(struct differ *differ, const struct side *side, uint32_t i, bool added)
{
	const struct program_node *node = &side->program->nodes.item[i];

	diff_say(differ,
		 (struct difference){.change = added ? CHANGE_ADDED : CHANGE_REMOVED,
				     .what = what_node(node),
				     .node = node->name,
				     .source = node->source,
				     .sentence = TEXT("%s %s is %s%s%s", what_node(node),
						      node->name, added ? "new" : "gone",
						      node->description[0] != '\0' ? ": " : "",
						      node->description)});
}

/* --- the whole ------------------------------------------------------------ */

static const char *given_text(const struct program *program, enum parameter_id id)
{
	for (size_t i = 0; i < program->parameters.count; i++)
		if (program->parameters.item[i].id == id)
			return program->parameters.item[i].text;
	return NULL;
}

static void compare_parameters(struct differ *differ)
{
	for (unsigned id = 0; id < PARAMETER_COUNT; id++) {
		const char *name = parameter_name((enum parameter_id)id);
		const char *old = given_text(differ->old.program, (enum parameter_id)id);
		const char *new = given_text(differ->new.program, (enum parameter_id)id);
		enum change change = old == NULL ? CHANGE_ADDED : CHANGE_CHANGED;

		if (same(old, new))
			continue;
		diff_say(differ, (struct difference){
					 .change = new == NULL ? CHANGE_REMOVED : change,
					 .what = "parameter",
					 .node = name,
					 .old = old,
					 .new = new,
					 .sentence = TEXT(
						 "the parameter %s is now %s, before %s", name,
						 new != NULL ? TEXT("\"%s\"", new) : "not given",
						 old != NULL ? TEXT("\"%s\"", old) : "not given")});
	}
}

static void compare_goal(struct differ *differ)
{
	const struct program *old = differ->old.program, *new = differ->new.program;
	const char *was = old->nodes.item[old->goal].name, *is = new->nodes.item[new->goal].name;

	if (differ->pairing.in_new[old->goal] != new->goal)
		diff_say(differ,
			 (struct difference){.change = CHANGE_CHANGED,
					     .what = "goal",
					     .old = was,
					     .new = is,
					     .sentence = TEXT("the boot now ends with %s, before "
							      "with %s",
							      is, was)});
}

/* Says that a device has another reference, and gives it the new one on the old side too, so that
 * it is no difference wherever it is named. */
static void rename_device(struct differ *differ, uint32_t old, uint32_t new)
{
	struct program_node *was = &differ->old.program->nodes.item[old];
	const struct program_node *is = &differ->new.program->nodes.item[new];

	diff_say(differ,
		 (struct difference){.change = CHANGE_CHANGED,
				     .what = "device",
				     .node = is->name,
				     .old = was->name,
				     .new = is->name,
				     .source = is->source,
				     .sentence = TEXT("device %s takes the place of device %s",
						      is->name, was->name)});
	was->name = is->name;
}

static struct side take_side(struct program *program)
{
	bool *shared = arena_alloc(program->arena, (program->nodes.count + 1) * sizeof *shared);

	return (struct side){program, {program, shared}};
}

difference_list program_diff(struct program *old, struct program *new)
{
	struct differ differ = {.arena = new->arena,
				.old = take_side(old),
				.new = take_side(new),
				.pairing = diff_pair(old, new)};
	const struct pairing *pairing = &differ.pairing;
	bool *renamed = arena_alloc(new->arena, (new->nodes.count + 1) * sizeof *renamed);

	compare_parameters(&differ);
	compare_goal(&differ);
	for (uint32_t i = 0; i < new->nodes.count; i++) {
		renamed[i] =
			pairing->in_old[i] != NONE &&
			!same(old->nodes.item[pairing->in_old[i]].name, new->nodes.item[i].name);
		if (renamed[i])
			rename_device(&differ, pairing->in_old[i], i);
	}
	for (uint32_t i = 0; i < new->nodes.count; i++) {
		uint32_t twin = pairing->in_old[i];
		struct both both = {twin != NONE ? &old->nodes.item[twin] : NULL,
				    &new->nodes.item[i], describe_node(&differ.new.d, i)};

		if (twin == NONE)
			say_existence(&differ, &differ.new, i, true);
		else
			diff_node(&differ, &both, !renamed[i]);
		diff_edges(&differ, &both, twin, i);
	}
	for (uint32_t i = 0; i < old->nodes.count; i++)
		if (pairing->in_new[i] == NONE)
			say_existence(&differ, &differ.old, i, false);
	return differ.list;
}
