/* What a boot script reads and writes: variables, parameters of the kernel command line, files, the
 * programs it runs and the time it waits. Found by reading all of the script, whichever way it
 * takes at boot, so this is what it may do, not what it does on one machine.
 *
 * Three sources: the script's own text; library.def, what the functions of scripts/functions do for
 * it; stdlib-units/scripts.def, what no reader finds in the text, for scripts that are known. */
#ifndef BOOTGRAPH_SCRIPTS_USES_H
#define BOOTGRAPH_SCRIPTS_USES_H

#include "shell.h"
#include "tree.h"

/* ORDER USE: names in uses.c */
enum use_kind {
	USE_VARIABLE,  /* has a value from somebody else */
	USE_SETS,      /* gives a variable a value for later scripts: a line in /conf/param.conf */
	USE_PARAMETER, /* looks for this word on the kernel command line; "nbdroot=" has a value */
	USE_READS,     /* a file; parts of its path that are not known are "*" */
	USE_WRITES,
	USE_REMOVES,
	USE_PROGRAM, /* as it is called, with or without its directory */
	USE_DAEMON,  /* stays after the script has ended */
	USE_WAITS,   /* for at most so many seconds at a time, "10"; "no limit" */
	USE_KINDS
};

struct script_use {
	enum use_kind kind;
	const char *name;
	struct span span; /* where the script says so, or its first line */
	const char *via;  /* the function that does it: "configure_networking"; or NULL */
	bool annotated;	  /* from stdlib-units/scripts.def */
	bool guarded;	 /* USE_VARIABLE: only as ${NAME:-word}, or one that it sets itself later */
	bool exported;	 /* USE_SETS: with export in front, so that every later script has it */
	bool background; /* by what the script leaves running: nobody waits for it */
};

struct script_uses {
	VEC(struct script_use) uses; /* each kind and name once, in the order of the text */
	/* It sources a file that is known only at boot, so any of its variables can be set there.
	 */
	bool opaque;
};

/* Reads a script that counts and is one for a shell; NULL for others. */
const struct script_uses *script_uses_read(struct arena *arena, const char *phase,
					   const struct script *script);

/* The longest wait of a script, which is what it comes to, by itself and not in the background;
 * NULL if it does not wait. */
const struct script_use *script_longest_wait(const struct script_uses *uses);

/* "variable", "sets", ... */
const char *use_kind_name(enum use_kind kind);

/* Whether the script has a use of this kind and name; NULL if not. */
const struct script_use *script_use_find(const struct script_uses *uses, enum use_kind kind,
					 const char *name);

/* --- INSIDE: for the files of the reader alone --- */

struct use_name {
	const char *name;
	const struct shell_word *value; /* NULL if none, or not one */
	size_t offset;			/* of its first assignment */
	unsigned assignments;
	bool command_line; /* holds words of /proc/cmdline */
};

/* A call of a command by its name. */
struct use_call {
	const char *name, *caller; /* the function that it is in, or NULL */
	bool background;
};

struct use_reader {
	struct arena *arena;
	const struct text *text;
	struct script_uses *out;
	VEC(struct use_name) names;
	VEC(const char *) functions; /* that it defines */
	VEC(const char *) daemons;   /* those of them that only ever run in the background */
	VEC(struct use_call) calls;
	const char *inside; /* the function that is read, or NULL */
	unsigned background, depth, constants;
	bool command_line; /* the pipeline that is read works on /proc/cmdline */
};

typedef void (*use_visit)(struct use_reader *reader, const struct shell_command *command);

/* Calls visit for every command, in $(...) and functions, too. */
void use_walk(struct use_reader *reader, const shell_list *list, use_visit visit);

/* First of all: which names the script itself defines. */
void use_collect_names(struct use_reader *reader, const shell_list *list);
struct use_name *use_find_name(struct use_reader *reader, const char *name);
bool use_is_function(const struct use_reader *reader, const char *name);

/* The word as a pattern: constants are put in, what is not known is "*". */
const char *use_pattern(struct use_reader *reader, const struct shell_word *word);

/* Whether something of /proc/cmdline is in these words. */
bool use_mentions_command_line(struct use_reader *reader, const struct shell_command *command);
bool use_word_of_command_line(struct use_reader *reader, const struct shell_word *word);

/* Adds a use unless it is there. */
struct script_use *use_add(struct use_reader *reader, enum use_kind kind, const char *name,
			   size_t offset, size_t length);
/* The same for the path of a file, if it is one that scripts share. */
void use_add_file(struct use_reader *reader, enum use_kind kind, const struct shell_word *word);

/* What a command does, by its name and arguments. */
void use_read_call(struct use_reader *reader, const struct shell_command *command);
/* Parameters that a case, or a grep or sed, looks for on the command line. */
void use_read_parameters(struct use_reader *reader, const struct shell_command *command);
/* Variables in what a command writes to /conf/param.conf. */
void use_read_settings(struct use_reader *reader, const struct shell_command *command);

/* Whether scripts/functions has it; what it does is added. */
bool use_library_call(struct use_reader *reader, const char *name,
		      const struct shell_command *command);
/* Adds the rows of stdlib-units/scripts.def. */
void use_annotate(struct use_reader *reader, const char *phase, const char *name);

#endif
