#include "findings.h"

#include <string.h>

#include "reading.h"

struct needed {
	const char *phase, *first, *second, *why;
};

static const struct needed needed[] = {
#define ORDER_NEEDED(phase, first, second, why) {phase, first, second, why},
#define ORDER_SHARED(phase, names, what)
#define SCRIPT_CONFLICT(phase, name, other_phase, other, why)
#include "known_orders.def"
#undef ORDER_NEEDED
#undef ORDER_SHARED
#undef SCRIPT_CONFLICT
};

struct shared {
	const char *phase, *names, *what;
};

static const struct shared shared[] = {
#define ORDER_NEEDED(phase, first, second, why)
#define ORDER_SHARED(phase, names, what) {phase, names, what},
#define SCRIPT_CONFLICT(phase, name, other_phase, other, why)
#include "known_orders.def"
#undef ORDER_NEEDED
#undef ORDER_SHARED
#undef SCRIPT_CONFLICT
};

struct conflict {
	const char *phase, *name, *other_phase, *other, *why;
};

static const struct conflict conflicts[] = {
#define ORDER_NEEDED(phase, first, second, why)
#define ORDER_SHARED(phase, names, what)
#define SCRIPT_CONFLICT(phase, name, other_phase, other, why)                                      \
	{phase, name, other_phase, other, why},
#include "known_orders.def"
#undef ORDER_NEEDED
#undef ORDER_SHARED
#undef SCRIPT_CONFLICT
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- what is declared, and what comes out ---------------------------------------------------- */

static const struct script *script_that_counts(const struct script_tree *tree, const char *phase,
					       const char *name)
{
	const struct phase *found = script_tree_phase(tree, phase);
	const struct script *script = found == NULL ? NULL : phase_script(found, name);

	return script != NULL && script->skip == SKIP_NOT ? script : NULL;
}

/* Where the script says what it waits for, or would. */
static struct span handler_span(const struct script *script)
{
	if (script->prereqs.count > 0)
		return script->prereqs.item[0].span;
	if (script->reading != NULL && script->reading->handles)
		return script->reading->handler;
	return (struct span){.text = script->text, .length = 1, .name = script->shown};
}

/* --- findings -------------------------------------------------------------------------------- */

static void check_needed(const struct script_tree *tree, const struct phase *phase,
			 const struct phase_order *order, const struct needed *row,
			 struct diag *diag)
{
	const struct script *first = script_that_counts(tree, row->phase, row->first);
	const struct script *second = script_that_counts(tree, row->phase, row->second);
	const char *hint;

	if (first == NULL || second == NULL || phase_declares(tree, phase, row->first, second))
		return;
	hint = arena_printf(tree->arena, "%s can say so: PREREQ=\"%s\"", row->second, row->first);
	if (phase_position(order, row->first) < phase_position(order, row->second))
		diag_report(diag, DIAG_ORDER_BY_ALPHABET, handler_span(second), hint,
			    "%s comes after %s only because its name does: %s", row->second,
			    row->first, row->why);
	else
		diag_report(diag, DIAG_ORDER_AGAINST_NEED, handler_span(second), hint,
			    "%s comes before %s, but ought to come after it: %s", row->second,
			    row->first, row->why);
}

static bool is_in(const char *names, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = names; (at = strstr(at, name)) != NULL; at += length)
		if ((at == names || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' '))
			return true;
	return false;
}

static void check_shared(const struct script_tree *tree, const struct phase *phase,
			 const struct phase_order *order, const struct shared *row,
			 struct diag *diag)
{
	const struct script *before = NULL, *undeclared = NULL;
	const char *list = "";

	for (size_t i = 0; i < order->names.count; i++) {
		const char *name = order->names.item[i];
		const struct script *script = phase_script(phase, name);

		if (script == NULL || !is_in(row->names, name))
			continue;
		if (before != NULL && !phase_declares(tree, phase, before->name, script))
			undeclared = script;
		list = before == NULL ? name : arena_printf(tree->arena, "%s, %s", list, name);
		before = script;
	}
	if (undeclared != NULL)
		diag_report(diag, DIAG_ORDER_BY_ALPHABET, handler_span(undeclared), NULL,
			    "%s come in this order only because of their names: %s", list,
			    row->what);
}

static void check_conflicts(const struct script_tree *tree, struct diag *diag)
{
	for (size_t i = 0; i < COUNT(conflicts); i++) {
		const struct conflict *row = &conflicts[i];
		const struct script *script = script_that_counts(tree, row->phase, row->name);
		const struct script *other = script_that_counts(tree, row->other_phase, row->other);

		if (script != NULL && other != NULL)
			diag_report(diag, DIAG_SCRIPT_CONFLICT, handler_span(script), NULL,
				    "%s/%s works against %s/%s: %s", row->phase, row->name,
				    row->other_phase, row->other, row->why);
	}
}

void check_script_orders(const struct script_tree *tree, struct diag *diag)
{
	for (size_t i = 0; i < tree->phases.count; i++) {
		const struct phase *phase = &tree->phases.item[i];
		struct phase_order order;

		phase_sort(tree, phase, &order);
		phase_order_check(tree, phase, &order, diag);
		for (size_t j = 0; j < COUNT(needed); j++)
			if (strcmp(needed[j].phase, phase->name) == 0)
				check_needed(tree, phase, &order, &needed[j], diag);
		for (size_t j = 0; j < COUNT(shared); j++)
			if (strcmp(shared[j].phase, phase->name) == 0)
				check_shared(tree, phase, &order, &shared[j], diag);
	}
	check_conflicts(tree, diag);
}
