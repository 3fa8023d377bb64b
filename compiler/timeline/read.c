#include "timeline.h"
#include "../../runtime/left/field.h"

#include <stdlib.h>
#include <string.h>

/* The reader: the line it is at, and the stretch of each name that is still open. */
struct reader {
	struct arena *arena;
	struct diag *diag;
	const struct text *text;
	struct timeline *timeline;
	size_t line;
	uint32_t now;
};

/* --- words
 * ------------------------------------------------------------------------------------------ */

const char *trace_word(struct arena *arena, const char **at, const char *end)
{
	const char *stop;
	char *word;

	while (*at < end && **at == ' ')
		(*at)++;
	if (*at == end)
		return NULL;
	stop = memchr(*at, ' ', (size_t)(end - *at));
	if (stop == NULL)
		stop = end;
	word = arena_alloc(arena, (size_t)(stop - *at) + 1);
	field_decode(*at, (size_t)(stop - *at), word);
	*at = stop;
	return word;
}

enum node_state trace_state(const char *name)
{
	static const char *const names[STATE_COUNT] = {"pending", "starting", "ready",	"running",
						       "done",	  "failed",   "skipped"};
	unsigned state;

	for (state = 0; state < STATE_COUNT; state++)
		if (strcmp(names[state], name) == 0)
			break;
	return (enum node_state)state;
}

/* --- stretches
 * -------------------------------------------------------------------------------------- */

static struct stretch *open_stretch(struct reader *r, const char *name)
{
	size_t i;

	for (i = r->timeline->stretches.count; i-- > 0;) {
		struct stretch *stretch = &r->timeline->stretches.item[i];

		if (stretch->state == STATE_RUNNING && strcmp(stretch->name, name) == 0)
			return stretch;
	}
	return NULL;
}

static struct stretch *begin_stretch(struct reader *r, const char *name)
{
	struct stretch stretch = {
		.name = name, .effect = "", .begin = r->now, .end = r->now, .state = STATE_RUNNING};

	vec_push(r->arena, &r->timeline->stretches, stretch);
	return &r->timeline->stretches.item[r->timeline->stretches.count - 1];
}

/* An effect's node: its name, without the serial number after #. */
static const char *effect_node(struct arena *arena, const char *effect)
{
	return arena_strndup(arena, effect, strcspn(effect, "#"));
}

static void read_node(struct reader *r, const char *name, const char *word)
{
	enum node_state state = trace_state(word);
	struct stretch *stretch = open_stretch(r, name);

	if (state == STATE_RUNNING && stretch == NULL) {
		begin_stretch(r, name);
	} else if (state == STATE_DONE || state == STATE_FAILED) {
		if (stretch == NULL) {
			stretch = begin_stretch(r, name);
			stretch->instant = true;
		}
		stretch->state = state;
		stretch->end = r->now;
	} else if (stretch != NULL && state < STATE_RUNNING) {
		stretch->end = r->now; /* another attempt will follow */
		stretch->state = STATE_FAILED;
	}
}

static void read_effect(struct reader *r, const char *effect, const char *action)
{
	const char *name = effect_node(r->arena, effect);
	struct stretch *stretch = open_stretch(r, name);

	if (stretch == NULL)
		stretch = begin_stretch(r, name);
	if (stretch->effect[0] == '\0')
		stretch->effect = action;
	stretch->count++;
	stretch->end = r->now;
}

/* Only a reaction's stretch ends with its effects: a task's is ended by its own state. */
static void read_finished(struct reader *r, const char *effect, const char *status)
{
	struct stretch *stretch = open_stretch(r, effect_node(r->arena, effect));

	if (stretch == NULL)
		return;
	stretch->end = r->now;
	if (strcmp(stretch->effect, "probe") == 0 || strcmp(stretch->effect, "load-modalias") == 0)
		stretch->state = strcmp(status, "0") == 0 ? STATE_DONE : STATE_FAILED;
}

static void read_verdict(struct reader *r, const char *verdict)
{
	struct rescue_story story = {r->now, UINT32_MAX, r->timeline->because.count, 0};
	size_t count = r->timeline->rescues.count;

	r->timeline->verdict = strcmp(verdict, "none") == 0 ? NULL : verdict;
	if (strcmp(verdict, "rescue") == 0)
		vec_push(r->arena, &r->timeline->rescues, story);
	else if (count > 0 && r->timeline->rescues.item[count - 1].end == UINT32_MAX)
		r->timeline->rescues.item[count - 1].end = r->now;
}

static void read_because(struct reader *r, const char *at, const char *end)
{
	size_t count = r->timeline->rescues.count;

	while (at < end && *at == ' ')
		at++;
	vec_push(r->arena, &r->timeline->because, arena_strndup(r->arena, at, (size_t)(end - at)));
	if (count > 0)
		r->timeline->rescues.item[count - 1].because_count++;
}

/* A device of which the command line says which one it is has that name, too. */
static void read_given_up(struct reader *r, const char *node, const char *reason, const char *name)
{
	struct given_up given_up = {r->now, name != NULL ? name : node, reason};

	vec_push(r->arena, &r->timeline->given_up, given_up);
}

static void read_line(struct reader *r, const char *word, const char *at, const char *end)
{
	const char *first = NULL, *second = NULL;

	if (strcmp(word, "start") == 0) {
		r->timeline->command_line = arena_strndup(r->arena, at, (size_t)(end - at));
		return;
	}
	if (strcmp(word, "because") == 0) {
		read_because(r, at, end);
		return;
	}
	first = trace_word(r->arena, &at, end);
	second = trace_word(r->arena, &at, end);
	if (strcmp(word, "verdict") == 0 && first != NULL)
		read_verdict(r, first);
	else if (first == NULL || second == NULL)
		return;
	else if (strcmp(word, "node") == 0)
		read_node(r, first, second);
	else if (strcmp(word, "effect") == 0)
		read_effect(r, first, second);
	else if (strcmp(word, "finished") == 0)
		read_finished(r, first, second);
	else if (strcmp(word, "given-up") == 0)
		read_given_up(r, first, second, trace_word(r->arena, &at, end));
}

/* --- the critical path
 * -------------------------------------------------------------------------------- */

static int compare_stretches(const void *a, const void *b)
{
	const struct stretch *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return x->end < y->end ? -1 : x->end > y->end;
}

/* What the boot's end waited for: back from the last stretch, each time the one whose end let the
 * next begin. Nothing waits without reason, so that is the last one to have ended by then. */
static void mark_critical(struct timeline *timeline)
{
	struct stretch *next = NULL, *best;
	size_t i;

	for (i = 0; i < timeline->stretches.count; i++)
		if (next == NULL || timeline->stretches.item[i].end >= next->end)
			next = &timeline->stretches.item[i];
	while (next != NULL) {
		next->critical = true;
		best = NULL;
		for (i = 0; i < timeline->stretches.count; i++) {
			struct stretch *other = &timeline->stretches.item[i];

			if (other < next && !other->critical && other->state != STATE_RUNNING &&
			    other->end <= next->begin && (best == NULL || other->end >= best->end))
				best = other;
		}
		next = best;
	}
}

static bool read_head(struct reader *r)
{
	static const char head[] = "bootgraph-trace 1\n";
	struct span span = {.text = r->text, .offset = 0, .length = 1};

	if (r->text->size >= sizeof head - 1 && memcmp(r->text->data, head, sizeof head - 1) == 0)
		return true;
	diag_report(r->diag, DIAG_NOT_A_TRACE, span, NULL,
		    "does not begin with \"bootgraph-trace 1\"");
	return false;
}

static bool read_time(struct reader *r, const char **at, const char *end)
{
	const char *word = trace_word(r->arena, at, end);
	char *stop;
	double seconds;

	if (word == NULL)
		return false;
	seconds = strtod(word, &stop);
	if (stop == word || *stop != '\0' || !(seconds >= 0 && seconds < 4000000))
		return false;
	r->now = (uint32_t)(seconds * 1000 + 0.5);
	return true;
}

struct timeline *timeline_read(struct arena *arena, struct diag *diag, const struct text *text)
{
	struct reader r = {arena, diag, text, arena_alloc(arena, sizeof *r.timeline), 1, 0};

	r.timeline->command_line = "";
	if (!read_head(&r))
		return NULL;
	for (; r.line < text->line_count; r.line++) {
		const char *at = text->data + text->line_start[r.line], *word;
		const char *end = strchr(at, '\n');

		if (end == NULL)
			end = text->data + text->size;
		if (at == end || !read_time(&r, &at, end))
			continue;
		r.timeline->end = r.now;
		word = trace_word(arena, &at, end);
		if (word != NULL)
			read_line(&r, word, at, end);
	}
	if (r.timeline->stretches.count > 0)
		qsort(r.timeline->stretches.item, r.timeline->stretches.count,
		      sizeof *r.timeline->stretches.item, compare_stretches);
	mark_critical(r.timeline);
	return r.timeline;
}
