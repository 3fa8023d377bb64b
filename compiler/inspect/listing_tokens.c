#include "listing_tokens.h"

#include <string.h>

#include "escape.h"
#include "listing.h"

void tokens_begin(struct token_reader *reader, size_t line)
{
	const struct text *text = reader->text;
	size_t next = line + 1 < text->line_count ? text->line_start[line + 1] : text->size;

	reader->at = text->data + text->line_start[line];
	reader->end = text->data + next;
	while (reader->end > reader->at && (reader->end[-1] == '\n' || reader->end[-1] == '\r'))
		reader->end--;
	for (reader->depth = 0; reader->at < reader->end && *reader->at == '\t'; reader->at++)
		reader->depth++;
}

static struct token make_token(const struct token_reader *reader, enum token_kind kind,
			       const char *first)
{
	struct token token = {.kind = kind, .text = ""};

	token.span.text = reader->text;
	token.span.offset = (size_t)(first - reader->text->data);
	token.span.length = (size_t)(reader->at - first);
	return token;
}

static struct token break_line(struct token_reader *reader, const char *first, const char *problem)
{
	struct token token = make_token(reader, TOKEN_BROKEN, first);

	if (token.span.length == 0)
		token.span.length = 1;
	diag_report(reader->diag, DIAG_LISTING_SYNTAX, token.span, NULL, "%s", problem);
	reader->at = reader->end;
	return token;
}

/* "..." with its opening quote already passed. */
static struct token read_text(struct token_reader *reader)
{
	const char *first = reader->at - 1;
	char *out = arena_alloc(reader->arena, (size_t)(reader->end - reader->at) + 1);
	struct token token;
	size_t length = 0;

	while (reader->at < reader->end && *reader->at != '"') {
		char byte = *reader->at++;

		if (byte == '\\') {
			size_t taken = escape_read(reader->at, reader->end, &byte);

			if (taken == 0)
				return break_line(reader, reader->at - 1, ESCAPE_EXPECTED);
			reader->at += taken;
		}
		out[length++] = byte;
	}
	if (reader->at == reader->end)
		return break_line(reader, first, "the quote is not closed");
	reader->at++;
	token = make_token(reader, TOKEN_TEXT, first);
	token.text = out;
	return token;
}

/* (etc/fstab:3:1), or with a text inside, with its parenthesis already passed. */
static struct token read_source(struct token_reader *reader)
{
	const char *first = reader->at - 1, *begin = reader->at;
	struct token token, inside = {0};

	if (reader->at < reader->end && *reader->at == '"') {
		reader->at++;
		inside = read_text(reader);
		if (inside.kind == TOKEN_BROKEN)
			return inside;
	} else {
		while (reader->at < reader->end && *reader->at != ')')
			reader->at++;
		inside.text = arena_strndup(reader->arena, begin, (size_t)(reader->at - begin));
	}
	if (reader->at == reader->end || *reader->at != ')')
		return break_line(reader, first, "the parenthesis is not closed");
	reader->at++;
	token = make_token(reader, TOKEN_SOURCE, first);
	token.text = inside.text;
	return token;
}

struct token tokens_next(struct token_reader *reader)
{
	const char *first;
	struct token token;

	while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t'))
		reader->at++;
	first = reader->at;
	if (reader->at == reader->end || *reader->at == '#')
		return make_token(reader, TOKEN_END, first);
	if (listing_is_word_byte((unsigned char)*reader->at)) {
		while (reader->at < reader->end && listing_is_word_byte((unsigned char)*reader->at))
			reader->at++;
		token = make_token(reader, TOKEN_WORD, first);
		token.text = arena_strndup(reader->arena, first, token.span.length);
		return token;
	}
	reader->at++;
	if (*first == '"')
		return read_text(reader);
	if (*first == '(')
		return read_source(reader);
	if (strchr("{}[],", *first) == NULL)
		return break_line(reader, first,
				  "a word, a text in quotes, a list or a source expected");
	token = make_token(reader, TOKEN_MARK, first);
	token.text = arena_strndup(reader->arena, first, 1);
	return token;
}

struct token tokens_peek(const struct token_reader *reader)
{
	struct diag silent = {0};
	struct token_reader copy = *reader;

	copy.diag = &silent;
	return tokens_next(&copy);
}
