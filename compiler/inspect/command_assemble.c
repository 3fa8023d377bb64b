/* bootgraph assemble LISTING -o BLOB */
#include <getopt.h>

#include "input.h"
#include "../commands/commands.h"
#include "../program.h"

static const char help[] = "  LISTING           made by bootgraph dump; - is standard input\n"
			   "  -o, --output BLOB - is standard output\n"
			   "  --strip           leave out where each instruction came from\n";

static const unsigned char *assemble(struct arena *arena, struct diag *diag, const char *path,
				     bool strip, size_t *ret_size)
{
	const struct text *listing = input_read(arena, diag, path);
	struct program *program;

	if (listing == NULL)
		return NULL;
	program = program_assemble(arena, diag, listing);
	return program != NULL ? blob_write(program, diag, strip, ret_size) : NULL;
}

static int run(struct arena *arena, const char *path, const char *output_path, bool strip)
{
	struct diag diag = {.out = stderr};
	struct output output;
	size_t size;
	const unsigned char *blob = assemble(arena, &diag, path, strip, &size);

	if (blob == NULL)
		return EXIT_FINDINGS;
	if (!command_open_output(&output, arena, &diag, output_path))
		return EXIT_SYSTEM;
	fwrite(blob, 1, size, output.file);
	return command_commit_output(&output, &diag, output_path) ? EXIT_FINE : EXIT_SYSTEM;
}

int command_assemble(int argc, char **argv)
{
	static const struct option table[] = {{"output", required_argument, NULL, 'o'},
					      {"strip", no_argument, NULL, 's'},
					      {"help", no_argument, NULL, 'h'},
					      {0}};
	struct arena *arena = arena_new();
	const char *output = NULL;
	int option, status = -1;
	bool strip = false;

	while (status < 0 && (option = getopt_long(argc, argv, "o:h", table, NULL)) != -1) {
		if (option == 'o')
			output = optarg;
		else if (option == 's')
			strip = true;
		else
			status = option == 'h' ? command_help("assemble", help)
					       : command_usage("assemble", help);
	}
	if (status < 0 && (argc - optind != 1 || output == NULL))
		status = command_usage("assemble", help);
	if (status < 0)
		status = run(arena, argv[optind], output, strip);
	arena_free(arena);
	return status;
}
