#include "commands.h"

#include "../facts/capture.h"
#include "../facts/write.h"

static const char help[] =
	"Options:\n"
	"  --from DIR        a machine that was recorded in a directory, instead of this one\n"
	"  --strict          what cannot be read makes the exit status 1, and nothing is written\n"
	"  -o, --output FILE the facts; - is standard output (default)\n";

static int run(struct arena *arena, const struct capture_port *port, const char *path, bool strict)
{
	struct diag diag = {.out = stderr};
	const struct facts *facts = capture_machine(arena, &diag, port);
	struct output output;

	if (facts->no_modalias != NULL)
		diag_report(&diag, DIAG_FACTS_PARTIAL, (struct span){.name = "drivers"}, NULL, "%s",
			    facts->no_modalias);
	if (diag.count[SEVERITY_ERROR] > 0 || (strict && diag.count[SEVERITY_WARNING] > 0))
		return EXIT_FINDINGS;
	if (!command_open_output(&output, arena, &diag, path))
		return EXIT_SYSTEM;
	facts_write(output.file, facts);
	return command_commit_output(&output, &diag, path) ? EXIT_FINE : EXIT_SYSTEM;
}

int command_capture(int argc, char **argv)
{
	static const struct option table[] = {{"from", required_argument, NULL, 'f'},
					      {"strict", no_argument, NULL, 's'},
					      {"output", required_argument, NULL, 'o'},
					      {"help", no_argument, NULL, 'h'},
					      {0}};
	struct arena *arena = arena_new();
	struct capture_port port = capture_live;
	const char *path = "-";
	bool strict = false;
	int option, status = -1;

	while (status < 0 && (option = getopt_long(argc, argv, "o:h", table, NULL)) != -1) {
		if (option == 'f')
			port = capture_recorded(arena, optarg);
		else if (option == 's')
			strict = true;
		else if (option == 'o')
			path = optarg;
		else if (option == 'h')
			status = command_help("capture", help);
		else
			status = command_usage("capture", help);
	}
	if (status < 0 && optind < argc)
		status = command_usage("capture", help);
	if (status < 0)
		status = run(arena, &port, path, strict);
	arena_free(arena);
	return status;
}
