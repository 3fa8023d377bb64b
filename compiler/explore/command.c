/* bootgraph explore BLOB */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "derive.h"
#include "explore.h"
#include "verdict.h"
#include "../commands/commands.h"
#include "../inspect/blob_file.h"
#include "../inspect/input.h"
#include "../source/text.h"

static const char help[] =
	"  BLOB                made by bootgraph compile\n"
	"  --world FILE        which devices there are (specs/explore.md), instead of what the "
	"blob "
	"waits for\n"
	"  --show-world        print the world that the blob is explored in, and nothing else\n"
	"  --faults N          try N faults at a time, and fewer (default: 1)\n"
	"  --limit LIMITS      states=N, memory=MIB, time=SECONDS, separated by commas\n"
	"  --no-reduction      visit also what differs from something visited in its order alone\n"
	"  --ends              print each way in which each scenario ends\n"
	"  --statistics        print states, moves, memory and time\n"
	"  -o, --output DIR    write a counterexample to each property there, as an event script\n";

enum {
	OPTION_WORLD = 0x100,
	OPTION_SHOW_WORLD,
	OPTION_FAULTS,
	OPTION_LIMIT,
	OPTION_NO_REDUCTION,
	OPTION_ENDS,
	OPTION_STATISTICS,
};

struct arguments {
	struct explore_options options;
	const char *world, *blob, *directory;
	bool show_world, ends, statistics;
};

static bool read_number(const char *text, unsigned long most, unsigned long *ret_number)
{
	char *end;

	if (text == NULL || text[0] < '0' || text[0] > '9')
		return false;
	*ret_number = strtoul(text, &end, 10);
	return *end == '\0' && *ret_number <= most;
}

/* states=N,memory=MIB,time=SECONDS */
static bool read_limits(char *text, struct explore_limits *limits)
{
	static char *const keys[] = {"states", "memory", "time", NULL};
	unsigned long number;
	char *value;

	while (*text != '\0') {
		int key = getsubopt(&text, keys, &value);

		if (!read_number(value, 1ul << 40, &number))
			return false;
		if (key == 0)
			limits->states = number;
		else if (key == 1)
			limits->memory = number << 20;
		else if (key == 2)
			limits->seconds = (double)number;
		else
			return false;
	}
	return true;
}

static const struct text *find_world(struct arena *arena, struct diag *diag,
				     const struct blob *blob, const struct arguments *arguments)
{
	const char *derived;

	if (arguments->world != NULL)
		return input_read(arena, diag, arguments->world);
	derived = explore_derive(arena, blob);
	return text_from_memory(arena, "the blob's world", derived, strlen(derived));
}

static int run(struct arena *arena, struct diag *diag, const struct arguments *arguments)
{
	struct explore_result result;
	struct explore_world world;
	const struct text *text;
	struct blob blob;

	if (!blob_load(arena, diag, arguments->blob, &blob))
		return EXIT_FINDINGS;
	text = find_world(arena, diag, &blob, arguments);
	if (text == NULL)
		return EXIT_FINDINGS;
	if (arguments->show_world) {
		fwrite(text->data, 1, text->size, stdout);
		return EXIT_FINE;
	}
	if (!explore_world_read(arena, diag, text, &blob, &world))
		return EXIT_FINDINGS;
	explore(arena, &world, &arguments->options, &result);
	if (arguments->ends)
		verdict_print_ends(&world, &result, stdout);
	verdict_print(&world, &result, stdout);
	if (arguments->statistics)
		verdict_print_statistics(&world, &result, stdout);
	if (arguments->directory != NULL &&
	    !verdict_write(arena, diag, &world, &result, arguments->directory))
		return EXIT_SYSTEM;
	if (result.counterexamples.count > 0)
		return EXIT_FINDINGS;
	return result.limit != NULL ? EXIT_LIMIT : EXIT_FINE;
}

/* Takes an option; false if it cannot be meant. */
static bool take(struct arguments *arguments, int option, char *argument)
{
	unsigned long number;

	switch (option) {
	case OPTION_WORLD:
		arguments->world = argument;
		return true;
	case OPTION_SHOW_WORLD:
		arguments->show_world = true;
		return true;
	case OPTION_FAULTS:
		if (!read_number(argument, FAULTS_MAX, &number))
			return false;
		arguments->options.faults = (unsigned)number;
		return true;
	case OPTION_LIMIT:
		return read_limits(argument, &arguments->options.limits);
	case OPTION_NO_REDUCTION:
		arguments->options.reduction = false;
		return true;
	case OPTION_ENDS:
		arguments->ends = true;
		return true;
	case OPTION_STATISTICS:
		arguments->statistics = true;
		return true;
	case 'o':
		arguments->directory = argument;
		return true;
	default:
		return false;
	}
}

int command_explore(int argc, char **argv)
{
	static const struct option table[] = {
		{"world", required_argument, NULL, OPTION_WORLD},
		{"show-world", no_argument, NULL, OPTION_SHOW_WORLD},
		{"faults", required_argument, NULL, OPTION_FAULTS},
		{"limit", required_argument, NULL, OPTION_LIMIT},
		{"no-reduction", no_argument, NULL, OPTION_NO_REDUCTION},
		{"ends", no_argument, NULL, OPTION_ENDS},
		{"statistics", no_argument, NULL, OPTION_STATISTICS},
		{"output", required_argument, NULL, 'o'},
		{"help", no_argument, NULL, 'h'},
		{0}};
	struct arguments arguments = {.options = EXPLORE_DEFAULTS};
	struct diag diag = {.out = stderr};
	struct arena *arena = arena_new();
	int option, status = -1;

	while (status < 0 && (option = getopt_long(argc, argv, "o:h", table, NULL)) != -1) {
		if (option == 'h')
			status = command_help("explore", help);
		else if (!take(&arguments, option, optarg))
			status = command_usage("explore", help);
	}
	if (status < 0 && argc - optind != 1)
		status = command_usage("explore", help);
	if (status < 0) {
		arguments.blob = argv[optind];
		status = run(arena, &diag, &arguments);
	}
	arena_free(arena);
	return status;
}
