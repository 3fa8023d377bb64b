/* bootgraph diff OLD NEW */
#include <string.h>

#include "blob_file.h"
#include "diff.h"
#include "../commands/commands.h"

static const char help[] =
	"  --format=text     a sentence for each difference (default)\n"
	"           json     for scripts\n"
	"Exit status, as of diff(1): 0 no difference, 1 differences, 2 trouble.\n";

static struct program *load(struct arena *arena, struct diag *diag, const char *path)
{
	struct blob *blob = arena_alloc(arena, sizeof *blob);

	return blob_load(arena, diag, path, blob) ? program_read(arena, blob) : NULL;
}

static int diff(struct arena *arena, struct diag *diag, char *const *path, bool json)
{
	struct program *old = load(arena, diag, path[0]), *new = load(arena, diag, path[1]);
	difference_list list;

	if (old == NULL || new == NULL)
		return EXIT_USAGE;
	list = program_diff(old, new);
	if (json)
		diff_json(&list, stdout);
	else
		diff_print(arena, &list, stdout);
	return list.count > 0 ? EXIT_FINDINGS : EXIT_FINE;
}

int command_diff(int argc, char **argv)
{
	static const struct option table[] = {
		{"format", required_argument, NULL, 'f'}, {"help", no_argument, NULL, 'h'}, {0}};
	struct diag diag = {.out = stderr};
	struct arena *arena = arena_new();
	int option, status = -1;
	bool json = false;

	while (status < 0 && (option = getopt_long(argc, argv, "f:h", table, NULL)) != -1) {
		if (option == 'f' && (strcmp(optarg, "text") == 0 || strcmp(optarg, "json") == 0))
			json = optarg[0] == 'j';
		else
			status = option == 'h' ? command_help("diff", help)
					       : command_usage("diff", help);
	}
	if (status < 0 && argc - optind != 2)
		status = command_usage("diff", help);
	if (status < 0)
		status = diff(arena, &diag, argv + optind, json);
	arena_free(arena);
	return status;
}
