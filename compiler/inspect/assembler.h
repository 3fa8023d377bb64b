/* The assembler's own header: what reading a listing needs, whichever line it is.
 *
 * Every function that returns bool has reported what is wrong when it returns false; the rest of
 * the line is given up then. */
#ifndef BOOTGRAPH_ASSEMBLER_H
#define BOOTGRAPH_ASSEMBLER_H

#include "listing.h"
#include "listing_tokens.h"

/* A node's name and index, for look-ups. */
struct named {
	const char *name;
	uint32_t node;
};

struct assembler {
	struct arena *arena;
	struct diag *diag;
	struct token_reader line;
	struct program *program;
	struct named *named; /* by name, then by index */
	size_t named_count;
	size_t node; /* the one at hand, if any */
	bool in_node;
	struct program_code *code; /* the program at hand, or NULL */
	uint64_t seen;		   /* attributes of the node at hand: bits by keyword */
	bool goal_seen;
};

/* --- assemble_words.c */

/* "EXPECTED expected", or "is missing" at the end of the line. Always false. */
bool assembler_complain(struct assembler *a, struct token token, const char *expected);
/* "WHAT: "token"", and what may have been meant. Always false. */
bool assembler_complain_name(struct assembler *a, struct token token, const char *what,
			     const char *const *candidates, size_t count);

bool assembler_expect_end(struct assembler *a);
bool assembler_expect_word(struct assembler *a, const char *expected, struct token *ret_token);
bool assembler_expect_text(struct assembler *a, const char **ret_text);
bool assembler_expect_mark(struct assembler *a, const char *mark);
bool assembler_accept_mark(struct assembler *a, const char *mark); /* reports nothing */
bool assembler_expect_number(struct assembler *a, uint32_t most, uint32_t *ret_number);
bool assembler_expect_parameter(struct assembler *a, enum parameter_id *ret_id);

/* The source at the end of a line, "" if it has none. */
bool assembler_read_source(struct assembler *a, const char **ret_source);

/* The names of all nodes of the listing, for assembler_expect_node. Reads only their heads, and
 * silently: what is wrong there is reported by the pass that follows. */
void assembler_collect_names(struct assembler *a);

/* NAME, or NAME[INDEX] where several nodes have the name. */
bool assembler_expect_node(struct assembler *a, uint32_t *ret_node);

/* The kind of node a word names, or NODE_KIND_COUNT. */
enum node_kind assembler_kind_by_name(const char *name);

/* --- assemble_instruction.c */

/* Reads a line into the program at hand. */
void assembler_read_instruction(struct assembler *a);

#endif
