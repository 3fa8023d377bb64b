/* A shell script as a tree: the grammar of POSIX.1-2017, XCU 2.10, as far as a reader needs it.
 *
 * Commands in $(...) and `...` are trees of their own; of ${...} the name is kept and what is
 * expanded in it, not what is done with it. A script that sh accepts can be refused here only for
 * what POSIX leaves open. */
#ifndef BOOTGRAPH_SCRIPTS_SHELL_H
#define BOOTGRAPH_SCRIPTS_SHELL_H

#include "../diag.h"

enum { SHELL_DEPTH_MAX = 100 }; /* of commands and expansions in each other */

enum shell_part_kind {
	SHELL_TEXT,	 /* text, as it is after quotes are removed */
	SHELL_PARAMETER, /* text: the name, "1" or "PREREQ"; fallback of ${1:-fallback}, or NULL */
	SHELL_OTHER,	 /* another expansion: text is the name of ${name...}, or NULL */
};

struct shell_command;
typedef VEC(struct shell_command *) shell_list;

/* A piece of a word. Of a SHELL_TEXT, every byte is at `offset` and after in the script. */
struct shell_part {
	enum shell_part_kind kind;
	const char *text, *fallback;
	shell_list commands;	       /* SHELL_OTHER: of $(...) and `...` */
	VEC(struct shell_part) nested; /* SHELL_OTHER: what ${name...} expands besides */
	size_t offset, length;	       /* in the script */
	bool quoted;
	bool guarded; /* ${name:-word} and the like: it may well have no value */
};

struct shell_word {
	VEC(struct shell_part) parts;
	size_t offset, length;
};

struct shell_assignment {
	const char *name;
	struct shell_word value;
};

enum shell_kind {
	SHELL_SIMPLE,	/* assignments and words; neither for a redirection alone */
	SHELL_GROUP,	/* { ... } or ( ... ): clauses[0].body */
	SHELL_IF,	/* clauses: condition and body; of else, the body alone */
	SHELL_CASE,	/* words[0]; clauses: patterns and body */
	SHELL_LOOP,	/* while, until, for: clauses[0], for without a condition */
	SHELL_FUNCTION, /* name; clauses[0].body */
};

/* How a command stands to the one before it. */
enum shell_join { SHELL_THEN, SHELL_AND, SHELL_OR, SHELL_PIPE };

enum shell_direction {
	SHELL_READS,	  /* <, <> */
	SHELL_WRITES,	  /* >, >| */
	SHELL_APPENDS,	  /* >> */
	SHELL_DUPLICATES, /* <&, >& */
	SHELL_HERE,	  /* <<, <<- */
};

struct shell_redirection {
	enum shell_direction direction;
	bool to_stdout, strip_tabs;
	struct shell_word target;	 /* the file; of a here-document, its end */
	size_t body_offset, body_length; /* of a here-document, in the script */
};

struct shell_clause {
	VEC(struct shell_word) patterns;
	shell_list condition, body;
};

struct shell_command {
	enum shell_kind kind;
	enum shell_join join;
	bool negated;	 /* ! in front */
	bool subshell;	 /* ( ... ), or in the background */
	bool background; /* & behind it */
	bool redirected; /* its standard output goes elsewhere */
	const char *name;
	VEC(struct shell_assignment) assignments;
	VEC(struct shell_word) words;
	VEC(struct shell_clause) clauses;
	VEC(struct shell_redirection *) redirections;
	size_t offset, length;
};

struct shell_script {
	const struct text *text;
	shell_list commands;
	const char *error; /* why it ends here, or NULL */
	size_t error_offset;
};

void shell_parse(struct arena *arena, const struct text *text, struct shell_script *ret_script);

/* The word if it has no expansions, else NULL. "" is a word, too. */
const char *shell_literal(struct arena *arena, const struct shell_word *word);

/* --- LEXER: for the parser alone --- */

enum shell_token {
	TOKEN_END,
	TOKEN_NEWLINE,
	TOKEN_WORD,
	TOKEN_REDIRECT,
	TOKEN_SEMICOLON,
	TOKEN_END_OF_CLAUSE, /* ;; */
	TOKEN_BACKGROUND,    /* & */
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_PIPE,
	TOKEN_OPEN,
	TOKEN_CLOSE,
};

struct shell_lexer {
	struct arena *arena;
	const struct text *text;
	size_t at;

	/* the token that was read last */
	enum shell_token token;
	size_t offset, length;
	struct shell_word word;
	struct shell_redirection redirection; /* TOKEN_REDIRECT: without its target */

	VEC(struct shell_redirection *) here_documents; /* that begin at the next newline */

	unsigned depth;
	const char *error;
	size_t error_offset;
};

void shell_next(struct shell_lexer *lexer);
void shell_fail(struct shell_lexer *lexer, size_t offset, const char *error);

/* From behind "$(" to behind its end. */
shell_list shell_commands(struct shell_lexer *lexer);

/* What stands between two backquotes. A mistake in there is nobody's but the inner shell's, which
 * reads it when it comes to it: then what was read until there is returned. */
shell_list shell_quoted_commands(struct shell_lexer *lexer, size_t offset, size_t end);

#endif
