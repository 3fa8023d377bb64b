#include "shell.h"

#include <ctype.h>
#include <string.h>

/* --- words that mean something where a command could begin ------------------------------------ */

static bool is_word(const struct shell_lexer *lexer, const char *word)
{
	const struct shell_part *part = lexer->word.parts.item;

	return lexer->token == TOKEN_WORD && lexer->word.parts.count == 1 &&
	       part->kind == SHELL_TEXT && !part->quoted && strcmp(part->text, word) == 0;
}

static bool is_any(const struct shell_lexer *lexer, const char *const *words)
{
	for (; *words != NULL; words++)
		if (is_word(lexer, *words))
			return true;
	return false;
}

static void expect(struct shell_lexer *lexer, const char *word)
{
	if (!is_word(lexer, word))
		shell_fail(lexer, lexer->offset, "something else is due here");
	shell_next(lexer);
}

static void skip_newlines(struct shell_lexer *lexer)
{
	while (lexer->token == TOKEN_NEWLINE)
		shell_next(lexer);
}

/* --- lists ----------------------------------------------------------------------------------- */

static struct shell_command *command(struct shell_lexer *lexer);

/* Whether a list ends here; which word may end it, its caller looks at. */
static bool ends_list(const struct shell_lexer *lexer)
{
	static const char *const words[] = {"then", "else", "elif", "fi", "do",
					    "done", "esac", "}",    NULL};

	return lexer->token == TOKEN_END || lexer->token == TOKEN_CLOSE ||
	       lexer->token == TOKEN_END_OF_CLAUSE || is_any(lexer, words);
}

/* How the next command is joined; false if there is none in this list. */
static bool joined(struct shell_lexer *lexer, struct shell_command *last, enum shell_join *ret_join)
{
	*ret_join = SHELL_THEN;
	switch (lexer->token) {
	case TOKEN_AND:
		*ret_join = SHELL_AND;
		break;
	case TOKEN_OR:
		*ret_join = SHELL_OR;
		break;
	case TOKEN_PIPE:
		*ret_join = SHELL_PIPE;
		break;
	case TOKEN_BACKGROUND:
		last->subshell = last->background = true;
		break;
	case TOKEN_SEMICOLON:
	case TOKEN_NEWLINE:
		break;
	default:
		return false;
	}
	shell_next(lexer);
	skip_newlines(lexer);
	return *ret_join != SHELL_THEN || !ends_list(lexer);
}

static shell_list list(struct shell_lexer *lexer)
{
	shell_list commands = {0};
	enum shell_join join = SHELL_THEN;

	skip_newlines(lexer);
	if (ends_list(lexer))
		return commands;
	if (lexer->depth >= SHELL_DEPTH_MAX)
		shell_fail(lexer, lexer->offset, "commands are nested too deep");
	lexer->depth++;
	do {
		struct shell_command *next = command(lexer);

		next->join = join;
		vec_push(lexer->arena, &commands, next);
	} while (joined(lexer, commands.item[commands.count - 1], &join));
	lexer->depth--;
	return commands;
}

/* A list that has to have something in it. */
static shell_list commands_of(struct shell_lexer *lexer)
{
	shell_list commands = list(lexer);

	if (commands.count == 0)
		shell_fail(lexer, lexer->offset, "a command is due here");
	return commands;
}

/* --- simple commands ------------------------------------------------------------------------- */

static void redirection(struct shell_lexer *lexer, struct shell_command *command)
{
	struct shell_redirection *redirection = arena_alloc(lexer->arena, sizeof *redirection);

	*redirection = lexer->redirection;
	command->redirected = command->redirected || redirection->to_stdout;
	shell_next(lexer);
	if (lexer->token != TOKEN_WORD) {
		shell_fail(lexer, lexer->offset, "a file name is due here");
		return;
	}
	redirection->target = lexer->word;
	vec_push(lexer->arena, &command->redirections, redirection);
	if (redirection->direction == SHELL_HERE)
		vec_push(lexer->arena, &lexer->here_documents, redirection);
	shell_next(lexer);
}

static void redirections(struct shell_lexer *lexer, struct shell_command *command)
{
	while (lexer->token == TOKEN_REDIRECT)
		redirection(lexer, command);
}

/* NAME=value: takes the name off. */
static bool assignment(struct shell_lexer *lexer, struct shell_command *command)
{
	struct shell_assignment assignment = {.value = lexer->word};
	struct shell_part *first = lexer->word.parts.item;
	size_t length = 0;

	if (lexer->word.parts.count == 0 || first->kind != SHELL_TEXT || first->quoted)
		return false;
	while (isalnum((unsigned char)first->text[length]) || first->text[length] == '_')
		length++;
	if (length == 0 || isdigit((unsigned char)first->text[0]) || first->text[length] != '=')
		return false;
	assignment.name = arena_strndup(lexer->arena, first->text, length);
	first->text += length + 1;
	first->offset += length + 1;
	first->length -= length + 1;
	assignment.value.offset += length + 1;
	assignment.value.length -= length + 1;
	vec_push(lexer->arena, &command->assignments, assignment);
	return true;
}

static void simple(struct shell_lexer *lexer, struct shell_command *command)
{
	bool begun = false;

	command->kind = SHELL_SIMPLE;
	for (;; begun = true) {
		if (lexer->token == TOKEN_REDIRECT) {
			redirection(lexer, command);
			continue;
		}
		if (lexer->token != TOKEN_WORD)
			break;
		if (command->words.count > 0 || !assignment(lexer, command))
			vec_push(lexer->arena, &command->words, lexer->word);
		shell_next(lexer);
	}
	if (!begun)
		shell_fail(lexer, lexer->offset, "a command is due here");
}

/* --- compound commands ----------------------------------------------------------------------- */

static void add_clause(struct shell_lexer *lexer, struct shell_command *command,
		       struct shell_clause clause)
{
	vec_push(lexer->arena, &command->clauses, clause);
}

static void group(struct shell_lexer *lexer, struct shell_command *command)
{
	command->kind = SHELL_GROUP;
	command->subshell = lexer->token == TOKEN_OPEN;
	shell_next(lexer);
	add_clause(lexer, command, (struct shell_clause){.body = commands_of(lexer)});
	if (!command->subshell) {
		expect(lexer, "}");
		return;
	}
	if (lexer->token != TOKEN_CLOSE)
		shell_fail(lexer, lexer->offset, "a ) is due here");
	shell_next(lexer);
}

static void if_command(struct shell_lexer *lexer, struct shell_command *command)
{
	command->kind = SHELL_IF;
	do {
		struct shell_clause clause = {0};

		shell_next(lexer); /* if, elif */
		clause.condition = commands_of(lexer);
		expect(lexer, "then");
		clause.body = commands_of(lexer);
		add_clause(lexer, command, clause);
	} while (is_word(lexer, "elif"));
	if (is_word(lexer, "else")) {
		shell_next(lexer);
		add_clause(lexer, command, (struct shell_clause){.body = commands_of(lexer)});
	}
	expect(lexer, "fi");
}

static void loop(struct shell_lexer *lexer, struct shell_command *command)
{
	struct shell_clause clause = {0};

	command->kind = SHELL_LOOP;
	shell_next(lexer);
	clause.condition = commands_of(lexer);
	expect(lexer, "do");
	clause.body = commands_of(lexer);
	add_clause(lexer, command, clause);
	expect(lexer, "done");
}

static void for_loop(struct shell_lexer *lexer, struct shell_command *command)
{
	command->kind = SHELL_LOOP;
	shell_next(lexer);
	if (lexer->token != TOKEN_WORD)
		shell_fail(lexer, lexer->offset, "a name is due here");
	command->name = shell_literal(lexer->arena, &lexer->word);
	shell_next(lexer);
	skip_newlines(lexer);
	if (is_word(lexer, "in")) {
		shell_next(lexer);
		for (; lexer->token == TOKEN_WORD; shell_next(lexer))
			vec_push(lexer->arena, &command->words, lexer->word);
	}
	if (lexer->token == TOKEN_SEMICOLON)
		shell_next(lexer);
	skip_newlines(lexer);
	expect(lexer, "do");
	add_clause(lexer, command, (struct shell_clause){.body = commands_of(lexer)});
	expect(lexer, "done");
}

static void case_clause(struct shell_lexer *lexer, struct shell_command *command)
{
	struct shell_clause clause = {0};

	if (lexer->token == TOKEN_OPEN)
		shell_next(lexer);
	while (lexer->token == TOKEN_WORD) {
		vec_push(lexer->arena, &clause.patterns, lexer->word);
		shell_next(lexer);
		if (lexer->token != TOKEN_PIPE)
			break;
		shell_next(lexer);
	}
	if (lexer->token != TOKEN_CLOSE || clause.patterns.count == 0)
		shell_fail(lexer, lexer->offset, "a pattern and ) are due here");
	shell_next(lexer);
	clause.body = list(lexer);
	add_clause(lexer, command, clause);
}

static void case_command(struct shell_lexer *lexer, struct shell_command *command)
{
	command->kind = SHELL_CASE;
	shell_next(lexer);
	if (lexer->token != TOKEN_WORD)
		shell_fail(lexer, lexer->offset, "a word is due here");
	vec_push(lexer->arena, &command->words, lexer->word);
	shell_next(lexer);
	skip_newlines(lexer);
	expect(lexer, "in");
	for (skip_newlines(lexer); !is_word(lexer, "esac"); skip_newlines(lexer)) {
		if (lexer->token == TOKEN_END) {
			shell_fail(lexer, command->offset, "this case has no esac");
			return;
		}
		case_clause(lexer, command);
		if (lexer->token != TOKEN_END_OF_CLAUSE)
			break;
		shell_next(lexer);
	}
	expect(lexer, "esac");
}

/* --- commands -------------------------------------------------------------------------------- */

/* Whether "()" follows on the word that was read; looks no further than that. */
static bool is_function(const struct shell_lexer *lexer)
{
	const char *at = lexer->text->data + lexer->at;

	if (lexer->token != TOKEN_WORD)
		return false;
	at += strspn(at, " \t");
	if (*at++ != '(')
		return false;
	at += strspn(at, " \t");
	return *at == ')';
}

static void function(struct shell_lexer *lexer, struct shell_command *function)
{
	struct shell_clause clause = {0};

	function->kind = SHELL_FUNCTION;
	function->name = shell_literal(lexer->arena, &lexer->word);
	if (function->name == NULL)
		shell_fail(lexer, lexer->offset, "this is no name of a function");
	shell_next(lexer); /* ( */
	shell_next(lexer); /* ) */
	shell_next(lexer);
	skip_newlines(lexer);
	if (lexer->token == TOKEN_END)
		shell_fail(lexer, lexer->offset, "the body of a function is due here");
	vec_push(lexer->arena, &clause.body, command(lexer));
	add_clause(lexer, function, clause);
}

static void unjoined(struct shell_lexer *lexer, struct shell_command *command)
{
	static const char *const loops[] = {"while", "until", NULL};

	if (lexer->token == TOKEN_OPEN || is_word(lexer, "{"))
		group(lexer, command);
	else if (is_word(lexer, "if"))
		if_command(lexer, command);
	else if (is_any(lexer, loops))
		loop(lexer, command);
	else if (is_word(lexer, "for"))
		for_loop(lexer, command);
	else if (is_word(lexer, "case"))
		case_command(lexer, command);
	else if (is_function(lexer))
		function(lexer, command);
	else
		simple(lexer, command);
}

static struct shell_command *command(struct shell_lexer *lexer)
{
	struct shell_command *command = arena_alloc(lexer->arena, sizeof *command);

	command->offset = lexer->offset;
	while (is_word(lexer, "!")) {
		command->negated = !command->negated;
		shell_next(lexer);
	}
	unjoined(lexer, command);
	redirections(lexer, command);
	command->length = lexer->offset - command->offset;
	return command;
}

/* --- scripts --------------------------------------------------------------------------------- */

shell_list shell_commands(struct shell_lexer *lexer)
{
	/* The token and here-documents of the outer script wait meanwhile. */
	struct shell_lexer inner = {
		.arena = lexer->arena, .text = lexer->text, .at = lexer->at, .depth = lexer->depth};
	shell_list commands;

	shell_next(&inner);
	commands = list(&inner);
	if (inner.error == NULL && inner.token != TOKEN_CLOSE)
		shell_fail(&inner, lexer->at, "this $( is not closed");
	lexer->at = inner.at;
	if (inner.error != NULL)
		shell_fail(lexer, inner.error_offset, inner.error);
	return commands;
}

shell_list shell_quoted_commands(struct shell_lexer *lexer, size_t offset, size_t end)
{
	struct text part = *lexer->text;
	struct shell_lexer inner = {
		.arena = lexer->arena, .text = &part, .at = offset, .depth = lexer->depth + 1};

	part.size = end;
	shell_next(&inner);
	return list(&inner);
}

void shell_parse(struct arena *arena, const struct text *text, struct shell_script *ret_script)
{
	struct shell_lexer lexer = {.arena = arena, .text = text};

	*ret_script = (struct shell_script){.text = text};
	shell_next(&lexer);
	ret_script->commands = list(&lexer);
	if (lexer.error == NULL && lexer.token != TOKEN_END)
		shell_fail(&lexer, lexer.offset, "there is nothing that this could end");
	ret_script->error = lexer.error;
	ret_script->error_offset = lexer.error_offset;
}
