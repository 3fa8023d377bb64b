/* bootgraph simulate BLOB EVENTS */
#include <getopt.h>

#include "replay.h"
#include "script.h"
#include "world.h"
#include "../commands/commands.h"
#include "../inspect/blob_file.h"
#include "../inspect/input.h"

static const char help[] = "  BLOB              made by bootgraph compile\n"
			   "  EVENTS            what happens to it (specs/events.md), or a trace\n"
			   "  -o, --output FILE the trace, instead of standard output\n";

/* Runs an event script, or a trace; returns the exit status. */
static int run(struct arena *arena, struct diag *diag, const struct blob *blob,
	       const struct text *text, FILE *trace)
{
	struct world_options options = {.trace = trace};
	enum verdict verdict;
	struct script script;

	if (replay_is_trace(text)) {
		if (!replay_run(arena, diag, text, blob, trace, &verdict))
			return EXIT_FINDINGS;
	} else {
		if (!script_parse(arena, diag, text, blob, &script))
			return EXIT_FINDINGS;
		if (world_run(arena, blob, &script, &options, &verdict) == WORLD_ENDLESS) {
			diag_report(diag, DIAG_ENDLESS, (struct span){.name = text->name}, NULL,
				    "stopped after %d events", WORLD_EVENTS_MAX);
			return EXIT_LIMIT;
		}
	}
	return verdict == VERDICT_HANDOFF ? EXIT_FINE : EXIT_FINDINGS;
}

static int simulate(struct arena *arena, struct diag *diag, const char *blob_path,
		    const char *events_path, const char *output_path)
{
	const struct text *text;
	struct output output;
	struct blob blob;
	int status;

	if (!blob_load(arena, diag, blob_path, &blob))
		return EXIT_FINDINGS;
	text = input_read(arena, diag, events_path);
	if (text == NULL)
		return EXIT_FINDINGS;
	if (!command_open_output(&output, arena, diag, output_path))
		return EXIT_SYSTEM;
	status = run(arena, diag, &blob, text, output.file);
	/* A trace is worth having also when it ends badly, but not when there is none. */
	if (diag->count[SEVERITY_ERROR] > 0 && status == EXIT_FINDINGS) {
		output_discard(&output);
		return status;
	}
	return command_commit_output(&output, diag, output_path) ? status : EXIT_SYSTEM;
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
