/* Following a script as a shell would, for reading.c: what is known stays known, and at the first
 * step whose outcome is not known and matters, it ends. */
#ifndef BOOTGRAPH_SCRIPTS_FOLLOW_H
#define BOOTGRAPH_SCRIPTS_FOLLOW_H

#include <stdint.h>

#include "reading.h"
#include "shell.h"

#define NOWHERE SIZE_MAX /* a byte that does not come from the script */

/* A string of which every byte knows where in the script it stands. */
struct value {
	bool known;
	VEC(char) text;
	VEC(size_t) origin;
};

struct variable {
	const char *name;
	struct value value;
};

enum truth { NO, YES, MAYBE };

enum flow {
	FLOW_ON,
	FLOW_RETURN,
	FLOW_EXIT,
	FLOW_LOST, /* no telling what happens from here on */
};

struct reader {
	struct arena *arena;
	const struct text *text;
	struct script_reading *reading;
	VEC(struct variable) variables;
	VEC(const struct shell_command *) functions;
	struct value argument; /* $1 */
	struct value out;
	enum truth status; /* of the command before */
	unsigned calls, steps;
};

/* A simple command with its words expanded; words that are not known are NULL. */
struct call {
	const struct shell_command *command;
	VEC(struct value) values;
	VEC(const char *) words;
};

/* Runs the commands; what they print is in reader->out. */
enum flow follow(struct reader *reader, const shell_list *list);

/* Gives up at a command: the doubt is why. Returns FLOW_LOST. */
enum flow follow_lose(struct reader *reader, const struct shell_command *command,
		      const char *doubt);

/* The builtin of this name, or NULL. */
typedef enum flow (*follow_builtin)(struct reader *reader, const struct call *call);
follow_builtin follow_find_builtin(const char *name);

/* --- VALUES --- */

/* Appends bytes, the first of which is at `origin` in the script, or NOWHERE. */
void value_add(struct reader *reader, struct value *value, const char *text, size_t length,
	       size_t origin);
void value_add_value(struct reader *reader, struct value *value, const struct value *more);

/* As a string; NULL if it is not known. */
const char *value_as_string(struct reader *reader, const struct value *value);

/* The value of a word, with its variables expanded. */
struct value value_of(struct reader *reader, const struct shell_word *word);

void variable_set(struct reader *reader, const char *name, struct value value);

#endif
