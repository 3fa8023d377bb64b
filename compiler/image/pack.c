/* bootgraph image: what it packs, and where it puts it. */
#include "pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../commands/commands.h"
#include "../facts/capture.h"
#include "../inspect/blob_file.h"
#include "../source/text.h"
#include "into.h"
#include "manifest_file.h"
#include "prune.h"
#include "unified.h"

/* --- what is to be packed ------------------------------------------------- */

struct source {
	int root_fd;
	const unsigned char *blob;
	size_t blob_size;
	struct manifest manifest;
	const struct facts *facts; /* compiled with them, or NULL */
	int status;		   /* to end with if there is nothing to pack */
	struct compilation made;   /* of what was compiled here */
};

static const char *root_of(const struct image_request *request)
{
	return request->inputs.root != NULL ? request->inputs.root : "/";
}

/* Reads what was compiled before. */
static bool load(const struct image_request *request, struct arena *arena, struct diag *diag,
		 struct source *source)
{
	const struct text *manifest =
		text_read(arena, AT_FDCWD, request->manifest, request->manifest);
	struct blob blob;

	source->root_fd = open(root_of(request), O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (source->root_fd < 0 || manifest == NULL) {
		const char *what = source->root_fd < 0 ? root_of(request) : request->manifest;

		diag_report(diag, DIAG_UNREADABLE, (struct span){.name = what}, NULL,
			    "cannot be read: %s", strerror(errno));
		return false;
	}
	if (!blob_load(arena, diag, request->blob, &blob) || !text_check(diag, manifest) ||
	    !manifest_read(arena, diag, manifest, &source->manifest))
		return false;
	source->blob = blob.bytes;
	source->blob_size = blob.header.size;
	return true;
}

/* Compiles, or reads what was compiled; root_fd is to be closed in either case. */
static bool obtain(const struct image_request *request, struct arena *arena, struct diag *diag,
		   struct source *source)
{
	struct compilation *made = &source->made;
	bool fine;

	*source = (struct source){.root_fd = -1, .status = EXIT_FINDINGS};
	if (request->blob != NULL)
		return load(request, arena, diag, source);
	fine = compile(&request->inputs, arena, diag, made);
	source->root_fd = made->root_fd;
	source->blob = made->blob;
	source->blob_size = made->blob_size;
	source->manifest = made->manifest;
	source->facts = made->facts;
	if (made->status != EXIT_FINE)
		source->status = (int)made->status;
	return fine;
}

/* --- packing -------------------------------------------------------------- */

/* https://reproducible-builds.org/specs/source-date-epoch/ */
static time_t archive_time(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");

	return epoch != NULL ? (time_t)strtoll(epoch, NULL, 10) : 0;
}

static bool is_private(const struct tree_entry *entry)
{
	return entry->kind == ENTRY_FILE && (entry->mode & 0077) == 0;
}

/* An image that holds a key is as private as the key. */
static void guard(const struct output *output, struct tree *tree)
{
	size_t count;
	const struct tree_entry *const *entries = tree_entries(tree, &count);

	for (size_t i = 0; i < count && output->beside != NULL; i++)
		if (is_private(entries[i]))
			(void)fchmod(fileno(output->file), 0600);
}

/* The archive alone, or as a part of a unified kernel image. Returns false after an error was
 * reported. */
static bool write_archive(const struct image_request *request, struct arena *arena,
			  struct diag *diag, struct tree *tree, FILE *out)
{
	const char *error;

	if (archive_write_tree(arena, tree, out, request->compression, archive_time(), &error))
		return true;
	diag_report(diag, DIAG_UNWRITABLE, (struct span){.name = request->output}, NULL,
		    "cannot be written: %s", error);
	return false;
}

static bool write_unified(const struct image_request *request, struct arena *arena,
			  struct diag *diag, struct tree *tree, int root_fd, FILE *out)
{
	struct unified_parts parts = {
		.root_fd = root_fd,
		.release = request->kernel,
		.stub = request->stub,
		.vmlinuz = request->vmlinuz,
		.cmdline = request->inputs.cmdline,
	};
	char *initrd = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&initrd, &size);
	bool fine = memory != NULL && write_archive(request, arena, diag, tree, memory);

	if (memory != NULL)
		fine = fclose(memory) == 0 && fine;
	fine = fine && unified_write(arena, diag, &parts, (const unsigned char *)initrd, size, out);
	free(initrd);
	return fine;
}

static int write_image(const struct image_request *request, struct arena *arena, struct diag *diag,
		       struct tree *tree, int root_fd)
{
	struct output output;

	if (!command_open_output(&output, arena, diag, request->output))
		return EXIT_SYSTEM;
	guard(&output, tree);
	if (request->uki ? !write_unified(request, arena, diag, tree, root_fd, output.file)
			 : !write_archive(request, arena, diag, tree, output.file)) {
		output_discard(&output);
		return request->uki ? EXIT_FINDINGS : EXIT_SYSTEM;
	}
	return command_commit_output(&output, diag, request->output) ? EXIT_FINE : EXIT_SYSTEM;
}

static int write_into(const struct image_request *request, struct arena *arena, struct diag *diag,
		      struct tree *tree, const struct source *source)
{
	int fd = open(request->into, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool fine;

	if (fd < 0) {
		diag_report(diag, DIAG_UNWRITABLE, (struct span){.name = request->into}, NULL,
			    "cannot be opened: %s", strerror(errno));
		return EXIT_SYSTEM;
	}
	fine = source->made.model->settings.image == IMAGE_FULL ||
	       prune(&source->made, tree, fd, request->into, stdout);
	fine = fine && into_write(arena, diag, tree, fd, request->into);
	close(fd);
	return fine ? EXIT_FINE : EXIT_SYSTEM;
}

static const struct facts *read_facts(const struct image_request *request, struct arena *arena,
				      struct diag *diag, const struct source *source)
{
	const struct facts *facts = source->facts;

	if (facts == NULL)
		facts = facts_obtain(arena, diag, request->inputs.facts);
	if (facts == NULL || facts->no_modalias == NULL)
		return facts;
	diag_report(diag, DIAG_IMAGE_FACTS, (struct span){.name = "--facts=live"},
		    "use --generic, or --facts with a file made by hand", "%s", facts->no_modalias);
	return NULL;
}

/* Fills the tree and writes it. */
static int pack(const struct image_request *request, struct arena *arena, struct diag *diag,
		const struct source *source, struct image *image)
{
	const struct facts *facts = NULL;
	int status = EXIT_FINDINGS;

	if (!request->generic) {
		facts = read_facts(request, arena, diag, source);
		if (facts == NULL)
			return status;
	}
	image->modules = modules_open(arena, diag, root_of(request), source->root_fd,
				      request->kernel, facts);
	if (image->modules == NULL)
		return status;
	if (image_build(image, &request->image, &source->manifest, facts, source->blob,
			source->blob_size))
		status = request->into != NULL
				 ? write_into(request, arena, diag, image->tree, source)
				 : write_image(request, arena, diag, image->tree, image->root_fd);
	if (status == EXIT_FINE && request->image.verbose)
		image_print(arena, image->tree, stderr);
	modules_close(image->modules);
	return status;
}

/* What the administrator wants of an image with a graph that is in error. Returns whether to go on;
 * if not, the source's status is that of the command. */
static bool heed_errors(struct source *source, const struct diag *diag, bool compiled)
{
	int policy = source->made.model->settings.errors;

	if (diag->count[SEVERITY_ERROR] == 0)
		return compiled;
	if (policy == ERRORS_FALLBACK) {
		fprintf(stderr, "bootgraph: because of these errors the image boots without "
				"bootgraph (errors: fallback in bootgraph.conf(5))\n");
		source->status = EXIT_FINE;
		return false;
	}
	if (policy == ERRORS_WARN && compiled) {
		fprintf(stderr, "bootgraph: the image is made in spite of these errors (errors: "
				"warn in bootgraph.conf(5))\n");
		return true;
	}
	fprintf(stderr, "bootgraph: because of these errors there is no new image (errors: in "
			"bootgraph.conf(5))\n");
	return false;
}

/* Who makes an image asks for no findings, and gets those that matter: warnings about the machine,
 * and of those about other people's scripts only that there are some. */
static bool obtain_checked(const struct image_request *request, struct arena *arena,
			   struct diag *diag, struct source *source)
{
	bool verbose = request->image.verbose, compiled;
	size_t warnings;

	diag->least = verbose ? SEVERITY_NOTE : SEVERITY_WARNING;
	compiled = obtain(request, arena, diag, source);
	if (source->root_fd < 0 || source->made.model == NULL)
		return false;
	warnings = diag->count[SEVERITY_WARNING];
	diag->least = verbose ? SEVERITY_NOTE : SEVERITY_ERROR;
	command_check_rest(&request->inputs, &source->made);
	diag->least = verbose ? SEVERITY_NOTE : SEVERITY_WARNING;
	warnings = diag->count[SEVERITY_WARNING] - warnings;
	if (warnings > 0 && !verbose)
		fprintf(stderr,
			"bootgraph: %zu warnings about boot scripts: bootgraph check has them\n",
			warnings);
	return heed_errors(source, diag, compiled);
}

int image_pack(const struct image_request *request, struct arena *arena)
{
	struct diag diag = {.out = stderr};
	struct image image = {.arena = arena, .diag = &diag, .hooks_ran = request->into != NULL};
	struct source source;
	int status;

	if (request->into != NULL ? obtain_checked(request, arena, &diag, &source)
				  : obtain(request, arena, &diag, &source)) {
		image.root_fd = source.root_fd;
		image.tree = tree_open(arena, &diag);
		status = pack(request, arena, &diag, &source, &image);
		tree_close(image.tree);
	} else {
		status = source.status;
	}
	if (source.root_fd >= 0)
		close(source.root_fd);
	return status;
}
