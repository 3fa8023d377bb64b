#include "order.h"

#include <string.h>

void phase_sort(const struct script_tree *tree, const struct phase *phase,
		struct phase_order *ret_order)
{
	VEC(char) pairs = {0};

	for (size_t i = 0; i < phase->scripts.count; i++) {
		const struct script *script = phase->scripts.item[i];

		for (size_t j = 0; script->skip == SKIP_NOT && j < script->pairs_size; j++)
			vec_push(tree->arena, &pairs, script->pairs[j]);
	}
	*ret_order = (struct phase_order){0};
	tsort(tree->arena, pairs.item, pairs.count, &ret_order->sorted);
	/* Names of nobody have done what they do: they have been sorted. A name that is a file is
	 * run, even if it was left out of the list of scripts. */
	for (size_t i = 0; i < ret_order->sorted.order.count; i++)
		if (phase_has_file(tree, phase, ret_order->sorted.order.item[i]))
			vec_push(tree->arena, &ret_order->names, ret_order->sorted.order.item[i]);
}

const struct prereq *script_prereq(const struct script *script, const char *name)
{
	for (size_t i = 0; i < script->prereqs.count; i++)
		if (strcmp(script->prereqs.item[i].name, name) == 0)
			return &script->prereqs.item[i];
	return NULL;
}

/* --- what is declared, and what comes out ---------------------------------------------------- */

/* Whether `second` waits for `first`, itself or through others. Each script is entered once. */
static bool waits_for(const struct phase *phase, const struct script *second, const char *first,
		      bool *entered)
{
	for (size_t i = 0; i < phase->scripts.count; i++) {
		struct script *other = phase->scripts.item[i];

		if (other->skip != SKIP_NOT || entered[i] ||
		    script_prereq(second, other->name) == NULL)
			continue;
		entered[i] = true;
		if (strcmp(other->name, first) == 0 || waits_for(phase, other, first, entered))
			return true;
	}
	return false;
}

bool phase_declares(const struct script_tree *tree, const struct phase *phase, const char *first,
		    const struct script *second)
{
	return waits_for(phase, second, first,
			 arena_alloc(tree->arena, phase->scripts.count * sizeof(bool)));
}

size_t phase_position(const struct phase_order *order, const char *name)
{
	size_t i = 0;

	while (i < order->names.count && strcmp(order->names.item[i], name) != 0)
		i++;
	return i;
}

/* --- loops ----------------------------------------------------------------------------------- */

/* Where `after` says that it waits for `before`. */
static struct span relation_span(const struct phase *phase, const char *before, const char *after)
{
	const struct script *script = phase_script(phase, after);
	const struct prereq *prereq = script == NULL ? NULL : script_prereq(script, before);

	return prereq != NULL ? prereq->span : (struct span){.name = phase->name};
}

static void report_loop(const struct script_tree *tree, const struct phase *phase,
			const tsort_names *loop, struct diag *diag)
{
	const char *last = loop->item[loop->count - 1], *path = loop->item[0];

	for (size_t i = 1; i < loop->count; i++)
		path = arena_printf(tree->arena, "%s, %s", path, loop->item[i]);
	diag_report(
		diag, DIAG_CYCLE, relation_span(phase, last, loop->item[0]), NULL,
		"scripts of %s wait for each other in a circle: %s, %s; mkinitramfs forgets that "
		"%s waits for %s",
		phase->name, path, loop->item[0], loop->item[0], last);
	for (size_t i = 1; i < loop->count; i++)
		diag_note(diag, relation_span(phase, loop->item[i - 1], loop->item[i]),
			  "%s waits for %s", loop->item[i], loop->item[i - 1]);
}

/* The script that printed something which is not one word: a name with a blank in it comes out of a
 * pattern, and leaves tsort with a word without a partner. */
static const struct script *odd_script(const struct phase *phase)
{
	for (size_t i = 0; i < phase->scripts.count; i++) {
		const struct script *script = phase->scripts.item[i];

		for (size_t j = 0; script->skip == SKIP_NOT && j < script->prereqs.count; j++)
			if (strpbrk(script->prereqs.item[j].name, " \t") != NULL)
				return script;
	}
	return NULL;
}

void phase_order_check(const struct script_tree *tree, const struct phase *phase,
		       const struct phase_order *order, struct diag *diag)
{
	if (order->sorted.odd) {
		const struct script *script = odd_script(phase);

		diag_report(diag, DIAG_PREREQS_ODD,
			    script != NULL ? script->prereqs.item[0].span
					   : (struct span){.name = phase->name},
			    NULL, "tsort refuses these prereqs, so no script of %s runs at all",
			    phase->name);
	}
	for (size_t i = 0; i < order->sorted.loops.count; i++)
		report_loop(tree, phase, &order->sorted.loops.item[i].names, diag);
}
