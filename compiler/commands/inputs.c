#include "commands.h"

#include <stdio.h>
#include <string.h>

bool input_option(struct arena *arena, struct compile_options *options, int option,
		  const char *argument)
{
	switch (option) {
	case INPUT_ROOT:
		options->root = argument;
		return true;
	case INPUT_CMDLINE:
		options->cmdline = argument;
		return true;
	case INPUT_FACTS:
		options->facts = argument;
		return true;
	case INPUT_UNITS:
		vec_push(arena, &options->units, argument);
		return true;
	case INPUT_NO_STDLIB:
		options->no_stdlib = true;
		return true;
	case INPUT_SCRIPTS:
		vec_push(arena, &options->scripts.scripts, argument);
		return true;
	case INPUT_HOOKS:
		vec_push(arena, &options->scripts.hooks, argument);
		return true;
	case INPUT_NO_RUN:
		options->scripts.no_run = true;
		return true;
	case INPUT_NO_SCRIPTS:
		options->no_scripts = true;
		return true;
	default:
		return false;
	}
}

static void print_help(FILE *out, const char *name, const char *rest)
{
	static const struct {
		const char *name, *arguments, *text;
	} rows[] = {
#define COMMAND(name, function, arguments, text) {name, arguments, text},
#include "commands.def"
#undef COMMAND
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].name, name) == 0)
			fprintf(out, "Usage: bootgraph %s %s\n\n%s.\n\n%s", name, rows[i].arguments,
				rows[i].text, rest);
}

int command_help(const char *name, const char *rest)
{
	print_help(stdout, name, rest);
	return EXIT_FINE;
}

int command_usage(const char *name, const char *rest)
{
	print_help(stderr, name, rest);
	return EXIT_USAGE;
}
