/* bootgraph status: what PID 1 left in /run/bootgraph, and how its arrays and processes are now. */
#include "commands.h"
#include "../source/text.h"
#include "../status/status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
	"  --root DIR        a directory that stands for / (default: /)\n"
	"  --all             units that had nothing to do, too\n"
	"  --report FILE     instead, write all that is needed to see this boot again\n"
	"                    elsewhere (bootgraph simulate FILE); - is standard output\n";

static const struct text *read_boot(const struct status *status, const char *path)
{
	const struct text *text = text_read(status->arena, status->root_fd, path, path);

	if (text == NULL)
		diag_report(status->diag, DIAG_UNREADABLE, (struct span){.name = path},
			    "only a system that bootgraph started has it", "cannot be read: %s",
			    strerror(errno));
	return text;
}

/* --- the table ------------------------------------------------------------ */

static int compare_rows(const void *a, const void *b)
{
	const struct outcome_row *x = a, *y = b;

	return (x->begin > y->begin) - (x->begin < y->begin);
}

static const char *state_text(const struct outcome_row *row)
{
	static const char *const texts[STATE_COUNT] = {"pending", "pending", "pending", "not ended",
						       "done",	  "failed",  "skipped"};

	return texts[row->state];
}

/* "   0.012    0.344  failed     crypt@root: 3 wrong passphrases" */
static void print_row(const struct outcome_row *row)
{
	if (row->begin < 0)
		printf("%8s ", "-");
	else
		printf("%8.3f ", row->begin);
	if (row->begin < 0 || row->end < 0)
		printf("%8s", "-");
	else
		printf("%8.3f", row->end - row->begin);
	printf("  %-9s  %s%s%s\n", state_text(row), row->name, row->reason != NULL ? ": " : "",
	       row->reason != NULL ? row->reason : "");
}

static void print_rows(struct status *status, struct outcome *outcome)
{
	printf("%8s %8s  %-9s  %s\n", "at", "took", "outcome", "unit or device");
	if (outcome->rows.count > 0)
		qsort(outcome->rows.item, outcome->rows.count, sizeof *outcome->rows.item,
		      compare_rows);
	for (size_t i = 0; i < outcome->rows.count; i++) {
		const struct outcome_row *row = &outcome->rows.item[i];
		bool failed = row->state == STATE_FAILED && strcmp(row->kind, "task") == 0;

		status->trouble |= failed;
		if (row->begin >= 0 || failed || status->all)
			print_row(row);
	}
}

/* --- all ------------------------------------------------------------------ */

static int run(struct status *status)
{
	const struct text *text = read_boot(status, "run/bootgraph/outcome");
	struct outcome *outcome =
		text != NULL ? outcome_read(status->arena, status->diag, text) : NULL;
	struct timeline *timeline;

	if (outcome == NULL)
		return EXIT_FINDINGS;
	text = read_boot(status, "run/bootgraph/trace");
	timeline = text != NULL ? timeline_read(status->arena, status->diag, text) : NULL;
	status_read_left(status);
	status_tell_earlier(status);
	if (timeline != NULL)
		status_tell_story(status, timeline);
	print_rows(status, outcome);
	status_print_since(status);
	status_print_now(status);
	return status->trouble || timeline == NULL ? EXIT_FINDINGS : EXIT_FINE;
}

int command_status(int argc, char **argv)
{
	enum { OPTION_ROOT = 0x100, OPTION_ALL, OPTION_REPORT };
	static const struct option table[] = {{"root", required_argument, NULL, OPTION_ROOT},
					      {"all", no_argument, NULL, OPTION_ALL},
					      {"report", required_argument, NULL, OPTION_REPORT},
					      {"help", no_argument, NULL, 'h'},
					      {0}};
	struct diag diag = {.out = stderr};
	struct status status = {.diag = &diag};
	const char *root = "/", *report = NULL;
	int option, result;

	while ((option = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		if (option == 'h')
			return command_help("status", help);
		if (option == OPTION_ROOT)
			root = optarg;
		else if (option == OPTION_ALL)
			status.all = true;
		else if (option == OPTION_REPORT)
			report = optarg;
		else
			return command_usage("status", help);
	}
	if (optind != argc)
		return command_usage("status", help);
	status.root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (status.root_fd < 0) {
		diag_report(&diag, DIAG_UNREADABLE, (struct span){.name = root}, NULL,
			    "cannot be read: %s", strerror(errno));
		return EXIT_FINDINGS;
	}
	status.arena = arena_new();
	result = report != NULL ? status_report(&status, report) : run(&status);
	left_free(&status.left);
	arena_free(status.arena);
	close(status.root_fd);
	return result;
}
