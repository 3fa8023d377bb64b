#include "verdict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- outcomes ------------------------------------------------------------- */

enum fate {
	FATE_ROOT, /* every run ends in the root file system */
	FATE_SOME, /* some do */
	FATE_NONE, /* none does */
};

static enum fate fate_of(const struct explore_outcome *outcome)
{
	bool root = false, other = false;

	for (size_t i = 0; i < outcome->ends.count; i++)
		if (outcome->ends.item[i].verdict == VERDICT_HANDOFF)
			root = true;
		else
			other = true;
	return !other ? FATE_ROOT : root ? FATE_SOME : FATE_NONE;
}

/* Why the first run that does not end in the root file system does not. */
static const char *cause_of(const struct explore_outcome *outcome)
{
	for (size_t i = 0; i < outcome->ends.count; i++)
		if (outcome->ends.item[i].verdict == VERDICT_RESCUE)
			return outcome->ends.item[i].cause;
	return "it waits without end";
}

static bool is_about_time(const struct explore_outcome *outcome)
{
	return outcome->scenario.count > 0 && outcome->scenario.fault[0].kind == FAULT_LATE;
}

static const char *fate_text(enum fate fate)
{
	return fate == FATE_ROOT   ? "the root file system is mounted"
	       : fate == FATE_SOME ? "the root file system may not be mounted"
				   : "the root file system is not mounted";
}

static void print_outcomes(const struct explore_world *world, const struct explore_result *result,
			   FILE *out)
{
	size_t single = 0, harmless = 0;

	for (size_t i = 0; i < result->outcomes.count; i++) {
		const struct explore_outcome *outcome = &result->outcomes.item[i];
		enum fate fate = fate_of(outcome);

		if (outcome->scenario.count == 0 || is_about_time(outcome))
			fprintf(out, "%s: %s\n",
				scenario_text(world->arena, world, &outcome->scenario),
				fate_text(fate));
		if (outcome->scenario.count != 1 || is_about_time(outcome))
			continue;
		single++;
		harmless += fate == FATE_ROOT;
		if (fate != FATE_ROOT)
			fprintf(out, "%s: %s: %s\n",
				scenario_text(world->arena, world, &outcome->scenario),
				fate_text(fate), cause_of(outcome));
	}
	if (single > 0)
		fprintf(out, "%zu of %zu single faults do not keep it from being mounted\n",
			harmless, single);
}

/* --- violations ----------------------------------------------------------- */

const char *violation_text(struct arena *arena, const struct explore_world *world,
			   const struct counterexample *c)
{
	const char *text =
		arena_printf(arena, "%s %s", explore_world_name(world, c->violation.node),
			     property_text(c->violation.property));

	if (c->end != NULL && c->violation.other == NONE)
		return arena_printf(arena, "%s %s", text, c->end);
	if (c->violation.other != NONE)
		return arena_printf(arena, "%s %s", text,
				    explore_world_name(world, c->violation.other));
	return text;
}

static void print_violations(const struct explore_world *world, const struct explore_result *result,
			     FILE *out)
{
	struct runner runner;

	runner_init(&runner, world->arena, world);
	for (size_t i = 0; i < result->counterexamples.count; i++) {
		struct counterexample *c = &result->counterexamples.item[i];

		story_shorten(&runner, c);
		fprintf(out, "violated: %s: %s\n", property_name(c->violation.property),
			violation_text(world->arena, world, c));
		fprintf(out, "  %s:\n%s", scenario_text(world->arena, world, &c->scenario),
			story_tell(&runner, world->arena, c));
	}
}

void verdict_print(const struct explore_world *world, const struct explore_result *result,
		   FILE *out)
{
	print_outcomes(world, result, out);
	print_violations(world, result, out);
	if (result->limit != NULL)
		fprintf(out, "not proved: the limit of %s was hit\n", result->limit);
	else if (result->counterexamples.count > 0)
		fprintf(out, "refuted\n");
	else
		fprintf(out, "proved\n");
}

/* --- ends ----------------------------------------------------------------- */

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void verdict_print_ends(const struct explore_world *world, const struct explore_result *result,
			FILE *out)
{
	static const char *const verdicts[] = {"waits", "root", "rescue"};
	VEC(const char *) lines = {0};

	for (size_t i = 0; i < result->outcomes.count; i++) {
		const struct explore_outcome *outcome = &result->outcomes.item[i];
		const char *scenario = scenario_text(world->arena, world, &outcome->scenario);

		for (size_t k = 0; k < outcome->ends.count; k++) {
			const struct explore_end *end = &outcome->ends.item[k];

			vec_push(world->arena, &lines,
				 arena_printf(world->arena, "%s => %s%s%s%s%s", scenario,
					      verdicts[end->verdict],
					      end->cause[0] != '\0' ? ": " : "", end->cause,
					      end->lacking[0] != '\0' ? "; lacking " : "",
					      end->lacking));
		}
	}
	if (lines.count > 0)
		qsort(lines.item, lines.count, sizeof lines.item[0], compare_lines);
	for (size_t i = 0; i < lines.count; i++)
		fprintf(out, "%s\n", lines.item[i]);
}

void verdict_print_statistics(const struct explore_world *world,
			      const struct explore_result *result, FILE *out)
{
	const struct explore_outcome *largest = NULL;

	for (size_t i = 0; i < result->outcomes.count; i++)
		if (largest == NULL || result->outcomes.item[i].states > largest->states)
			largest = &result->outcomes.item[i];
	fprintf(out, "%lu states of %zu bytes, %lu moves, %zu KiB, %.2f s, %.0f moves/s\n",
		result->states, result->state_size, result->moves, result->memory >> 10,
		result->seconds, result->seconds > 0 ? (double)result->moves / result->seconds : 0);
	if (largest != NULL)
		fprintf(out, "%lu of the states where %s\n", largest->states,
			scenario_text(world->arena, world, &largest->scenario));
}

/* --- counterexamples as files --------------------------------------------- */

static bool write_one(struct arena *arena, struct diag *diag, const char *path, const char *script)
{
	struct output output;

	if (!command_open_output(&output, arena, diag, path))
		return false;
	fputs(script, output.file);
	return command_commit_output(&output, diag, path);
}

bool verdict_write(struct arena *arena, struct diag *diag, const struct explore_world *world,
		   const struct explore_result *result, const char *directory)
{
	struct runner runner;

	if (mkdir(directory, 0777) != 0 && errno != EEXIST) {
		diag_report(diag, DIAG_UNWRITABLE, (struct span){.name = directory}, NULL,
			    "cannot be made: %s", strerror(errno));
		return false;
	}
	runner_init(&runner, arena, world);
	for (size_t i = 0; i < result->counterexamples.count; i++) {
		const struct counterexample *c = &result->counterexamples.item[i];
		const char *path = arena_printf(arena, "%s/%s-%zu.events", directory,
						property_name(c->violation.property), i + 1);
		const char *script = arena_printf(
			arena, "# %s\n# %s\n%s", violation_text(arena, world, c),
			scenario_text(arena, world, &c->scenario), story_script(&runner, arena, c));

		if (!write_one(arena, diag, path, script))
			return false;
	}
	return true;
}
