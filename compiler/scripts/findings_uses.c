#include "findings.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "uses.h"
#include "variables.h"

enum { ROOT_WAIT = 30 }; /* seconds: scripts/local, local_device_setup */

/* A boot script in its turn. */
struct turn {
	const struct phase *phase;
	const struct script *script;
	const struct script_uses *uses;
	size_t position; /* in its phase */
};

struct checker {
	const struct script_tree *tree;
	struct diag *diag;
	VEC(struct turn) turns; /* in the order of the boot */
};

static const char *title(struct checker *checker, const struct turn *turn)
{
	return arena_printf(checker->tree->arena, "%s/%s", turn->phase->name, turn->script->name);
}

static void collect_turns(struct checker *checker, const struct phase *phase)
{
	struct phase_order order;

	phase_sort(checker->tree, phase, &order);
	for (size_t i = 0; i < order.names.count; i++) {
		const struct script *script = phase_script(phase, order.names.item[i]);
		struct turn turn = {.phase = phase, .script = script, .position = i};

		if (script == NULL || script->skip != SKIP_NOT)
			continue;
		turn.uses = script_uses_read(checker->tree->arena, phase->name, script);
		if (turn.uses != NULL)
			vec_push(checker->tree->arena, &checker->turns, turn);
	}
}

/* --- the same thing --------------------------------------------------------------------------- */

static bool is_writing(enum use_kind kind)
{
	return kind == USE_SETS || kind == USE_WRITES;
}

/* /run/net-*.conf is any of them. */
static bool same_name(const char *left, const char *right)
{
	return strcmp(left, right) == 0 || fnmatch(left, right, 0) == 0 ||
	       fnmatch(right, left, 0) == 0;
}

/* The turn's use of the same variable or file that writes it, or NULL. */
static const struct script_use *writing(const struct turn *turn, enum use_kind kind,
					const char *name)
{
	for (size_t i = 0; i < turn->uses->uses.count; i++) {
		const struct script_use *use = &turn->uses->uses.item[i];

		if (use->kind == kind && same_name(use->name, name))
			return use;
	}
	return NULL;
}

static bool is_ordered(struct checker *checker, const struct turn *first, const struct turn *second)
{
	return phase_declares(checker->tree, second->phase, first->script->name, second->script) ||
	       phase_declares(checker->tree, first->phase, second->script->name, first->script);
}

/* --- several writers ---------------------------------------------------------------------------
 */

/* Whether an earlier turn of the phase has this finding already. */
static bool has_earlier_writer(struct checker *checker, size_t turn, const struct script_use *use)
{
	for (size_t i = 0; i < turn; i++)
		if (checker->turns.item[i].phase == checker->turns.item[turn].phase &&
		    writing(&checker->turns.item[i], use->kind, use->name) != NULL)
			return true;
	return false;
}

static void check_writers(struct checker *checker, size_t first, const struct script_use *use)
{
	const struct turn *before = &checker->turns.item[first], *last = NULL;
	const char *list = before->script->name;

	/* Its variables are looked at one by one. */
	if (strcmp(use->name, "/conf/param.conf") == 0 || has_earlier_writer(checker, first, use))
		return;
	for (size_t i = first + 1; i < checker->turns.count; i++) {
		const struct turn *turn = &checker->turns.item[i];

		if (turn->phase != before->phase || writing(turn, use->kind, use->name) == NULL)
			continue;
		list = arena_printf(checker->tree->arena, "%s, %s", list, turn->script->name);
		if (!is_ordered(checker, before, turn))
			last = turn;
		before = turn;
	}
	if (last == NULL)
		return;
	diag_report(
		checker->diag, DIAG_UNORDERED_WRITERS, writing(last, use->kind, use->name)->span,
		NULL, "%s of %s write %s%s, in this order only because of their names", list,
		last->phase->name, use->name, use->kind == USE_SETS ? " to /conf/param.conf" : "");
}

/* --- readers ---------------------------------------------------------------------------------- */

static void check_pair(struct checker *checker, const struct turn *reader,
		       const struct script_use *use, const struct turn *writer,
		       const struct script_use *written)
{
	bool before = reader->position < writer->position;
	const char *hint;

	if (phase_declares(checker->tree, reader->phase, writer->script->name, reader->script))
		return;
	hint = arena_printf(checker->tree->arena, "%s can say so: PREREQ=\"%s\"",
			    reader->script->name, writer->script->name);
	diag_report(checker->diag, before ? DIAG_READER_BEFORE_WRITER : DIAG_READER_BY_ALPHABET,
		    use->span, hint, "%s reads %s, which %s writes %s", title(checker, reader),
		    use->name, title(checker, writer),
		    before ? "only after it" : "before it only because of their names");
	diag_note(checker->diag, written->span, "%s writes it", writer->script->name);
}

/* A phase that may not run in a boot in which the other one does. */
static bool is_alternative(const struct turn *left, const struct turn *right)
{
	bool left_nfs = strncmp(left->phase->name, "nfs-", 4) == 0;
	bool right_nfs = strncmp(right->phase->name, "nfs-", 4) == 0;

	return left_nfs != right_nfs || !script_phase_is_known(left->phase->name) ||
	       !script_phase_is_known(right->phase->name);
}

/* A file that nobody writes before it is looked for, but somebody does later. */
static void check_later_writers(struct checker *checker, const struct turn *reader,
				const struct script_use *use)
{
	const struct turn *later = NULL;
	const struct script_use *written = NULL;

	for (size_t i = 0; i < checker->turns.count; i++) {
		const struct turn *turn = &checker->turns.item[i];
		const struct script_use *found = writing(turn, USE_WRITES, use->name);

		if (found == NULL)
			continue;
		if (turn->phase <= reader->phase || is_alternative(turn, reader))
			return;
		if (later == NULL) {
			later = turn;
			written = found;
		}
	}
	if (later == NULL)
		return;
	diag_report(checker->diag, DIAG_READER_BEFORE_WRITER, use->span, NULL,
		    "%s reads %s, which only %s writes, in a later phase", title(checker, reader),
		    use->name, title(checker, later));
	diag_note(checker->diag, written->span, "%s writes it", later->script->name);
}

static void check_reader(struct checker *checker, const struct turn *reader,
			 const struct script_use *use)
{
	enum use_kind kind = use->kind == USE_VARIABLE ? USE_SETS : USE_WRITES;

	if (writing(reader, kind, use->name) != NULL)
		return;
	for (size_t i = 0; i < checker->turns.count; i++) {
		const struct turn *writer = &checker->turns.item[i];
		const struct script_use *written = writing(writer, kind, use->name);

		if (writer->phase == reader->phase && writer != reader && written != NULL)
			check_pair(checker, reader, use, writer, written);
	}
	if (kind == USE_WRITES)
		check_later_writers(checker, reader, use);
}

/* --- variables ---------------------------------------------------------------------------------
 */

/* The script whose line in /conf/param.conf gives the variable a value. */
static const struct turn *setter(struct checker *checker, const char *name,
				 const struct script_use **ret_use)
{
	for (size_t i = 0; i < checker->turns.count; i++) {
		*ret_use = script_use_find(checker->turns.item[i].uses, USE_SETS, name);
		if (*ret_use != NULL)
			return &checker->turns.item[i];
	}
	return NULL;
}

static const char *nearest_variable(struct checker *checker, const char *name)
{
	VEC(const char *) names = {0};
	size_t count;
	const struct boot_variable *rows = boot_variables(&count);
	const char *nearest;

	for (size_t i = 0; i < count; i++)
		if (rows[i].reach == VARIABLE_EXPORTED)
			vec_push(checker->tree->arena, &names, rows[i].name);
	nearest = diag_nearest(name, names.item, names.count);
	return nearest == NULL
		       ? NULL
		       : arena_printf(checker->tree->arena, "did you mean \"%s\"?", nearest);
}

static void check_variable(struct checker *checker, const struct turn *turn,
			   const struct script_use *use)
{
	const struct boot_variable *row = boot_variable_find(use->name);
	const struct script_use *set;
	const struct turn *writer;

	if (row != NULL && row->reach == VARIABLE_EXPORTED)
		return;
	writer = setter(checker, use->name, &set);
	if (writer != NULL && set->exported)
		return;
	if (writer != NULL) {
		diag_report(
			checker->diag, DIAG_VARIABLE_NOT_EXPORTED, use->span,
			arena_printf(checker->tree->arena, "write \"export %s=...\"", use->name),
			"%s reads %s, which init does not export: what %s writes to "
			"/conf/param.conf never reaches it",
			title(checker, turn), use->name, title(checker, writer));
		diag_note(checker->diag, set->span, "%s writes it", writer->script->name);
		return;
	}
	/* What it sources may set anything, and ${NAME:-word} expects it to have no value. */
	if (turn->uses->opaque || use->guarded || (row != NULL && row->reach == VARIABLE_FUNCTION))
		return;
	if (row != NULL)
		diag_report(checker->diag, DIAG_VARIABLE_NOT_EXPORTED, use->span, NULL,
			    "%s reads %s, which init has for itself (%s) and does not export",
			    title(checker, turn), use->name, row->setter);
	else
		diag_report(checker->diag, DIAG_VARIABLE_NOT_SET, use->span,
			    nearest_variable(checker, use->name),
			    "%s reads %s, which neither init nor a script sets",
			    title(checker, turn), use->name);
}

/* --- waits ------------------------------------------------------------------------------------ */

/* Between init's note of the time and the end of the wait for the root. */
static bool is_on_the_clock(const char *phase)
{
	return strcmp(phase, "init-premount") == 0 || strcmp(phase, "local-top") == 0 ||
	       strcmp(phase, "local-premount") == 0;
}

static void check_waits(struct checker *checker, const struct turn *turn)
{
	const struct script_use *use = script_longest_wait(turn->uses);
	unsigned long seconds = use == NULL ? 0 : strtoul(use->name, NULL, 10);

	if (use != NULL && strcmp(use->name, "no limit") == 0)
		diag_report(checker->diag, DIAG_WAIT_WITHOUT_END, use->span, NULL,
			    "%s may wait for ever", title(checker, turn));
	else if (seconds >= ROOT_WAIT && is_on_the_clock(turn->phase->name))
		diag_report(checker->diag, DIAG_ROOT_WAIT_SPENT, use->span, NULL,
			    "%s may wait %lu s%s%s%s, and the wait for the root file system, which "
			    "begins before it, takes %d s in all",
			    title(checker, turn), seconds, use->via != NULL ? " (" : "",
			    use->via != NULL ? use->via : "", use->via != NULL ? ")" : "",
			    ROOT_WAIT);
}

/* --- all of it -------------------------------------------------------------------------------- */

static void check_use(struct checker *checker, size_t turn, const struct script_use *use)
{
	const struct turn *reader = &checker->turns.item[turn];

	if (is_writing(use->kind))
		check_writers(checker, turn, use);
	if (use->kind == USE_VARIABLE || use->kind == USE_READS)
		check_reader(checker, reader, use);
	if (use->kind == USE_VARIABLE)
		check_variable(checker, reader, use);
}

void check_script_uses(const struct script_tree *tree, struct diag *diag)
{
	struct checker checker = {.tree = tree, .diag = diag};

	for (size_t i = 0; i < tree->phases.count; i++)
		if (!tree->phases.item[i].hooks)
			collect_turns(&checker, &tree->phases.item[i]);
	for (size_t i = 0; i < checker.turns.count; i++) {
		for (size_t j = 0; j < checker.turns.item[i].uses->uses.count; j++)
			check_use(&checker, i, &checker.turns.item[i].uses->uses.item[j]);
		check_waits(&checker, &checker.turns.item[i]);
	}
}
