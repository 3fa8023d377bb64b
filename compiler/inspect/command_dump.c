/* bootgraph dump BLOB */
#include <errno.h>
#include <getopt.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "blob_file.h"
#include "dot.h"
#include "input.h"
#include "../commands/commands.h"
#include "../program.h"

static const char help[] =
	"  --format=listing  text that `bootgraph assemble` takes back (default)\n"
	"           json     for scripts\n"
	"           dot      a graph, for Graphviz\n"
	"           svg      the graph drawn; needs Graphviz\n"
	"  --all-edges       draw those, too, that follow from others\n"
	"  --trace FILE      mark what decided this boot's time, instead of the longest chain\n"
	"  -o, --output FILE instead of standard output\n";

/* Runs Graphviz from one file to another; returns an errno, or 0. */
static int run_dot(FILE *in, FILE *out)
{
	char *arguments[] = {"dot", "-Tsvg", NULL};
	posix_spawn_file_actions_t files;
	int error, status;
	pid_t pid;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, fileno(in), STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, fileno(out), STDOUT_FILENO);
	error = posix_spawnp(&pid, "dot", &files, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&files);
	if (error != 0)
		return error;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : EIO;
}

/* Program -> dot -> SVG -> wider bands; returns an errno, or 0. */
static int draw(const struct program *program, const struct dot_options *options, FILE *in,
		FILE *drawn, FILE *out)
{
	int error;

	program_dot(program, options, true, in);
	if (fflush(in) != 0)
		return errno;
	rewind(in);
	error = run_dot(in, drawn);
	if (error != 0)
		return error;
	rewind(drawn);
	svg_widen_bands(drawn, out);
	return ferror(drawn) ? EIO : 0;
}

static bool write_svg(const struct program *program, const struct dot_options *options, FILE *out,
		      struct diag *diag)
{
	FILE *in = tmpfile(), *drawn = in != NULL ? tmpfile() : NULL;
	int error = drawn != NULL ? draw(program, options, in, drawn, out) : errno;

	if (in != NULL)
		fclose(in);
	if (drawn != NULL)
		fclose(drawn);
	if (error != 0)
		diag_report(diag, DIAG_UNWRITABLE, (struct span){.name = "dot"},
			    error == ENOENT ? "svg needs Graphviz; dot, json and listing do not"
					    : NULL,
			    "Graphviz cannot draw: %s", strerror(error));
	return error == 0;
}

struct request {
	const char *path, *format, *output, *trace;
	struct dot_options picture;
};

static bool write_format(const struct program *program, const struct request *request, FILE *out,
			 struct diag *diag)
{
	const char *format = request->format;

	if (strcmp(format, "svg") == 0)
		return write_svg(program, &request->picture, out, diag);
	if (strcmp(format, "json") == 0)
		program_json(program, out);
	else if (strcmp(format, "dot") == 0)
		program_dot(program, &request->picture, false, out);
	else
		program_list(program, out);
	return true;
}

static bool is_format(const char *name)
{
	return strcmp(name, "listing") == 0 || strcmp(name, "json") == 0 ||
	       strcmp(name, "dot") == 0 || strcmp(name, "svg") == 0;
}

/* The timeline of --trace; false after a report. */
static bool read_trace(struct arena *arena, struct diag *diag, struct request *request)
{
	const struct text *text;

	if (request->trace == NULL)
		return true;
	text = input_read(arena, diag, request->trace);
	if (text != NULL)
		request->picture.measured = timeline_read(arena, diag, text);
	return request->picture.measured != NULL;
}

static int dump(struct arena *arena, struct diag *diag, struct request *request)
{
	struct output output;
	struct blob blob;

	if (!blob_load(arena, diag, request->path, &blob) || !read_trace(arena, diag, request))
		return EXIT_FINDINGS;
	if (!command_open_output(&output, arena, diag, request->output))
		return EXIT_SYSTEM;
	if (!write_format(program_read(arena, &blob), request, output.file, diag)) {
		output_discard(&output);
		return EXIT_SYSTEM;
	}
	return command_commit_output(&output, diag, request->output) ? EXIT_FINE : EXIT_SYSTEM;
}

/* Takes one option; false if it is none of them. */
static bool take_option(struct request *request, int option)
{
	switch (option) {
	case 'f':
		request->format = optarg;
		return is_format(optarg);
	case 'o':
		request->output = optarg;
		return true;
	case 't':
		request->trace = optarg;
		return true;
	case 'a':
		request->picture.all_edges = true;
		return true;
	default:
		return false;
	}
}

int command_dump(int argc, char **argv)
{
	static const struct option table[] = {
		{"format", required_argument, NULL, 'f'}, {"output", required_argument, NULL, 'o'},
		{"trace", required_argument, NULL, 't'},  {"all-edges", no_argument, NULL, 'a'},
		{"help", no_argument, NULL, 'h'},	  {0}};
	struct request request = {.format = "listing", .output = "-"};
	struct diag diag = {.out = stderr};
	struct arena *arena = arena_new();
	int option, status = -1;

	while (status < 0 && (option = getopt_long(argc, argv, "f:o:h", table, NULL)) != -1) {
		if (option == 'h')
			status = command_help("dump", help);
		else if (!take_option(&request, option))
			status = command_usage("dump", help);
	}
	if (status < 0 && argc - optind != 1)
		status = command_usage("dump", help);
	request.path = argv[optind];
	if (status < 0)
		status = dump(arena, &diag, &request);
	arena_free(arena);
	return status;
}
