#include "status.h"
#include "../commands/commands.h"
#include "../inspect/blob_file.h"
#include "../program.h"
#include "../simulate/report.h"
#include "../source/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "run/bootgraph/"

/* Those that every boot leaves, then those that only some do. */
static const char *const needed[] = {"trace", "outcome"};
static const char *const others[] = {"left", "rescue", "earlier-rescue", "resume"};

static bool complain(const struct status *status, const char *path)
{
	diag_report(status->diag, DIAG_UNREADABLE, (struct span){.name = path},
		    "only a system that bootgraph started has it", "cannot be read: %s",
		    strerror(errno));
	return false;
}

static bool add_file(const struct status *status, FILE *out, const char *name, bool needs)
{
	const char *path = arena_printf(status->arena, FOLDER "%s", name);
	const struct text *text = text_read(status->arena, status->root_fd, path, path);

	if (text == NULL)
		return !needs && errno == ENOENT ? true : complain(status, path);
	report_add(out, name, text->data, text->size);
	return true;
}

/* As text: the listing assembles to the identical blob. */
static bool add_blob(const struct status *status, FILE *out)
{
	static const char path[] = FOLDER "boot.blob";
	const struct text *bytes = text_read(status->arena, status->root_fd, path, path);
	struct refusal refusal;
	char *listing = NULL;
	struct blob blob;
	FILE *memory;
	size_t size;

	if (bytes == NULL)
		return complain(status, path);
	if (!blob_verify(bytes->data, bytes->size, &blob, &refusal)) {
		diag_report(status->diag, DIAG_REFUSED, (struct span){.name = path}, NULL,
			    "not a blob that can be run: %s",
			    refusal_string(status->arena, &refusal));
		return false;
	}
	memory = open_memstream(&listing, &size);
	if (memory == NULL)
		return complain(status, path);
	program_list(program_read(status->arena, &blob), memory);
	if (fclose(memory) == 0)
		report_add(out, REPORT_LISTING, listing, size);
	free(listing);
	return true;
}

static bool add_all(const struct status *status, FILE *out)
{
	bool good = true;
	size_t i;

	report_begin(out);
	for (i = 0; i < sizeof needed / sizeof needed[0]; i++)
		good &= add_file(status, out, needed[i], true);
	for (i = 0; i < sizeof others / sizeof others[0]; i++)
		good &= add_file(status, out, others[i], false);
	return add_blob(status, out) && good;
}

int status_report(const struct status *status, const char *path)
{
	struct output output;

	if (!command_open_output(&output, status->arena, status->diag, path))
		return EXIT_SYSTEM;
	if (!add_all(status, output.file)) {
		output_discard(&output);
		return EXIT_FINDINGS;
	}
	return command_commit_output(&output, status->diag, path) ? EXIT_FINE : EXIT_SYSTEM;
}
