/* bootgraph simulate BLOB EVENTS */
#include <getopt.h>

#include "script.h"
#include "world.h"
#include "../commands/commands.h"
#include "../inspect/blob_file.h"
#include "../inspect/input.h"

static const char help[] = "  BLOB              made by bootgraph compile\n"
			   "  EVENTS            what happens to it; see specs/events.md\n"
			   "  -o, --output FILE the trace, instead of standard output\n";

static int exit_status(enum world_end end, enum verdict verdict)
{
	if (end == WORLD_ENDLESS)
		return EXIT_LIMIT;
	return verdict == VERDICT_HANDOFF ? EXIT_FINE : EXIT_FINDINGS;
}

static int simulate(struct arena *arena, struct diag *diag, const char *blob_path,
		    const char *script_path, const char *output_path)
{
	const struct text *text;
	struct script script;
	struct output output;
	struct blob blob;
	enum verdict verdict;
	enum world_end end;

	if (!blob_load(arena, diag, blob_path, &blob))
		return EXIT_FINDINGS;
	text = input_read(arena, diag, script_path);
	if (text == NULL || !script_parse(arena, diag, text, &blob, &script))
		return EXIT_FINDINGS;
	if (!command_open_output(&output, arena, diag, output_path))
		return EXIT_SYSTEM;
	end = world_run(arena, &blob, &script, &(struct world_options){.trace = output.file},
			&verdict);
	if (!command_commit_output(&output, diag, output_path))
		return EXIT_SYSTEM;
	if (end == WORLD_ENDLESS)
		diag_report(diag, DIAG_ENDLESS, (struct span){.name = script_path}, NULL,
			    "stopped after %d events", WORLD_EVENTS_MAX);
	return exit_status(end, verdict);
}

int command_simulate(int argc, char **argv)
{
	static const struct option table[] = {
		{"output", required_argument, NULL, 'o'}, {"help", no_argument, NULL, 'h'}, {0}};
	struct diag diag = {.out = stderr};
	struct arena *arena = arena_new();
	const char *output = "-";
	int option, status = -1;

	while (status < 0 && (option = getopt_long(argc, argv, "o:h", table, NULL)) != -1) {
		if (option == 'o')
			output = optarg;
		else
			status = option == 'h' ? command_help("simulate", help)
					       : command_usage("simulate", help);
	}
	if (status < 0 && argc - optind != 2)
		status = command_usage("simulate", help);
	if (status < 0)
		status = simulate(arena, &diag, argv[optind], argv[optind + 1], output);
	arena_free(arena);
	return status;
}
