#include "findings.h"

#include <string.h>

#include "derive.h"
#include "verdict.h"
#include "../source/text.h"
#include "../../runtime/core/verify.h"

static struct span span_of(const struct explore_world *w, uint32_t node)
{
	return (struct span){.name = blob_string(w->blob, w->node[node].node.source)};
}

static bool comes_up(const struct explore_outcome *outcome)
{
	for (size_t i = 0; i < outcome->ends.count; i++)
		if (outcome->ends.item[i].verdict != VERDICT_HANDOFF)
			return false;
	return true;
}

/* The first node that stands for a device. */
static uint32_t node_of_device(const struct explore_world *w, uint32_t device)
{
	for (uint32_t i = 0; i < w->node_count; i++)
		if (explore_world_concerns(w, i, device))
			return i;
	return w->blob->header.goal;
}

/* Devices that are missing, and programs of others that hang: what a machine's owner can do
 * something about. That a built-in step fails is told by `bootgraph explore`. */
static void report_outcome(struct diag *diag, const struct explore_world *w,
			   const struct explore_outcome *outcome)
{
	const struct machine machine = {.blob = w->blob, .boot = w->boot};
	const struct fault *fault = &outcome->scenario.fault[0];

	if (outcome->scenario.count != 1 || comes_up(outcome))
		return;
	if (fault->kind == FAULT_MISSING) {
		uint32_t node = node_of_device(w, fault->device), set = w->node[node].level;

		if (set < EXPLORE_SETS_MAX)
			diag_report(diag, DIAG_SINGLE_POINT_OF_FAILURE, span_of(w, node), NULL,
				    "if a disk that %s needs is missing this machine does not boot",
				    w->set[set]);
		else
			diag_report(diag, DIAG_SINGLE_POINT_OF_FAILURE, span_of(w, node), NULL,
				    "if %s is missing this machine does not boot",
				    machine_node_title(&machine, node));
	} else if (fault->kind == FAULT_HANGS && fault->device == NO_DEVICE &&
		   explore_world_opcode(w, fault->node) == OP_RUN) {
		diag_report(diag, DIAG_SINGLE_POINT_OF_FAILURE, span_of(w, fault->node), NULL,
			    "a hang of %s keeps root from being mounted",
			    explore_world_name(w, fault->node));
	}
}

static void report_violations(struct arena *arena, struct diag *diag, const struct explore_world *w,
			      struct explore_result *result)
{
	struct runner runner;

	runner_init(&runner, arena, w);
	for (size_t i = 0; i < result->counterexamples.count; i++) {
		struct counterexample *c = &result->counterexamples.item[i];

		story_shorten(&runner, c);
		diag_report(diag, DIAG_EXPLORE_VIOLATION, span_of(w, c->violation.node),
			    "`bootgraph explore` tells how it comes to that", "where %s: %s",
			    scenario_text(arena, w, &c->scenario), violation_text(arena, w, c));
	}
}

enum exit_status explore_findings(struct arena *arena, struct diag *diag,
				  const unsigned char *bytes, size_t size)
{
	const struct explore_options options = EXPLORE_DEFAULTS;
	struct explore_result result;
	struct explore_world world;
	struct refusal refusal;
	const char *derived;
	struct blob blob;

	if (!blob_verify(bytes, size, &blob, &refusal))
		return EXIT_SYSTEM; /* the compiler's own output */
	derived = explore_derive(arena, &blob);
	if (!explore_world_read(
		    arena, diag,
		    text_from_memory(arena, "the blob's world", derived, strlen(derived)), &blob,
		    &world))
		return EXIT_FINDINGS;
	explore(arena, &world, &options, &result);
	for (size_t i = 0; i < result.outcomes.count; i++)
		report_outcome(diag, &world, &result.outcomes.item[i]);
	report_violations(arena, diag, &world, &result);
	if (result.limit == NULL)
		return EXIT_FINE;
	diag_report(diag, DIAG_NOT_PROVED, span_of(&world, blob.header.goal), NULL,
		    "the limit of %s was hit after %lu states", result.limit, result.states);
	return EXIT_LIMIT;
}
