/* The subcommands of the host program, and the options that compiling ones share. */
#ifndef BOOTGRAPH_COMMANDS_H
#define BOOTGRAPH_COMMANDS_H

#include <getopt.h>

#include "../command.h"
#include "../compile.h"

/* Each takes argv with the command's own name first and returns an exit status. */
#define COMMAND(name, function, arguments, text) int function(int argc, char **argv);
#include "commands.def"
#undef COMMAND

/* --- INPUTS: which machine to compile ------------------------------------- */

/* For getopt_long: INPUT_OPTIONS inside the command's own option table. Their values begin above
 * any character. */
enum {
	INPUT_ROOT = 0x100,
	INPUT_CMDLINE,
	INPUT_FACTS,
	INPUT_UNITS,
	INPUT_NO_STDLIB,
	INPUT_SCRIPTS,
	INPUT_HOOKS,
	INPUT_NO_RUN,
	INPUT_NO_SCRIPTS,
	INPUT_END
};

/* clang-format off */
#define INPUT_OPTIONS                                                                              \
	{"root", required_argument, NULL, INPUT_ROOT},                                             \
	{"cmdline", required_argument, NULL, INPUT_CMDLINE},                                       \
	{"facts", required_argument, NULL, INPUT_FACTS},                                           \
	{"units", required_argument, NULL, INPUT_UNITS},                                           \
	{"no-stdlib", no_argument, NULL, INPUT_NO_STDLIB},                                         \
	{"scripts", required_argument, NULL, INPUT_SCRIPTS},                                       \
	{"hooks", required_argument, NULL, INPUT_HOOKS},                                           \
	{"no-run", no_argument, NULL, INPUT_NO_RUN},                                               \
	{"no-scripts", no_argument, NULL, INPUT_NO_SCRIPTS}
/* clang-format on */

#define INPUTS_HELP                                                                                \
	"Inputs:\n"                                                                                \
	"  --root DIR        a directory that stands for / (default: /)\n"                         \
	"  --cmdline TEXT    the kernel command line the machine boots with\n"                     \
	"  --facts FILE      what the machine is made of, from bootgraph capture, or live\n"       \
	"  --units DIR       more unit files; may be repeated\n"                                   \
	"  --no-stdlib       without the units that come with bootgraph\n"                         \
	"  --scripts DIR     a directory of boot scripts, instead of the machine's\n"              \
	"  --hooks DIR       a directory of hooks, instead of the machine's\n"                     \
	"  --no-run          read scripts and hooks, do not run them\n"                            \
	"  --no-scripts      without boot scripts and hooks\n"

/* Takes one of INPUT_OPTIONS; false if the option is none of them. */
bool input_option(struct arena *arena, struct compile_options *options, int option,
		  const char *argument);

/* What check says of a compilation besides what compile said: about the scripts themselves, and
 * about an image that nobody has made yet. */
void command_check_rest(const struct compile_options *options, const struct compilation *c);

/* Prints "Usage: bootgraph NAME ARGUMENTS", the command's one line and the rest to stdout (help) or
 * stderr; returns the exit status to end with. */
int command_help(const char *name, const char *rest);
int command_usage(const char *name, const char *rest);

#endif
