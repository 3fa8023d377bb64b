#include "commands.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../scripts/order.h"
#include "../scripts/prereqs.h"
#include "../scripts/uses.h"

static const char help[] =
	"Inputs:\n"
	"  --root DIR        a directory that stands for / (default: /)\n"
	"  --scripts DIR     a directory of boot scripts; may be repeated\n"
	"  --hooks DIR       a directory of hooks; may be repeated\n"
	"  --no-run          read the scripts, do not run them\n"
	"Output:\n"
	"  --format=ORDER    the ORDER file that mkinitramfs writes for a phase\n"
	"  --format=data     what each boot script reads, writes, runs and waits for\n";

enum format { FORMAT_TEXT, FORMAT_ORDER, FORMAT_DATA, FORMAT_COUNT };
static const char *const formats[FORMAT_COUNT] = {"text", "ORDER", "data"};

struct request {
	struct script_inputs inputs;
	char *const *phases;
	size_t phase_count;
	enum format format;
};

/* One phase, sorted; `wanted` if it is to be printed. */
struct sorted_phase {
	const struct phase *phase;
	struct phase_order order;
};

static void print_lines(const struct sorted_phase *sorted)
{
	for (size_t i = 0; i < sorted->order.names.count; i++)
		printf("%s\t%s\n", sorted->phase->name, sorted->order.names.item[i]);
}

static void print_order_file(const struct sorted_phase *sorted)
{
	for (size_t i = 0; i < sorted->order.names.count; i++)
		printf(ORDER_LINES, sorted->phase->name, sorted->order.names.item[i]);
}

/* What is to be said of a use beyond its name, in one column. */
static const char *remarks(struct arena *arena, const struct script_use *use)
{
	const struct {
		bool holds;
		const char *word;
	} words[] = {
		{use->via != NULL, use->via},	 {use->annotated, "annotated"},
		{use->guarded, "guarded"},	 {use->exported, "export"},
		{use->background, "background"},
	};
	const char *list = "";

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (words[i].holds)
			list = arena_printf(arena, "%s%s%s", list, *list == '\0' ? "" : " ",
					    words[i].word);
	return *list == '\0' ? "-" : list;
}

static void print_data(struct arena *arena, const struct sorted_phase *sorted)
{
	for (size_t i = 0; i < sorted->order.names.count; i++) {
		const char *name = sorted->order.names.item[i];
		const struct script *script = phase_script(sorted->phase, name);
		const struct script_uses *uses =
			script == NULL || script->skip != SKIP_NOT || sorted->phase->hooks
				? NULL
				: script_uses_read(arena, sorted->phase->name, script);

		for (size_t j = 0; uses != NULL && j < uses->uses.count; j++) {
			const struct script_use *use = &uses->uses.item[j];
			size_t line, column;

			span_position(use->span, &line, &column);
			printf("%s/%s\t%s\t%s\t%zu:%zu\t%s\n", sorted->phase->name, name,
			       use_kind_name(use->kind), use->name, line, column,
			       remarks(arena, use));
		}
	}
}

static bool is_wanted(const struct request *request, const char *phase)
{
	if (request->phase_count == 0)
		return true;
	for (size_t i = 0; i < request->phase_count; i++)
		if (strcmp(request->phases[i], phase) == 0)
			return true;
	return false;
}

/* A phase that was asked for is one that initramfs-tools has, or that the tree has. */
static bool check_phases(const struct request *request, const struct script_tree *tree,
			 struct diag *diag)
{
	VEC(const char *) names = {0};
	bool good = true;

	for (size_t i = 0; i < tree->phases.count; i++)
		vec_push(tree->arena, &names, tree->phases.item[i].name);
	for (size_t i = 0; i < request->phase_count; i++) {
		const char *name = request->phases[i];
		const char *nearest, *hint = NULL;

		if (script_phase_is_known(name) || script_tree_phase(tree, name) != NULL)
			continue;
		nearest = diag_nearest(name, names.item, names.count);
		if (nearest != NULL)
			hint = arena_printf(tree->arena, "did you mean \"%s\"?", nearest);
		diag_report(diag, DIAG_UNKNOWN_PHASE, (struct span){.name = name}, hint,
			    "there is no such phase");
		good = false;
	}
	return good;
}

static enum exit_status print_orders(const struct request *request, const struct script_tree *tree,
				     struct diag *diag)
{
	size_t errors = diag->count[SEVERITY_ERROR];

	for (size_t i = 0; i < tree->phases.count; i++) {
		struct sorted_phase sorted = {.phase = &tree->phases.item[i]};

		if (!is_wanted(request, sorted.phase->name))
			continue;
		phase_sort(tree, sorted.phase, &sorted.order);
		phase_order_check(tree, sorted.phase, &sorted.order, diag);
		if (request->format == FORMAT_ORDER)
			print_order_file(&sorted);
		else if (request->format == FORMAT_DATA)
			print_data(tree->arena, &sorted);
		else
			print_lines(&sorted);
	}
	return diag->count[SEVERITY_ERROR] > errors ? EXIT_FINDINGS : EXIT_FINE;
}

static enum exit_status run_in(struct arena *arena, struct diag *diag, int root_fd,
			       const struct request *request)
{
	struct script_tree tree;
	enum exit_status asked, printed;

	if (!script_tree_collect(arena, diag, root_fd, &request->inputs, &tree) ||
	    !check_phases(request, &tree, diag))
		return EXIT_FINDINGS;
	asked = scripts_ask(arena, diag, &tree, root_fd, &request->inputs);
	if (asked == EXIT_SYSTEM)
		return asked;
	printed = print_orders(request, &tree, diag);
	return asked != EXIT_FINE ? asked : printed;
}

static int run(struct arena *arena, const struct request *request)
{
	const char *root = request->inputs.root != NULL ? request->inputs.root : "/";
	struct diag diag = {.out = stderr};
	int root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	enum exit_status status;

	if (root_fd < 0) {
		diag_report(&diag, DIAG_UNREADABLE, (struct span){.name = root}, NULL,
			    "cannot be read: %s", strerror(errno));
		return EXIT_FINDINGS;
	}
	status = run_in(arena, &diag, root_fd, request);
	close(root_fd);
	return status;
}

/* Takes one option; false if it is none of them. */
static bool take_option(struct arena *arena, struct request *request, int option)
{
	switch (option) {
	case 'r':
		request->inputs.root = optarg;
		return true;
	case 's':
		vec_push(arena, &request->inputs.scripts, optarg);
		return true;
	case 'k':
		vec_push(arena, &request->inputs.hooks, optarg);
		return true;
	case 'n':
		request->inputs.no_run = true;
		return true;
	case 'f':
		request->format = FORMAT_TEXT;
		while (request->format < FORMAT_COUNT &&
		       strcmp(formats[request->format], optarg) != 0)
			request->format++;
		return request->format < FORMAT_COUNT;
	default:
		return false;
	}
}

/* An ORDER file is that of one phase, and hooks have none. */
static bool makes_sense(const struct request *request)
{
	return request->format != FORMAT_ORDER ||
	       (request->phase_count == 1 && strcmp(request->phases[0], "hooks") != 0 &&
		strcmp(request->phases[0], "hooks-etc") != 0);
}

int command_order(int argc, char **argv)
{
	static const struct option table[] = {{"root", required_argument, NULL, 'r'},
					      {"scripts", required_argument, NULL, 's'},
					      {"hooks", required_argument, NULL, 'k'},
					      {"no-run", no_argument, NULL, 'n'},
					      {"format", required_argument, NULL, 'f'},
					      {"help", no_argument, NULL, 'h'},
					      {0}};
	struct arena *arena = arena_new();
	struct request request = {0};
	int option, status = -1;

	while (status < 0 && (option = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		if (option == 'h')
			status = command_help("order", help);
		else if (!take_option(arena, &request, option))
			status = command_usage("order", help);
	}
	request.phases = argv + optind;
	request.phase_count = (size_t)(argc - optind);
	if (status < 0 && !makes_sense(&request))
		status = command_usage("order", help);
	if (status < 0)
		status = run(arena, &request);
	arena_free(arena);
	return status;
}
