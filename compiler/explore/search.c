#include "explore.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "symmetry.h"
#include "../command.h"
#include "../../runtime/core/explain.h"

/* A state on the way to the one at hand. */
struct frame {
	struct move moves[MOVES_MAX];
	unsigned count, next;
};

struct search {
	struct arena *arena;
	const struct explore_world *world;
	const struct explore_options *options;
	struct explore_result *result;
	struct explore_outcome *outcome; /* of the scenario at hand */
	const bool *on_path;
	struct runner runner;
	struct symmetry symmetry;
	void *canonical; /* a state in the form that stands for all that are alike */
	struct seen seen;
	struct frame *frame;  /* depth of them, */
	unsigned char *block; /* with their states, and one more to work on */
	size_t depth, room;
	const char *cause;
	bool comes_up; /* where nothing goes wrong */
	struct timespec begin;
};

static void *at_depth(const struct search *s, size_t depth)
{
	return s->block + depth * s->runner.size;
}

static void make_room(struct search *s)
{
	if (s->depth + 2 < s->room)
		return;
	s->room = s->room > 0 ? 2 * s->room : 64;
	s->frame = realloc(s->frame, s->room * sizeof *s->frame);
	s->block = realloc(s->block, s->room * s->runner.size);
	if (s->frame == NULL || s->block == NULL) {
		fputs("bootgraph: out of memory\n", stderr);
		exit(EXIT_SYSTEM);
	}
}

/* --- limits --------------------------------------------------------------- */

static double seconds_since(const struct timespec *begin)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - begin->tv_sec) + (double)(now.tv_nsec - begin->tv_nsec) / 1e9;
}

static void check_limits(struct search *s)
{
	const struct explore_limits *limits = &s->options->limits;
	size_t memory =
		s->seen.room * sizeof *s->seen.slot + s->room * (sizeof *s->frame + s->runner.size);

	if (memory > s->result->memory)
		s->result->memory = memory;
	if (s->result->states >= limits->states)
		s->result->limit = "states";
	else if (memory > limits->memory)
		s->result->limit = "memory";
	else if (s->result->moves % 256 == 0 && seconds_since(&s->begin) > limits->seconds)
		s->result->limit = "time";
	else if (s->runner.full)
		s->result->limit = "children";
}

/* --- violations ----------------------------------------------------------- */

static bool is_known(const struct search *s, const struct violation *violation)
{
	for (size_t i = 0; i < s->result->counterexamples.count; i++) {
		const struct violation *other = &s->result->counterexamples.item[i].violation;

		if (other->property == violation->property && other->node == violation->node &&
		    other->other == violation->other)
			return true;
	}
	return false;
}

/* The moves that were made from each frame; none from the deepest one if it is an end. */
static void note_violation(struct search *s, const char *end)
{
	struct counterexample found = {
		.scenario = s->outcome->scenario, .violation = s->runner.violation, .end = end};

	if (is_known(s, &found.violation))
		return;
	for (size_t i = 0; i < s->depth; i++) {
		const struct frame *frame = &s->frame[i];

		if (frame->next > 0)
			vec_push(s->arena, &found.trail, frame->moves[frame->next - 1]);
	}
	vec_push(s->arena, &s->result->counterexamples, found);
}

/* --- ends ----------------------------------------------------------------- */

static void take_line(void *context, const char *text)
{
	struct search *s = context;

	s->cause = arena_strdup(s->arena, text);
}

/* The sets that something was started without all of, and why. */
static const char *lacking(struct search *s, void *block)
{
	const struct explore_state *state = state_world(s->world, block);
	const char *text = "";

	for (uint32_t bit = 0; bit < 2 * s->world->set_count; bit++)
		if (state->lacking >> bit & 1)
			text = arena_printf(s->arena, "%s%s%s %s", text,
					    text[0] != '\0' ? ", " : "", s->world->set[bit / 2],
					    bit % 2 == 0 ? "quiescent" : "budget");
	return text;
}

static void judge_end(struct search *s, const struct explore_end *end)
{
	uint32_t goal = s->world->blob->header.goal;

	s->runner.violation.property = PROPERTY_COUNT;
	runner_check_end(&s->runner);
	if (end->verdict == VERDICT_RESCUE && end->cause[0] == '\0')
		runner_violate(&s->runner, PROPERTY_CAUSE, goal, NONE);
	if (end->verdict != VERDICT_HANDOFF && s->outcome->scenario.count == 0) {
		runner_violate(&s->runner, PROPERTY_COMES_UP, goal, NONE);
		s->comes_up = false;
	}
	if (end->verdict == VERDICT_RESCUE && s->outcome->scenario.count > 0 &&
	    !s->outcome->on_path && s->comes_up)
		runner_violate(&s->runner, PROPERTY_OFF_PATH, goal,
			       s->outcome->scenario.fault[0].node);
	if (s->runner.violation.property != PROPERTY_COUNT)
		note_violation(s, end->cause);
}

static void note_end(struct search *s, void *block)
{
	struct explore_end end = {.verdict = (enum verdict)state_machine(block)->verdict,
				  .lacking = lacking(s, block)};

	s->cause = "";
	s->runner.block = block;
	s->runner.machine.state = state_machine(block);
	machine_explain(&s->runner.machine, &(struct explain_sink){take_line, NULL, s});
	end.cause = s->cause;
	for (size_t i = 0; i < s->outcome->ends.count; i++) {
		const struct explore_end *other = &s->outcome->ends.item[i];

		if (other->verdict == end.verdict && strcmp(other->cause, end.cause) == 0 &&
		    strcmp(other->lacking, end.lacking) == 0)
			return;
	}
	vec_push(s->arena, &s->outcome->ends, end);
	judge_end(s, &end);
}

/* --- the search ----------------------------------------------------------- */

/* Finds the moves of the state at the given depth; it is an end if there are none. */
static void open_frame(struct search *s, size_t depth)
{
	struct frame *frame = &s->frame[depth];
	void *block = at_depth(s, depth);
	unsigned safe;

	frame->next = 0;
	frame->count = runner_moves(&s->runner, block, frame->moves);
	if (frame->count == 0)
		note_end(s, block);
	if (!s->options->reduction || frame->count < 2)
		return;
	safe = explore_safe_move(&s->runner, block, frame->moves, frame->count);
	if (safe < frame->count) {
		frame->moves[0] = frame->moves[safe];
		frame->count = 1;
	}
}

/* Whether a state is new. */
static bool visit(struct search *s, const void *block)
{
	if (s->symmetry.any) {
		memcpy(s->canonical, block, s->runner.size);
		symmetry_apply(&s->symmetry, s->world, s->canonical);
		block = s->canonical;
	}
	return seen_add(&s->seen, explore_state_fingerprint(block, s->runner.size));
}

/* Makes the next move of the deepest frame. */
static void advance(struct search *s)
{
	struct frame *frame = &s->frame[s->depth - 1];
	void *to = at_depth(s, s->depth);
	struct move move = frame->moves[frame->next++];

	memcpy(to, at_depth(s, s->depth - 1), s->runner.size);
	runner_move(&s->runner, to, move);
	s->result->moves++;
	check_limits(s);
	if (s->runner.violation.property != PROPERTY_COUNT) {
		note_violation(s, NULL);
		return;
	}
	if (!visit(s, to))
		return;
	s->result->states++;
	s->outcome->states++;
	open_frame(s, s->depth++);
	make_room(s);
}

static void search_scenario(struct search *s, const struct scenario *scenario)
{
	struct explore_outcome outcome = {.scenario = *scenario};

	for (unsigned i = 0; i < scenario->count; i++)
		outcome.on_path |= fault_is_on_path(s->world, s->on_path, &scenario->fault[i]);
	s->outcome = &outcome;
	s->runner.scenario = scenario;
	seen_clear(&s->seen);
	s->symmetry.any = false;
	if (s->options->reduction)
		symmetry_find(&s->symmetry, &s->runner.levels, scenario);
	s->depth = 0;
	make_room(s);
	runner_begin(&s->runner, at_depth(s, 0));
	s->result->states++;
	outcome.states++;
	if (s->runner.violation.property != PROPERTY_COUNT)
		note_violation(s, NULL);
	visit(s, at_depth(s, 0));
	s->depth = 1;
	open_frame(s, 0);
	while (s->depth > 0 && s->result->limit == NULL)
		if (s->frame[s->depth - 1].next < s->frame[s->depth - 1].count)
			advance(s);
		else
			s->depth--;
	vec_push(s->arena, &s->result->outcomes, outcome);
}

/* All ways to choose so many faults, in order. */
static void choose_faults(struct search *s, const fault_list *faults, size_t from, unsigned count,
			  struct scenario *scenario)
{
	if (count == 0) {
		search_scenario(s, scenario);
		return;
	}
	for (size_t i = from; i < faults->count && s->result->limit == NULL; i++) {
		scenario->fault[scenario->count++] = faults->item[i];
		choose_faults(s, faults, i + 1, count - 1, scenario);
		scenario->count--;
	}
}

void explore(struct arena *arena, const struct explore_world *world,
	     const struct explore_options *options, struct explore_result *ret_result)
{
	struct search s = {.arena = arena,
			   .world = world,
			   .options = options,
			   .result = ret_result,
			   .comes_up = true,
			   .on_path = explore_find_path(world)};
	const fault_list faults = explore_faults(world);

	*ret_result = (struct explore_result){.state_size = explore_state_size(world)};
	clock_gettime(CLOCK_MONOTONIC, &s.begin);
	runner_init(&s.runner, arena, world);
	s.canonical = arena_alloc(arena, s.runner.size);
	for (unsigned count = 0; count <= options->faults && ret_result->limit == NULL; count++)
		choose_faults(&s, &faults, 0, count, &(struct scenario){0});
	ret_result->seconds = seconds_since(&s.begin);
	seen_free(&s.seen);
	free(s.frame);
	free(s.block);
}
