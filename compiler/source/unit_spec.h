/* Between the files that read units: unit_spec.c (documents), unit_keyword.c (keywords and their
 * values), unit_value.c (scalars), unit_expression.c (start-on), unit_condition.c (when, if-host),
 * unit_action.c (actions), unit_drop_in.c and unit_directory.c. */
#ifndef BOOTGRAPH_UNIT_SPEC_H
#define BOOTGRAPH_UNIT_SPEC_H

#include "yaml.h"

enum keyword_id {
#define KEYWORD(id, spelling, shape, member, text) KEYWORD_##id,
#include "unit_keywords.def"
	KEYWORD_COUNT
};

/* One unit being read. */
struct unit_reader {
	struct arena *arena;
	struct diag *diag;
	struct unit *unit;
	struct word given[KEYWORD_COUNT]; /* the keyword where it stands; text NULL: not there */
	struct word action;		  /* the same for the first action keyword */
	bool has_unknown;		  /* there was a key that is none of these */
};

/* --- unit_spec.c ---------------------------------------------------------- */

/* Reads the keys of a mapping into the unit, as far as they are right. */
void unit_read_keys(struct unit_reader *reader, const struct yaml_node *node);
/* Reports what does not fit together. */
void unit_check(struct unit_reader *reader);

/* --- unit_keyword.c ------------------------------------------------------- */

/* The keyword with this spelling, or KEYWORD_COUNT. */
enum keyword_id keyword_by_name(const char *name);
/* Reads a keyword's value into the unit, as far as it is right. */
void keyword_read(struct unit_reader *reader, enum keyword_id id, const struct yaml_node *node);
/* Whether its value is a list, to which a drop-in adds. */
bool keyword_is_list(enum keyword_id id);
/* Every keyword, for hints: appended to names, *count grows. */
void keyword_names(const char **names, size_t *count);

/* --- unit_value.c --------------------------------------------------------- */

/* Each takes a scalar of its kind, or reports what stands there instead and returns false. `what`
 * names it in messages: "requires", "operand where". */
bool unit_text(struct unit_reader *reader, const struct yaml_node *node, const char *what,
	       struct word *ret_word);
bool unit_name(struct unit_reader *reader, const struct yaml_node *node, const char *what,
	       struct word *ret_word);
bool unit_path(struct unit_reader *reader, const struct yaml_node *node, const char *what,
	       struct word *ret_word);
bool unit_device(struct unit_reader *reader, const struct yaml_node *node, const char *what,
		 struct word *ret_word);

bool unit_script(struct unit_reader *reader, const struct yaml_node *node, const char *what,
		 struct word *ret_word);
bool unit_variable(struct unit_reader *reader, const struct yaml_node *node, const char *what,
		   struct word *ret_word);

/* The same for a word that is no scalar of its own, but a part of an expression. */
bool unit_check_name(struct unit_reader *reader, struct word word);
bool unit_check_path(struct unit_reader *reader, struct word word);
bool unit_check_device(struct unit_reader *reader, struct word word);
/* See unit_duration (model.h). */
bool unit_check_duration(struct unit_reader *reader, struct word word);

/* Whether a text has a placeholder, {name} or {name or default}: then it is not known yet. */
bool unit_has_placeholder(const char *text);

/* Whether a mapping was probably meant as a placeholder: {source} without quotation marks. */
bool unit_is_unquoted_placeholder(const struct yaml_node *node);

/* Reports that a value has the wrong shape. */
void unit_wrong_shape(struct unit_reader *reader, const struct yaml_node *node, const char *what,
		      const char *due);

/* "did you mean ...?", or NULL if no candidate is near. */
const char *unit_hint(struct unit_reader *reader, const char *word, const char *const *candidates,
		      size_t count);

/* --- unit_term.c, unit_expression.c, unit_condition.c --------------------- */

struct term *unit_term(struct unit_reader *reader, enum term_kind kind, struct span span);

/* A term of all items of a sequence; NULL after reporting what is wrong with it or with one of
 * them. pair is the key that introduces the sequence, read_item reads one of them. */
typedef struct term *read_term(struct unit_reader *reader, const struct yaml_node *node);
struct term *unit_term_sequence(struct unit_reader *reader, enum term_kind kind,
				const struct yaml_pair *pair, read_term *read_item);

/* NULL after reporting what is wrong. */
struct term *unit_expression(struct unit_reader *reader, const struct yaml_node *node);
struct term *unit_condition(struct unit_reader *reader, const struct yaml_node *node);
/* As decided at boot, and at compile time: each reports what it cannot be asked. */
struct term *unit_boot_condition(struct unit_reader *reader, const struct yaml_node *node);
struct term *unit_host_condition(struct unit_reader *reader, const struct yaml_node *node);

/* --- unit_action.c -------------------------------------------------------- */

/* The opcode of an action keyword, or OP_COUNT. */
enum opcode action_by_name(const char *name);
/* Adds an action to the unit's steps, unless there is something wrong with it. */
void unit_action(struct unit_reader *reader, enum opcode op, struct word keyword,
		 const struct yaml_node *value);
void unit_steps(struct unit_reader *reader, const struct yaml_node *node);
/* Every action keyword, for hints: appended to names, *count grows. */
void action_names(const char **names, size_t *count);

#endif
