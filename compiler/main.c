/* bootgraph: the host program. See bootgraph(1). */
#include "commands/commands.h"

#include <stdio.h>
#include <string.h>

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments, *text;
};

static const struct command commands[] = {
#define COMMAND(name, function, arguments, text) {name, function, arguments, text},
#include "commands/commands.def"
#undef COMMAND
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static int usage(FILE *out, int status)
{
	size_t i;

	fputs("Usage: bootgraph COMMAND [ARGUMENT]...\n"
	      "       bootgraph --dump BLOB\n\n"
	      "Compiles the world between the kernel and the real init.\n\n",
	      out);
	for (i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].text);
	fputs("\nbootgraph COMMAND --help says more. Exit status: 0 fine, 1 errors found or bad "
	      "input,\n2 usage, 3 the system failed, 4 a limit was hit.\n",
	      out);
	return status;
}

static const char *nearest_command(const char *name)
{
	const char *names[COMMAND_COUNT];
	size_t i;

	for (i = 0; i < COMMAND_COUNT; i++)
		names[i] = commands[i].name;
	return diag_nearest(name, names, COMMAND_COUNT);
}

static int unknown_command(const char *name)
{
	const char *nearest = nearest_command(name);

	fprintf(stderr, "bootgraph: no command is called \"%s\"", name);
	if (nearest != NULL)
		fprintf(stderr, "; did you mean \"%s\"?", nearest);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	size_t i;
	int status;

	if (argc < 2)
		return usage(stderr, EXIT_USAGE);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return usage(stdout, EXIT_FINE);
	if (strcmp(argv[1], "--version") == 0) {
		puts("bootgraph " BOOTGRAPH_VERSION);
		return EXIT_FINE;
	}
	if (strcmp(argv[1], "--dump") == 0)
		argv[1] = "dump";
	for (i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, argv[1]) == 0)
			break;
	if (i == COMMAND_COUNT)
		return unknown_command(argv[1]);
	status = commands[i].run(argc - 1, argv + 1);
	/* What was asked for went to stdout: a full disk there is a failure of ours. */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "bootgraph: standard output: cannot be written\n");
		return EXIT_SYSTEM;
	}
	return status;
}
