#include "words.h"
#include "../inspect/escape.h"

#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The word at `at`; sets *ret_end behind it. Its text is NULL after a report. */
static struct script_word read_word(struct arena *arena, struct diag *diag, const struct text *text,
				    const char *at, const char *end, const char **ret_end)
{
	struct script_word word = {.span = {.text = text, .offset = (size_t)(at - text->data)}};
	const char *first = at, *quote = NULL;
	char *out = arena_alloc(arena, (size_t)(end - at) + 1), *to = out;
	const char *problem = NULL;

	for (; at < end && (quote != NULL || !is_space(*at)) && problem == NULL; at++) {
		size_t escape = *at == '\\' ? escape_read(at + 1, end, to) : 0;

		if (*at == '\\' && escape == 0)
			problem = ESCAPE_EXPECTED;
		else if (escape > 0)
			to++, at += escape;
		else if (*at == '"')
			quote = quote == NULL ? at : NULL;
		else
			*to++ = *at;
	}
	if (problem == NULL && quote != NULL) {
		problem = "the quote is not closed";
		first = quote;
	}
	*ret_end = at;
	word.span.length = (size_t)(at - text->data) - word.span.offset;
	word.text = out;
	if (problem != NULL) {
		word.span.offset = (size_t)((quote != NULL ? first : at - 1) - text->data);
		word.span.length = 1;
		word.text = NULL;
		diag_report(diag, DIAG_EVENTS_SYNTAX, word.span, NULL, "%s", problem);
	}
	return word;
}

const struct script_word *words_split(struct arena *arena, struct diag *diag,
				      const struct text *text, size_t line, size_t *ret_count)
{
	VEC(struct script_word) words = {0};
	const char *at = text->data + text->line_start[line];
	const char *end = text->data +
			  (line + 1 < text->line_count ? text->line_start[line + 1] : text->size);

	while (end > at && (end[-1] == '\n' || end[-1] == '\r'))
		end--;
	*ret_count = 0;
	for (;;) {
		struct script_word word;

		while (at < end && is_space(*at))
			at++;
		if (at == end || *at == '#')
			break;
		word = read_word(arena, diag, text, at, end, &at);
		if (word.text == NULL)
			return NULL;
		vec_push(arena, &words, word);
	}
	*ret_count = words.count;
	return words.item;
}

bool words_seconds(const char *text, uint32_t *ret_milliseconds)
{
	uint32_t number = 0, digits = 0;
	bool point = false;

	for (; *text != '\0'; text++) {
		if (*text == '.' && !point && digits > 0) {
			point = true;
			digits = 0;
			continue;
		}
		if (*text < '0' || *text > '9' || number > 100000000 || (point && digits == 3))
			return false;
		number = number * 10 + (uint32_t)(*text - '0');
		digits++;
	}
	if (digits == 0)
		return false;
	for (digits = point ? digits : 0; digits < 3; digits++)
		number *= 10;
	*ret_milliseconds = number;
	return number <= 1000000000;
}
