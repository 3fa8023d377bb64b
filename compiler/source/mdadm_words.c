/* The words of mdadm.conf(5), as mdadm splits them (4.2-5, lib.c: conf_word, conf_line): between
 * blanks and tabs; quotation marks protect blanks up to the end of the line; a # where a word could
 * begin is a comment. A line that begins with a blank goes on with the one before. */
#include "mdadm_words.h"

#include <string.h>
#include <strings.h>

enum { KEYWORD_LETTERS_MIN = 3 };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

const char *const *mdadm_keyword_names(void)
{
	static const char *const names[] = {
#define KEYWORD(id, name, text) name,
#include "mdadm_keywords.def"
		NULL,
	};

	return names;
}

enum mdadm_keyword mdadm_keyword(const char *word)
{
	const char *const *names = mdadm_keyword_names();
	size_t length = strlen(word);
	unsigned i;

	for (i = 0; i < MDADM_KEYWORD_COUNT; i++)
		if (length >= KEYWORD_LETTERS_MIN && strncasecmp(word, names[i], length) == 0)
			break;
	return (enum mdadm_keyword)i;
}

/* Reads the word that begins at `at`, before `end`; returns where it ends. Quotation marks may
 * stand anywhere in it. */
static size_t read_word(struct mdadm_reader *reader, const struct text *text, size_t at, size_t end,
			struct word *ret_word)
{
	char *copy = arena_alloc(reader->model->arena, end - at + 1), *to = copy;
	size_t from = at, quote_at = at;
	char quote = '\0';

	for (; at < end && (quote != '\0' || !is_blank(text->data[at])); at++) {
		char c = text->data[at];

		if (quote != '\0' && c == quote) {
			quote = '\0';
		} else if (quote == '\0' && (c == '\'' || c == '"')) {
			quote = c;
			quote_at = at;
		} else {
			*to++ = c;
		}
	}
	if (quote != '\0')
		diag_report(reader->diag, DIAG_MDADM_QUOTE, (struct span){text, quote_at, 1, NULL},
			    NULL, "this quotation mark is not closed");
	*ret_word = (struct word){copy, {text, from, at - from, NULL}};
	return at;
}

/* The words of one line of the file, added to a logical line. */
static void read_words(struct mdadm_reader *reader, const struct text *text, size_t at, size_t end,
		       struct mdadm_line *line)
{
	for (;;) {
		struct word word;

		while (at < end && is_blank(text->data[at]))
			at++;
		if (at == end || text->data[at] == '#')
			return;
		at = read_word(reader, text, at, end, &word);
		if (line->keyword.text == NULL)
			line->keyword = word;
		else
			vec_push(reader->model->arena, &line->words, word);
	}
}

/* A keyword at the beginning of a line that continues another was hardly meant as a word of it. */
static void check_continued(struct mdadm_reader *reader, const struct mdadm_line *line,
			    size_t words_before)
{
	enum mdadm_keyword keyword = mdadm_keyword(line->keyword.text);
	struct word first;

	if (line->words.count == words_before)
		return;
	first = line->words.item[words_before];
	if (mdadm_keyword(first.text) == MDADM_KEYWORD_COUNT || keyword == MDADM_MAILFROM ||
	    (keyword == MDADM_AUTO && strcasecmp(first.text, "homehost") == 0))
		return;
	diag_report(reader->diag, DIAG_MDADM_CONTINUED, first.span, NULL,
		    "\"%s\" is one more word of the line before", first.text);
	diag_note(reader->diag, line->keyword.span, "that line begins here");
}

/* The end of a line without its carriage return, which is reported once for each file. */
static size_t line_end(struct mdadm_reader *reader, struct span line, bool *reported)
{
	size_t end = line.offset + line.length;

	if (line.length == 0 || line.text->data[end - 1] != '\r')
		return end;
	if (!*reported)
		diag_report(reader->diag, DIAG_MDADM_CARRIAGE_RETURN,
			    (struct span){line.text, end - 1, 1, NULL}, NULL,
			    "the line ends with a carriage return");
	*reported = true;
	return end - 1;
}

void mdadm_read_lines(struct mdadm_reader *reader, const struct text *text,
		      mdadm_handle_line *handle)
{
	struct mdadm_line line = {0};
	bool returns = false;
	size_t i;

	for (i = 0; i < text->line_count; i++) {
		struct span span = text_line(text, i);
		size_t end = line_end(reader, span, &returns), words = line.words.count;
		char first = span.offset < end ? text->data[span.offset] : '#';

		if (first == '#')
			continue; /* or it is empty: neither ends what goes before */
		if (!is_blank(first)) {
			if (line.keyword.text != NULL)
				handle(reader, &line);
			line = (struct mdadm_line){0};
		}
		if (line.keyword.text == NULL) {
			read_words(reader, text, span.offset, end, &line);
		} else {
			read_words(reader, text, span.offset, end, &line);
			check_continued(reader, &line, words);
		}
	}
	if (line.keyword.text != NULL)
		handle(reader, &line);
}

const char *mdadm_hint(struct mdadm_reader *reader, const char *word, const char *const *candidates,
		       size_t count)
{
	size_t key = strcspn(word, "=:");
	char *copy = arena_strdup(reader->model->arena, word), *c;
	const char *nearest;

	/* Distances count letters, and mdadm's words may be written in capitals. */
	for (c = copy; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	if (copy[key] != '\0') {
		copy[key] = '=';
		copy[key + 1] = '\0';
	}
	nearest = diag_nearest(copy, candidates, count);
	if (nearest == NULL)
		return NULL;
	return arena_printf(reader->model->arena, "did you mean \"%s\"?", nearest);
}

void mdadm_unknown_word(struct mdadm_reader *reader, const char *keyword, struct word word,
			const char *const *candidates, size_t count)
{
	const char *hint = mdadm_hint(reader, word.text, candidates, count);

	diag_report(reader->diag, DIAG_MDADM_WORD, word.span, hint, "unknown word for %s: \"%s\"",
		    keyword, word.text);
}
