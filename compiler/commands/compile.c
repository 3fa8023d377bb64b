#include "commands.h"

#include <unistd.h>

#include "../explore/findings.h"
#include "../image/check.h"
#include "../report/report.h"
#include "../scripts/findings.h"
#include "../scripts/release_names.h"

static const char help[] =
	INPUTS_HELP "Outputs:\n"
		    "  -o, --output BLOB the blob; - is standard output\n"
		    "  --manifest FILE   what the image needs: one \"kind name unit\" a line\n"
		    "  --strip           leave out where each instruction came from\n";

/* What the command line of compile and check says. */
struct request {
	struct compile_options options;
	const char *output, *manifest;
	bool strict;
	bool explore;
	bool check; /* findings about scripts and hooks, too */
	enum report_format format;
};

static void write_blob(FILE *out, const struct compilation *c)
{
	fwrite(c->blob, 1, c->blob_size, out);
}

static void write_manifest(FILE *out, const struct compilation *c)
{
	size_t i;

	for (i = 0; i < c->manifest.items.count; i++) {
		const struct manifest_item *item = &c->manifest.items.item[i];

		fprintf(out, "%s\t%s\t%s%s\n", manifest_kind_name(item->kind), item->name,
			item->unit, item->optional ? "\toptional" : "");
	}
}

/* Writes one named output; nothing is left behind when that fails. */
static bool write_output(const char *path, const struct compilation *c,
			 void (*write)(FILE *out, const struct compilation *c))
{
	struct output output;

	if (path == NULL)
		return true;
	if (!command_open_output(&output, c->arena, c->diag, path))
		return false;
	write(output.file, c);
	return command_commit_output(&output, c->diag, path);
}

void command_check_rest(const struct compile_options *options, const struct compilation *c)
{
	if (c->model->scripts != NULL) {
		check_script_files(c->model->scripts, c->diag);
		check_script_orders(c->model->scripts, c->diag);
		check_script_uses(c->model->scripts, c->diag);
		check_destdir_scripts(c->model->scripts, c->diag);
		check_script_storage(c->model->scripts, c->chain, c->model, c->diag);
	}
	if (c->root_fd >= 0)
		image_check(c->arena, c->diag, options->root != NULL ? options->root : "/",
			    c->root_fd, &c->manifest);
}

/* Which paths in findings are those of the command line. */
static void name_given(struct report *report, const struct compile_options *options)
{
	for (size_t i = 0; i < options->units.count; i++)
		vec_push(report->arena, &report->given, options->units.item[i]);
	for (size_t i = 0; i < options->scripts.scripts.count; i++)
		vec_push(report->arena, &report->given, options->scripts.scripts.item[i]);
	for (size_t i = 0; i < options->scripts.hooks.count; i++)
		vec_push(report->arena, &report->given, options->scripts.hooks.item[i]);
	if (options->facts != NULL)
		vec_push(report->arena, &report->given, options->facts);
}

/* Compiles and writes; returns the exit status. */
static int run(struct arena *arena, const struct request *request, FILE *findings)
{
	struct report report = {.arena = arena, .root = request->options.root};
	struct diag diag = {.out = findings, .context = &report};
	struct compilation c;
	bool compiled;
	int status;

	if (request->format != REPORT_TEXT)
		diag.take = report_take;
	name_given(&report, &request->options);
	compiled = compile(&request->options, arena, &diag, &c);
	if (request->check)
		command_check_rest(&request->options, &c);
	status = (int)c.status;
	if (request->explore && compiled && status == EXIT_FINE)
		status = (int)explore_findings(arena, &diag, c.blob, c.blob_size);
	/* What could not be looked at weighs more than what was found. */
	if (status == EXIT_FINE && (!compiled || diag.count[SEVERITY_ERROR] > 0 ||
				    (request->strict && diag.count[SEVERITY_WARNING] > 0)))
		status = EXIT_FINDINGS;
	if (status == EXIT_FINE && (!write_output(request->output, &c, write_blob) ||
				    !write_output(request->manifest, &c, write_manifest)))
		status = EXIT_SYSTEM;
	if (c.root_fd >= 0)
		close(c.root_fd);
	report_write(&report, request->format, findings);
	return status;
}

int command_compile(int argc, char **argv)
{
	static const struct option table[] = {INPUT_OPTIONS,
					      {"output", required_argument, NULL, 'o'},
					      {"manifest", required_argument, NULL, 'm'},
					      {"strip", no_argument, NULL, 's'},
					      {"help", no_argument, NULL, 'h'},
					      {0}};
	struct arena *arena = arena_new();
	struct request request = {0};
	int option, status = -1;

	while (status < 0 && (option = getopt_long(argc, argv, "o:h", table, NULL)) != -1) {
		if (option == 'o')
			request.output = optarg;
		else if (option == 'm')
			request.manifest = optarg;
		else if (option == 's')
			request.options.strip = true;
		else if (option == 'h')
			status = command_help("compile", help);
		else if (!input_option(arena, &request.options, option, optarg))
			status = command_usage("compile", help);
	}
	if (status < 0 && (optind < argc || request.output == NULL))
		status = command_usage("compile", help);
	if (status < 0)
		status = run(arena, &request, stderr);
	arena_free(arena);
	return status;
}

static const char check_help[] =
	INPUTS_HELP "Findings:\n"
		    "  --format=text     with the line and a caret (default)\n"
		    "           json     for scripts\n"
		    "           sarif    SARIF 2.1.0, for code review tools\n"
		    "           github   annotations, for a GitHub workflow\n"
		    "  --explore         try every order of events and every fault, as bootgraph "
		    "explore\n"
		    "  --strict          warnings too make the exit status 1\n"
		    "  --release NAME    the Debian release whose packages may be meant: bookworm, "
		    "trixie\n"
		    "  --explain ID      what a finding means, and what to do\n";

static int explain_finding(const char *id)
{
	enum diag_id found = diag_by_name(id);

	if (found == DIAG_COUNT) {
		fprintf(stderr, "bootgraph: no finding is called \"%s\"\n", id);
		return EXIT_USAGE;
	}
	printf("%s\n", diag_describe(found)->text);
	return EXIT_FINE;
}

/* The exit status to end with, or -1 to go on. */
static int read_format(const char *name, enum report_format *ret_format)
{
	*ret_format = report_format_by_name(name);
	return *ret_format == REPORT_FORMAT_COUNT ? command_usage("check", check_help) : -1;
}

static int read_release(const char *name, unsigned *ret_releases)
{
	*ret_releases = release_by_name(name);
	if (*ret_releases != 0)
		return -1;
	fprintf(stderr,
		"bootgraph: \"%s\" is no release that is known: bookworm (12), trixie (13)\n",
		name);
	return EXIT_USAGE;
}

int command_check(int argc, char **argv)
{
	static const struct option table[] = {INPUT_OPTIONS,
					      {"explore", no_argument, NULL, 'x'},
					      {"strict", no_argument, NULL, 's'},
					      {"format", required_argument, NULL, 'f'},
					      {"explain", required_argument, NULL, 'e'},
					      {"release", required_argument, NULL, 'r'},
					      {"help", no_argument, NULL, 'h'},
					      {0}};
	struct arena *arena = arena_new();
	struct request request = {.check = true, .options.tell_unknown = true};
	int option, status = -1;

	while (status < 0 && (option = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		if (option == 'x')
			request.explore = true;
		else if (option == 's')
			request.strict = true;
		else if (option == 'f')
			status = read_format(optarg, &request.format);
		else if (option == 'e')
			status = explain_finding(optarg);
		else if (option == 'r')
			status = read_release(optarg, &request.options.scripts.releases);
		else if (option == 'h')
			status = command_help("check", check_help);
		else if (!input_option(arena, &request.options, option, optarg))
			status = command_usage("check", check_help);
	}
	if (status < 0 && optind < argc)
		status = command_usage("check", check_help);
	request.options.with_hooks = true;
	if (status < 0)
		status = run(arena, &request, stdout);
	arena_free(arena);
	return status;
}
