/* trace and plot: the same timeline as a table and as a picture. */
#include "commands.h"
#include "../source/text.h"
#include "../timeline/timeline.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <string.h>

static struct timeline *read_trace(struct arena *arena, struct diag *diag, const char *path)
{
	const struct text *text = text_read(arena, AT_FDCWD, path, path);
	struct span span = {.name = path};

	if (text != NULL)
		return timeline_read(arena, diag, text);
	diag_report(diag, DIAG_UNREADABLE, span, NULL, "cannot be read: %s", strerror(errno));
	return NULL;
}

static const char trace_help[] =
	"FILE is /run/bootgraph/trace of a booted system, or what bootgraph simulate printed.\n";

int command_trace(int argc, char **argv)
{
	static const struct option table[] = {{"help", no_argument, NULL, 'h'}, {0}};
	struct arena *arena;
	struct diag diag = {.out = stderr};
	struct timeline *timeline;
	int option;

	while ((option = getopt_long(argc, argv, "h", table, NULL)) != -1)
		return option == 'h' ? command_help("trace", trace_help)
				     : command_usage("trace", trace_help);
	if (optind + 1 != argc)
		return command_usage("trace", trace_help);
	arena = arena_new();
	timeline = read_trace(arena, &diag, argv[optind]);
	setlocale(LC_CTYPE, "");
	if (timeline != NULL)
		timeline_table(timeline, stdout, strcmp(nl_langinfo(CODESET), "UTF-8") == 0);
	arena_free(arena);
	return timeline != NULL ? EXIT_FINE : EXIT_FINDINGS;
}

static const char plot_help[] =
	"FILE is /run/bootgraph/trace of a booted system, or what bootgraph simulate printed.\n\n"
	"  -o, --output SVG  the picture; - is standard output\n";

static int write_plot(struct arena *arena, const char *path, const char *output_path)
{
	struct diag diag = {.out = stderr};
	struct timeline *timeline = read_trace(arena, &diag, path);
	struct output output;

	if (timeline == NULL)
		return EXIT_FINDINGS;
	if (!command_open_output(&output, arena, &diag, output_path))
		return EXIT_SYSTEM;
	timeline_svg(timeline, output.file);
	return command_commit_output(&output, &diag, output_path) ? EXIT_FINE : EXIT_SYSTEM;
}

int command_plot(int argc, char **argv)
{
	static const struct option table[] = {
		{"output", required_argument, NULL, 'o'}, {"help", no_argument, NULL, 'h'}, {0}};
	const char *output = NULL;
	struct arena *arena;
	int option, status;

	while ((option = getopt_long(argc, argv, "o:h", table, NULL)) != -1) {
		if (option != 'o')
			return option == 'h' ? command_help("plot", plot_help)
					     : command_usage("plot", plot_help);
		output = optarg;
	}
	if (optind + 1 != argc || output == NULL)
		return command_usage("plot", plot_help);
	arena = arena_new();
	status = write_plot(arena, argv[optind], output);
	arena_free(arena);
	return status;
}
