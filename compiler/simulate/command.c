/* bootgraph simulate BLOB EVENTS, and simulate REPORT */
#include <getopt.h>

#include "replay.h"
#include "report.h"
#include "script.h"
#include "world.h"
#include "../commands/commands.h"
#include "../inspect/blob_file.h"
#include "../inspect/input.h"

static const char help[] =
	"  BLOB              made by bootgraph compile\n"
	"  EVENTS            what happens to it (specs/events.md), or a trace, which is\n"
	"                    run again, and compared\n"
	"  REPORT            made by bootgraph status(1): both of them\n"
	"  -o, --output FILE the trace, instead of standard output\n";

static int status_of(enum verdict verdict)
{
	return verdict == VERDICT_HANDOFF ? EXIT_FINE : EXIT_FINDINGS;
}

/* Each returns the exit status; ret_ran is false if the input cannot be meant, so that there is no
 * trace. One that ends badly is worth having. */
static int run_trace(struct arena *arena, struct diag *diag, const struct blob *blob,
		     const struct text *text, FILE *trace, bool *ret_ran)
{
	struct replay_result result;

	*ret_ran = replay_run(arena, diag, text, blob, trace, &result);
	return *ret_ran && result.same ? status_of(result.verdict) : EXIT_FINDINGS;
}

static int run_script(struct arena *arena, struct diag *diag, const struct blob *blob,
		      const struct text *text, FILE *trace, bool *ret_ran)
{
	struct world_options options = {.trace = trace};
	struct script script;
	enum verdict verdict;

	*ret_ran = script_parse(arena, diag, text, blob, &script);
	if (!*ret_ran)
		return EXIT_FINDINGS;
	if (world_run(arena, blob, &script, &options, &verdict) == WORLD_ENDLESS) {
		diag_report(diag, DIAG_ENDLESS, (struct span){.name = text->name}, NULL,
			    "stopped after %d events", WORLD_EVENTS_MAX);
		return EXIT_LIMIT;
	}
	return status_of(verdict);
}

static int simulate(struct arena *arena, struct diag *diag, const struct blob *blob,
		    const struct text *events, const char *output_path)
{
	struct output output;
	bool ran;
	int status;

	if (!command_open_output(&output, arena, diag, output_path))
		return EXIT_SYSTEM;
	status = (replay_is_trace(events) ? run_trace : run_script)(arena, diag, blob, events,
								    output.file, &ran);
	if (!ran) {
		output_discard(&output);
		return status;
	}
	return command_commit_output(&output, diag, output_path) ? status : EXIT_SYSTEM;
}

/* The blob and what happens to it: two files, or one report. */
static bool read_inputs(struct arena *arena, struct diag *diag, char *const *paths, bool both,
			struct blob *ret_blob, const struct text **ret_events)
{
	const struct text *report;

	if (both)
		return blob_load(arena, diag, paths[0], ret_blob) &&
		       (*ret_events = input_read(arena, diag, paths[1])) != NULL;
	report = input_read(arena, diag, paths[0]);
	if (report == NULL)
		return false;
	*ret_events = report_is(report) ? report_part(arena, report, "trace") : NULL;
	if (*ret_events != NULL)
		return report_blob(arena, diag, report, ret_blob);
	diag_report(diag, DIAG_UNREADABLE, (struct span){.name = report->name},
		    report_is(report) ? NULL : "a blob is to be followed by events",
		    report_is(report) ? "the report has no whole trace" : "this is no report");
	return false;
}

int command_simulate(int argc, char **argv)
{
	static const struct option table[] = {
		{"output", required_argument, NULL, 'o'}, {"help", no_argument, NULL, 'h'}, {0}};
	struct diag diag = {.out = stderr};
	struct arena *arena = arena_new();
	const char *output = "-";
	const struct text *events;
	int option, status = -1;
	struct blob blob;

	while (status < 0 && (option = getopt_long(argc, argv, "o:h", table, NULL)) != -1) {
		if (option == 'o')
			output = optarg;
		else
			status = option == 'h' ? command_help("simulate", help)
					       : command_usage("simulate", help);
	}
	if (status < 0 && argc - optind != 1 && argc - optind != 2)
		status = command_usage("simulate", help);
	if (status < 0)
		status =
			read_inputs(arena, &diag, argv + optind, argc - optind == 2, &blob, &events)
				? simulate(arena, &diag, &blob, events, output)
				: EXIT_FINDINGS;
	arena_free(arena);
	return status;
}
