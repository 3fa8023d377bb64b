#include "timeline.h"

#include <stdlib.h>
#include <string.h>

static double seconds(const char *word)
{
	char *stop;
	double number = strtod(word, &stop);

	return stop != word && *stop == '\0' ? number : -1;
}

/* NODE KIND STATE BEGIN END STATUS [REASON] */
static bool read_row(struct arena *arena, const char *at, const char *end, struct outcome_row *row)
{
	const char *state, *begin, *ended, *status;

	row->name = trace_word(arena, &at, end);
	row->kind = trace_word(arena, &at, end);
	state = trace_word(arena, &at, end);
	begin = trace_word(arena, &at, end);
	ended = trace_word(arena, &at, end);
	status = trace_word(arena, &at, end);
	row->reason = trace_word(arena, &at, end);
	if (status == NULL)
		return false;
	row->state = trace_state(state);
	row->begin = seconds(begin);
	row->end = seconds(ended);
	return row->state != STATE_COUNT;
}

struct outcome *outcome_read(struct arena *arena, struct diag *diag, const struct text *text)
{
	static const char head[] = "bootgraph-outcome 1\n";
	struct outcome *outcome = arena_alloc(arena, sizeof *outcome);
	struct span first = {.text = text, .offset = 0, .length = 1};

	if (text->size < sizeof head - 1 || memcmp(text->data, head, sizeof head - 1) != 0) {
		diag_report(diag, DIAG_NOT_AN_OUTCOME, first, NULL,
			    "does not begin with \"bootgraph-outcome 1\"");
		return NULL;
	}
	for (size_t i = 1; i < text->line_count; i++) {
		const char *at = text->data + text->line_start[i], *end = strchr(at, '\n');
		struct outcome_row row;

		if (read_row(arena, at, end != NULL ? end : text->data + text->size, &row))
			vec_push(arena, &outcome->rows, row);
	}
	return outcome;
}
