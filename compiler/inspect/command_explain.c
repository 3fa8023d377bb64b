/* bootgraph explain BLOB NODE */
#include "blob_file.h"
#include "explain.h"
#include "../commands/commands.h"

static const char help[] =
	"NODE is a unit, a device (by name or reference), or where something is mounted.\n";

static int explain(struct arena *arena, struct diag *diag, const char *path, const char *word)
{
	const struct program *program;
	const char *nearest, *hint = "`bootgraph dump` lists them all";
	explain_nodes nodes;
	struct blob blob;

	if (!blob_load(arena, diag, path, &blob))
		return EXIT_FINDINGS;
	program = program_read(arena, &blob);
	nodes = explain_find(program, word);
	for (size_t i = 0; i < nodes.count; i++) {
		if (i > 0)
			putchar('\n');
		program_explain(program, nodes.item[i], stdout);
	}
	if (nodes.count > 0)
		return EXIT_FINE;
	nearest = explain_nearest(program, word);
	if (nearest != NULL)
		hint = arena_printf(arena, "did you mean \"%s\"?", nearest);
	diag_report(diag, DIAG_UNKNOWN_NODE, (struct span){.name = path}, hint,
		    "no unit, device or mount point of this blob is called \"%s\"", word);
	return EXIT_FINDINGS;
}

int command_explain(int argc, char **argv)
{
	static const struct option table[] = {{"help", no_argument, NULL, 'h'}, {0}};
	struct diag diag = {.out = stderr};
	struct arena *arena = arena_new();
	int option, status = -1;

	while (status < 0 && (option = getopt_long(argc, argv, "h", table, NULL)) != -1)
		status = option == 'h' ? command_help("explain", help)
				       : command_usage("explain", help);
	if (status < 0 && argc - optind != 2)
		status = command_usage("explain", help);
	if (status < 0)
		status = explain(arena, &diag, argv[optind], argv[optind + 1]);
	arena_free(arena);
	return status;
}
