#include "explore.h"

#include <inttypes.h>
#include <string.h>

#include "../simulate/words.h"

/* --- running a trail again ------------------------------------------------ */

static bool is_allowed(struct runner *r, void *block, struct move move)
{
	struct move moves[MOVES_MAX];
	unsigned count = runner_moves(r, block, moves);

	for (unsigned i = 0; i < count; i++)
		if (moves[i].kind == move.kind && moves[i].device == move.device &&
		    moves[i].node == move.node)
			return true;
	return false;
}

/* Runs all moves but the one to skip; false if one of them is not possible then. */
static bool run_trail(struct runner *r, void *block, const struct counterexample *c, size_t skip)
{
	r->scenario = &c->scenario;
	runner_begin(r, block);
	for (size_t i = 0; i < c->trail.count; i++) {
		if (i == skip)
			continue;
		if (!is_allowed(r, block, c->trail.item[i]))
			return false;
		runner_move(r, block, c->trail.item[i]);
		if (r->violation.property != PROPERTY_COUNT)
			return i + 1 == c->trail.count;
	}
	return true;
}

/* Whether a run shows the same: the violation, or an end of its kind. */
static bool shows(struct runner *r, void *block, const struct counterexample *c,
		  enum verdict verdict)
{
	struct move moves[MOVES_MAX];

	if (c->end == NULL)
		return r->violation.property == c->violation.property &&
		       r->violation.node == c->violation.node &&
		       r->violation.other == c->violation.other;
	return r->violation.property == PROPERTY_COUNT && runner_moves(r, block, moves) == 0 &&
	       state_machine(block)->verdict == verdict;
}

void story_shorten(struct runner *r, struct counterexample *c)
{
	void *block = arena_alloc(r->world->arena, r->size);
	enum verdict verdict;
	size_t i;

	run_trail(r, block, c, SIZE_MAX);
	verdict = (enum verdict)state_machine(block)->verdict;
	for (i = c->trail.count; i-- > 0;) {
		if (!run_trail(r, block, c, i) || !shows(r, block, c, verdict))
			continue;
		memmove(&c->trail.item[i], &c->trail.item[i + 1],
			(c->trail.count - i - 1) * sizeof c->trail.item[0]);
		c->trail.count--;
	}
}

/* --- times ---------------------------------------------------------------- */

/* Gives each move a moment, a millisecond after the one before it, so that the simulator keeps
 * their order; where time passes, as much as the machine waits. */
static const uint32_t *follow(struct runner *r, struct arena *arena, const struct counterexample *c,
			      struct run_log *log)
{
	uint32_t *at = arena_alloc(arena, (c->trail.count + 1) * sizeof *at);
	void *block = arena_alloc(arena, r->size);

	*log = (struct run_log){.arena = arena};
	r->log = log;
	r->scenario = &c->scenario;
	runner_begin(r, block);
	for (size_t i = 0; i < c->trail.count; i++) {
		uint32_t passes = 0;

		r->block = block;
		r->machine.state = state_machine(block);
		if (c->trail.item[i].kind == MOVE_TIME)
			passes = machine_deadline(&r->machine);
		log->now += 1 + passes;
		at[i] = log->now;
		runner_move(r, block, c->trail.item[i]);
	}
	r->log = NULL;
	return at;
}

/* --- in words ------------------------------------------------------------- */

static const char *move_text(struct runner *r, struct arena *arena, struct move move)
{
	const char *device = move.device != NO_DEVICE ? r->world->device[move.device].name : NULL;

	switch (move.kind) {
	case MOVE_ARRIVE:
		return arena_printf(arena, "%s comes", device);
	case MOVE_LEAVE:
		return arena_printf(arena, "%s leaves", device);
	case MOVE_TIME:
		return "nothing happens until a time is up";
	default:
		return arena_printf(arena, "%s%s%s ends", explore_world_name(r->world, move.node),
				    device != NULL ? " of " : "", device != NULL ? device : "");
	}
}

static const char *outcome_text(uint8_t flags)
{
	if (flags & CHILD_HANGS)
		return ", and hangs";
	if (flags & CHILD_ABSENT)
		return ", and finds no device";
	return flags & CHILD_FAILS ? ", and will fail" : "";
}

const char *story_tell(struct runner *r, struct arena *arena, const struct counterexample *c)
{
	const char *story = "";
	struct run_log log;
	const uint32_t *at = follow(r, arena, c, &log);
	size_t entry = 0;

	for (size_t i = 0; i < c->trail.count; i++) {
		for (; entry < log.entries.count && log.entries.item[entry].begun < at[i];
		     entry++) {
			const struct log_entry *e = &log.entries.item[entry];

			story = arena_printf(
				arena, "%s    %6.3f  %s%s%s begins%s\n", story, e->begun / 1000.0,
				explore_world_name(r->world, e->node),
				e->device != NO_DEVICE ? " of " : "",
				e->device != NO_DEVICE ? r->world->device[e->device].name : "",
				outcome_text(e->flags));
		}
		story = arena_printf(arena, "%s    %6.3f  %s\n", story, at[i] / 1000.0,
				     move_text(r, arena, c->trail.item[i]));
	}
	return story;
}

/* --- as an event script --------------------------------------------------- */

/* The `device add` statement of a device, as the world has it. */
static const char *add_statement(struct runner *r, struct arena *arena, uint32_t device)
{
	const struct text *text = r->world->text;
	struct diag quiet = {0};

	for (size_t line = 0; line < text->line_count; line++) {
		size_t count, first = 0;
		const struct script_word *word = words_split(arena, &quiet, text, line, &count);

		if (count > 2 && strcmp(word[0].text, "at") == 0)
			first = 2;
		if (count >= first + 3 && strcmp(word[first].text, "device") == 0 &&
		    strcmp(word[first + 1].text, "add") == 0 &&
		    strcmp(word[first + 2].text, r->world->device[device].name) == 0) {
			const char *begin = text->data + word[first].span.offset;

			return arena_strndup(arena, begin, strcspn(begin, "\n"));
		}
	}
	return NULL;
}

/* Whether a device is part of a story: it comes, or is made. */
static bool takes_part(const struct runner *r, const struct counterexample *c, const char *name)
{
	for (uint32_t i = 0; i < r->world->device_count; i++) {
		if (strcmp(r->world->device[i].name, name) != 0)
			continue;
		if (!r->world->device[i].outside)
			return true;
		for (size_t k = 0; k < c->trail.count; k++)
			if (c->trail.item[k].kind == MOVE_ARRIVE && c->trail.item[k].device == i)
				return true;
	}
	return false;
}

/* What the world says that has no moment, but of devices that never come. */
static const char *timeless(struct runner *r, struct arena *arena, const struct counterexample *c)
{
	const struct text *text = r->world->text;
	struct diag quiet = {0};
	const char *out = "";

	for (size_t line = 0; line < text->line_count; line++) {
		const char *begin = text->data + text->line_start[line];
		size_t count;
		const struct script_word *word = words_split(arena, &quiet, text, line, &count);

		if (count == 0 || strcmp(word[0].text, "at") == 0 ||
		    (count > 1 && strcmp(word[0].text, "device") == 0 &&
		     (strcmp(word[1].text, "add") == 0 || !takes_part(r, c, word[1].text))))
			continue;
		out = arena_printf(arena, "%s%.*s\n", out, (int)strcspn(begin, "\n"), begin);
	}
	return out;
}

static const char *effect_outcome(struct arena *arena, const struct log_entry *e)
{
	uint32_t takes = e->ended == NEVER ? 0 : e->ended - e->begun;

	if (e->flags & CHILD_HANGS || e->ended == NEVER)
		return "hangs";
	return arena_printf(arena, "%stakes %" PRIu32 ".%03" PRIu32 "%s",
			    e->flags & CHILD_PROMPT ? "asks " : "", takes / 1000, takes % 1000,
			    e->flags & CHILD_ABSENT  ? " fails ENXIO"
			    : e->flags & CHILD_FAILS ? " exits 1"
						     : "");
}

/* How the effects of each unit end, one after the other. */
static const char *effects(struct runner *r, struct arena *arena, const struct run_log *log)
{
	const char *out = "";

	for (uint32_t node = 0; node < r->world->node_count; node++) {
		const char *line = NULL;

		for (size_t i = 0; i < log->entries.count; i++) {
			const struct log_entry *e = &log->entries.item[i];

			if (e->node != node)
				continue;
			line = line == NULL ? arena_printf(arena, "effect %s %s",
							   explore_world_name(r->world, node),
							   effect_outcome(arena, e))
					    : arena_printf(arena, "%s then %s", line,
							   effect_outcome(arena, e));
		}
		if (line != NULL)
			out = arena_printf(arena, "%s%s\n", out, line);
	}
	return out;
}

const char *story_script(struct runner *r, struct arena *arena, const struct counterexample *c)
{
	struct run_log log;
	const uint32_t *at = follow(r, arena, c, &log);
	const char *out =
		arena_printf(arena, "%s%s", timeless(r, arena, c), effects(r, arena, &log));

	for (size_t i = 0; i < c->trail.count; i++) {
		struct move move = c->trail.item[i];
		const char *seconds =
			arena_printf(arena, "%" PRIu32 ".%03" PRIu32, at[i] / 1000, at[i] % 1000);

		if (move.kind == MOVE_ARRIVE)
			out = arena_printf(arena, "%sat %s %s\n", out, seconds,
					   add_statement(r, arena, move.device));
		else if (move.kind == MOVE_LEAVE)
			out = arena_printf(arena, "%sat %s device remove %s\n", out, seconds,
					   r->world->device[move.device].name);
	}
	return out;
}
