/* What the files that read event scripts share: the line at hand, and how its words are taken. */
#ifndef BOOTGRAPH_SCRIPT_PARSER_H
#define BOOTGRAPH_SCRIPT_PARSER_H

#include "script.h"
#include "words.h"

struct parser {
	struct arena *arena;
	struct diag *diag;
	const struct blob *blob;
	struct script *script;
	/* The line at hand. */
	const struct script_word *word;
	size_t count;
	size_t next; /* the word to be read */
	uint32_t at; /* the time it begins with */
	bool timed;
	uint32_t after; /* the node whose effect it follows; NONE: none */
	bool until_given;
};

/* The next word, or one without text that spans the end of the line. */
struct script_word script_peek(const struct parser *p);

/* Takes the next word if it is this one. */
bool script_accept(struct parser *p, const char *keyword);

/* Says what is due in place of the next word; false. */
bool script_complain(struct parser *p, const char *expected);

/* Each takes something, or complains and returns false. */
bool script_expect_end(struct parser *p);
bool script_expect_word(struct parser *p, const char *what, const char **ret_text);
bool script_expect_seconds(struct parser *p, uint32_t *ret_milliseconds);

/* Adds a happening at the line's time, or as the consequence that the line makes it. */
void script_push_happening(struct parser *p, struct happening happening);

/* script_effect.c: the statements about effects, from behind their keyword. */
bool script_read_effect(struct parser *p);
bool script_read_answer(struct parser *p);
bool script_read_daemon(struct parser *p);
/* The unit that the next word names. */
bool script_expect_unit(struct parser *p, uint32_t *ret_node);
/* script_member.c: behind the device's name and the keyword. */
bool script_read_member(struct parser *p, uint32_t device);

#endif
