/* A line of a listing as tokens, read one at a time. */
#ifndef BOOTGRAPH_LISTING_TOKENS_H
#define BOOTGRAPH_LISTING_TOKENS_H

#include <stdbool.h>

#include "../diag.h"

enum token_kind {
	TOKEN_END,    /* of the line, or a comment */
	TOKEN_WORD,   /* without quotes */
	TOKEN_TEXT,   /* in quotes */
	TOKEN_SOURCE, /* in parentheses */
	TOKEN_MARK,   /* one of { } [ ] , */
	TOKEN_BROKEN, /* reported already */
};

struct token {
	enum token_kind kind;
	const char *text; /* unquoted */
	struct span span;
};

struct token_reader {
	struct arena *arena;
	struct diag *diag;
	const struct text *text;
	const char *at, *end;
	unsigned depth; /* how many tabs the line begins with */
};

/* Begins with a line (from 0). */
void tokens_begin(struct token_reader *reader, size_t line);

struct token tokens_next(struct token_reader *reader);

/* The next token, left where it is. */
struct token tokens_peek(const struct token_reader *reader);

#endif
