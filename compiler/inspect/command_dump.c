/* bootgraph dump BLOB */
#include <errno.h>
#include <getopt.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "blob_file.h"
#include "../commands/commands.h"
#include "../program.h"

static const char help[] =
	"  --format=listing  text that `bootgraph assemble` takes back (default)\n"
	"           json     for scripts\n"
	"           dot      a graph, for Graphviz\n"
	"           svg      the graph drawn; needs Graphviz\n"
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

static bool write_svg(const struct program *program, FILE *out, struct diag *diag)
{
	FILE *in = tmpfile();
	int error = EIO;

	if (in != NULL) {
		program_dot(program, in);
		if (fflush(in) == 0 && fflush(out) == 0) {
			rewind(in);
			error = run_dot(in, out);
		}
		fclose(in);
	}
	if (error != 0)
		diag_report(diag, DIAG_UNWRITABLE, (struct span){.name = "dot"},
			    error == ENOENT ? "svg needs Graphviz; dot, json and listing do not"
					    : NULL,
			    "Graphviz cannot draw: %s", strerror(error));
	return error == 0;
}

static bool write_format(const struct program *program, const char *format, FILE *out,
			 struct diag *diag)
{
	if (strcmp(format, "svg") == 0)
		return write_svg(program, out, diag);
	if (strcmp(format, "json") == 0)
		program_json(program, out);
	else if (strcmp(format, "dot") == 0)
		program_dot(program, out);
	else
		program_list(program, out);
	return true;
}

static bool is_format(const char *name)
{
	return strcmp(name, "listing") == 0 || strcmp(name, "json") == 0 ||
	       strcmp(name, "dot") == 0 || strcmp(name, "svg") == 0;
}

static int dump(struct arena *arena, struct diag *diag, const char *path, const char *format,
		const char *output_path)
{
	struct output output;
	struct blob blob;

	if (!blob_load(arena, diag, path, &blob))
		return EXIT_FINDINGS;
	if (!command_open_output(&output, arena, diag, output_path))
		return EXIT_SYSTEM;
	if (!write_format(program_read(arena, &blob), format, output.file, diag)) {
		output_discard(&output);
		return EXIT_SYSTEM;
	}
	return command_commit_output(&output, diag, output_path) ? EXIT_FINE : EXIT_SYSTEM;
}

int command_dump(int argc, char **argv)
{
	static const struct option table[] = {{"format", required_argument, NULL, 'f'},
					      {"output", required_argument, NULL, 'o'},
					      {"help", no_argument, NULL, 'h'},
					      {0}};
	const char *output = "-", *format = "listing";
	struct diag diag = {.out = stderr};
	struct arena *arena = arena_new();
	int option, status = -1;

	while (status < 0 && (option = getopt_long(argc, argv, "f:o:h", table, NULL)) != -1) {
		if (option == 'f' && is_format(optarg))
			format = optarg;
		else if (option == 'o')
			output = optarg;
		else
			status = option == 'h' ? command_help("dump", help)
					       : command_usage("dump", help);
	}
	if (status < 0 && argc - optind != 1)
		status = command_usage("dump", help);
	if (status < 0)
		status = dump(arena, &diag, argv[optind], format, output);
	arena_free(arena);
	return status;
}
