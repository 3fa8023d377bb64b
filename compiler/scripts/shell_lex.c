#include "shell.h"

#include <ctype.h>
#include <string.h>

void shell_fail(struct shell_lexer *lexer, size_t offset, const char *error)
{
	if (lexer->error == NULL) {
		lexer->error = error;
		lexer->error_offset = offset;
	}
	/* Nothing more is read: every loop ends at the end. */
	lexer->at = lexer->text->size;
}

static char look(const struct shell_lexer *lexer, size_t ahead)
{
	size_t at = lexer->at + ahead;

	return at < lexer->text->size ? lexer->text->data[at] : '\0';
}

static bool at_end(const struct shell_lexer *lexer)
{
	return lexer->at >= lexer->text->size;
}

/* Passes bytes, though never the end. */
static void pass(struct shell_lexer *lexer, size_t count)
{
	size_t left = lexer->text->size - lexer->at;

	lexer->at += count < left ? count : left;
}

/* Passes what closes something that was opened at `start`. */
static void pass_closing(struct shell_lexer *lexer, size_t start, const char *error)
{
	if (at_end(lexer))
		shell_fail(lexer, start, error);
	pass(lexer, 1);
}

/* A backslash at the end of a line is no character at all. */
static bool skip_continuation(struct shell_lexer *lexer)
{
	if (look(lexer, 0) != '\\' || look(lexer, 1) != '\n')
		return false;
	lexer->at += 2;
	return true;
}

/* --- parts of a word ------------------------------------------------------------------------- */

/* Adds a byte of the script to the word; what follows directly on the last text becomes one part
 * with it. */
static void add_byte(struct shell_lexer *lexer, struct shell_word *word, bool quoted)
{
	struct shell_part *last =
		word->parts.count > 0 ? &word->parts.item[word->parts.count - 1] : NULL;

	if (last == NULL || last->kind != SHELL_TEXT || last->quoted != quoted ||
	    last->offset + last->length != lexer->at) {
		vec_push(lexer->arena, &word->parts,
			 (struct shell_part){
				 .kind = SHELL_TEXT, .offset = lexer->at, .quoted = quoted});
		last = &word->parts.item[word->parts.count - 1];
	}
	last->length++;
	lexer->at++;
}

static void add_empty(struct shell_lexer *lexer, struct shell_word *word)
{
	vec_push(lexer->arena, &word->parts,
		 (struct shell_part){
			 .kind = SHELL_TEXT, .text = "", .offset = lexer->at, .quoted = true});
}

static void add_expansion(struct shell_lexer *lexer, struct shell_word *word, size_t start,
			  struct shell_part part, bool quoted)
{
	part.offset = start;
	part.length = lexer->at - start;
	part.quoted = quoted;
	vec_push(lexer->arena, &word->parts, part);
}

static void single_quotes(struct shell_lexer *lexer, struct shell_word *word)
{
	size_t start = lexer->at++;

	add_empty(lexer, word);
	while (!at_end(lexer) && look(lexer, 0) != '\'')
		add_byte(lexer, word, true);
	pass_closing(lexer, start, "this quotation mark is not closed");
}

static void expansion(struct shell_lexer *lexer, struct shell_word *word, bool quoted);
static void backquotes(struct shell_lexer *lexer, struct shell_word *word, bool quoted);

/* What a backslash can take away from, inside double quotes. */
static bool is_special(char c)
{
	return c == '$' || c == '`' || c == '"' || c == '\\';
}

static void double_quotes(struct shell_lexer *lexer, struct shell_word *word)
{
	size_t start = lexer->at++;

	add_empty(lexer, word);
	while (!at_end(lexer) && look(lexer, 0) != '"') {
		if (skip_continuation(lexer))
			continue;
		if (look(lexer, 0) == '$') {
			expansion(lexer, word, true);
		} else if (look(lexer, 0) == '`') {
			backquotes(lexer, word, true);
		} else {
			if (look(lexer, 0) == '\\' && is_special(look(lexer, 1)))
				lexer->at++;
			add_byte(lexer, word, true);
		}
	}
	pass_closing(lexer, start, "this quotation mark is not closed");
}

static void backquotes(struct shell_lexer *lexer, struct shell_word *word, bool quoted)
{
	struct shell_part part = {.kind = SHELL_OTHER};
	size_t start = lexer->at++;

	while (!at_end(lexer) && look(lexer, 0) != '`')
		pass(lexer, look(lexer, 0) == '\\' ? 2 : 1);
	part.commands = shell_quoted_commands(lexer, start + 1, lexer->at);
	pass_closing(lexer, start, "this ` is not closed");
	add_expansion(lexer, word, start, part, quoted);
}

/* $((...)), from behind its $. False, and nothing moved, if it is $( (...) ) instead. */
static bool arithmetic(struct shell_lexer *lexer)
{
	size_t start = lexer->at;
	unsigned open = 0;

	for (; !at_end(lexer); lexer->at++) {
		if (look(lexer, 0) == '(')
			open++;
		else if (look(lexer, 0) == ')' && --open == 0)
			break;
		/* The two at the end have to stand together. */
		if (look(lexer, 0) == ')' && open == 1 && look(lexer, 1) != ')')
			break;
	}
	if (open == 0 && !at_end(lexer)) {
		lexer->at++;
		return true;
	}
	lexer->at = start;
	return false;
}

static size_t name_length(const struct shell_lexer *lexer, size_t ahead)
{
	size_t length = 0;

	if (isdigit((unsigned char)look(lexer, ahead)))
		return 1;
	while (isalnum((unsigned char)look(lexer, ahead + length)) ||
	       look(lexer, ahead + length) == '_')
		length++;
	if (length == 0 && look(lexer, ahead) != '\0' &&
	    strchr("@*#?$!-", look(lexer, ahead)) != NULL)
		return 1;
	return length;
}

static const char *slice(const struct shell_lexer *lexer, size_t offset, size_t length)
{
	return arena_strndup(lexer->arena, lexer->text->data + offset, length);
}

/* ${...}, from behind its $. */
static struct shell_part braces(struct shell_lexer *lexer, size_t start, bool quoted)
{
	struct shell_part part = {.kind = SHELL_OTHER};
	struct shell_word rest = {0};
	size_t length = name_length(lexer, 1), name = lexer->at + 1;
	bool colon, has_default, is_empty = true;

	if (length > 0 && look(lexer, 1 + length) == '}') {
		part = (struct shell_part){.kind = SHELL_PARAMETER,
					   .text = slice(lexer, name, length)};
		lexer->at += length + 2;
		return part;
	}
	if (length > 0)
		part.text = slice(lexer, name, length);
	colon = look(lexer, 1 + length) == ':';
	part.guarded = look(lexer, 1 + length + colon) != '\0' &&
		       strchr("-=?+", look(lexer, 1 + length + colon)) != NULL;
	has_default = length > 0 && look(lexer, 1 + length + colon) == '-';
	lexer->at += 1 + length + colon + has_default;
	while (!at_end(lexer) && look(lexer, 0) != '}') {
		if (look(lexer, 0) == '$')
			expansion(lexer, &rest, false);
		else if (look(lexer, 0) == '`')
			backquotes(lexer, &rest, false);
		else if (look(lexer, 0) == '"')
			double_quotes(lexer, &rest);
		else if (look(lexer, 0) == '\'' && !quoted)
			single_quotes(lexer, &rest);
		else
			pass(lexer, look(lexer, 0) == '\\' ? 2 : 1);
		is_empty = false;
	}
	pass_closing(lexer, start, "this ${ is not closed");
	for (size_t i = 0; i < rest.parts.count; i++)
		if (rest.parts.item[i].kind != SHELL_TEXT)
			vec_push(lexer->arena, &part.nested, rest.parts.item[i]);
	/* The only default that handlers have: ${1:-}. */
	if (has_default && is_empty) {
		part.kind = SHELL_PARAMETER;
		part.fallback = "";
	}
	return part;
}

static void expansion(struct shell_lexer *lexer, struct shell_word *word, bool quoted)
{
	size_t start = lexer->at, length = name_length(lexer, 1);
	struct shell_part part = {.kind = SHELL_OTHER};

	if (lexer->depth >= SHELL_DEPTH_MAX) {
		shell_fail(lexer, start, "expansions are nested too deep");
		return;
	}
	lexer->depth++;
	if (length > 0) {
		part = (struct shell_part){.kind = SHELL_PARAMETER,
					   .text = slice(lexer, lexer->at + 1, length)};
		lexer->at += 1 + length;
	} else if (look(lexer, 1) == '{') {
		lexer->at++;
		part = braces(lexer, start, quoted);
	} else if (look(lexer, 1) == '(') {
		lexer->at++;
		if (look(lexer, 1) != '(' || !arithmetic(lexer)) {
			lexer->at++;
			part.commands = shell_commands(lexer);
		}
	}
	lexer->depth--;
	if (lexer->at > start)
		add_expansion(lexer, word, start, part, quoted);
	else
		add_byte(lexer, word, quoted); /* a dollar sign */
}

/* --- words ----------------------------------------------------------------------------------- */

static bool ends_word(char c)
{
	return c == '\0' || strchr(" \t\n;&|()<>", c) != NULL;
}

static void read_word(struct shell_lexer *lexer)
{
	struct shell_word *word = &lexer->word;

	while (!at_end(lexer) && !ends_word(look(lexer, 0))) {
		if (skip_continuation(lexer))
			continue;
		switch (look(lexer, 0)) {
		case '\'':
			single_quotes(lexer, word);
			break;
		case '"':
			double_quotes(lexer, word);
			break;
		case '$':
			expansion(lexer, word, false);
			break;
		case '`':
			backquotes(lexer, word, false);
			break;
		case '\\':
			lexer->at++;
			if (!at_end(lexer))
				add_byte(lexer, word, true);
			break;
		default:
			add_byte(lexer, word, false);
		}
	}
	/* A NUL byte ends words like blanks do, and has to be passed, too. */
	if (look(lexer, 0) == '\0' && !at_end(lexer))
		lexer->at++;
	word->offset = lexer->offset;
	word->length = lexer->at - lexer->offset;
	for (size_t i = 0; i < word->parts.count; i++) {
		struct shell_part *part = &word->parts.item[i];

		if (part->kind == SHELL_TEXT)
			part->text = slice(lexer, part->offset, part->length);
	}
}

const char *shell_literal(struct arena *arena, const struct shell_word *word)
{
	const char *text = "";

	for (size_t i = 0; i < word->parts.count; i++) {
		const struct shell_part *part = &word->parts.item[i];

		if (part->kind != SHELL_TEXT)
			return NULL;
		if (part->length > 0)
			text = *text == '\0' ? part->text
					     : arena_printf(arena, "%s%s", text, part->text);
	}
	return text;
}

/* --- here-documents -------------------------------------------------------------------------- */

static bool is_line(const struct shell_lexer *lexer, const char *line, bool strip_tabs,
		    size_t *ret_next)
{
	const char *data = lexer->text->data;
	size_t at = lexer->at, end = at;

	while (end < lexer->text->size && data[end] != '\n')
		end++;
	while (strip_tabs && at < end && data[at] == '\t')
		at++;
	*ret_next = end < lexer->text->size ? end + 1 : end;
	return strlen(line) == end - at && memcmp(data + at, line, end - at) == 0;
}

static void skip_here_documents(struct shell_lexer *lexer)
{
	for (size_t i = 0; i < lexer->here_documents.count; i++) {
		struct shell_redirection *here = lexer->here_documents.item[i];
		const char *end = shell_literal(lexer->arena, &here->target);
		size_t next = lexer->at;
		bool found = false;

		here->body_offset = lexer->at;
		/* An end with an expansion in it is taken as it is spelt: nobody writes one. */
		while (end != NULL && !found && !at_end(lexer)) {
			here->body_length = lexer->at - here->body_offset;
			found = is_line(lexer, end, here->strip_tabs, &next);
			lexer->at = next;
		}
	}
	lexer->here_documents.count = 0;
}

/* --- tokens ---------------------------------------------------------------------------------- */

static void skip_blanks(struct shell_lexer *lexer)
{
	for (;;) {
		if (look(lexer, 0) == ' ' || look(lexer, 0) == '\t')
			lexer->at++;
		else if (!skip_continuation(lexer))
			break;
	}
	if (look(lexer, 0) == '#')
		while (!at_end(lexer) && look(lexer, 0) != '\n')
			lexer->at++;
}

static bool is_redirection(const struct shell_lexer *lexer)
{
	size_t digits = 0;

	while (isdigit((unsigned char)look(lexer, digits)))
		digits++;
	return look(lexer, digits) == '<' || look(lexer, digits) == '>';
}

static void read_redirection(struct shell_lexer *lexer)
{
	static const struct {
		const char *spelling;
		enum shell_direction direction;
	} operators[] = {
		{"<<-", SHELL_HERE},	  {"<<", SHELL_HERE},  {"<&", SHELL_DUPLICATES},
		{">&", SHELL_DUPLICATES}, {"<>", SHELL_READS}, {">>", SHELL_APPENDS},
		{">|", SHELL_WRITES},	  {"<", SHELL_READS},  {">", SHELL_WRITES},
	};
	bool other = false;
	size_t i = 0;

	lexer->token = TOKEN_REDIRECT;
	while (isdigit((unsigned char)look(lexer, 0)))
		other = look(lexer, 0) != '1' || other, lexer->at++;
	while (strncmp(operators[i].spelling, lexer->text->data + lexer->at,
		       strlen(operators[i].spelling)) != 0)
		i++;
	lexer->redirection = (struct shell_redirection){
		.direction = operators[i].direction,
		.to_stdout = look(lexer, 0) == '>' && !other,
		.strip_tabs = strcmp(operators[i].spelling, "<<-") == 0,
	};
	lexer->at += strlen(operators[i].spelling);
}

static void read_operator(struct shell_lexer *lexer)
{
	static const struct {
		const char *spelling;
		enum shell_token token;
	} operators[] = {
		{";;", TOKEN_END_OF_CLAUSE}, {"&&", TOKEN_AND},	     {"||", TOKEN_OR},
		{"\n", TOKEN_NEWLINE},	     {";", TOKEN_SEMICOLON}, {"&", TOKEN_BACKGROUND},
		{"|", TOKEN_PIPE},	     {"(", TOKEN_OPEN},	     {")", TOKEN_CLOSE},
	};
	size_t i = 0;

	while (strncmp(operators[i].spelling, lexer->text->data + lexer->at,
		       strlen(operators[i].spelling)) != 0)
		i++;
	lexer->token = operators[i].token;
	lexer->at += strlen(operators[i].spelling);
	if (lexer->token == TOKEN_NEWLINE)
		skip_here_documents(lexer);
}

void shell_next(struct shell_lexer *lexer)
{
	skip_blanks(lexer);
	lexer->offset = lexer->at;
	lexer->word = (struct shell_word){0};
	if (at_end(lexer)) {
		lexer->token = TOKEN_END;
	} else if (is_redirection(lexer)) {
		read_redirection(lexer);
	} else if (ends_word(look(lexer, 0)) && look(lexer, 0) != '\0') {
		read_operator(lexer);
	} else {
		lexer->token = TOKEN_WORD;
		read_word(lexer);
	}
	lexer->length = lexer->at - lexer->offset;
}
