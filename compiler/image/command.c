/* bootgraph image: see bootgraph-image(1). */
#include "../commands/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../inspect/blob_file.h"
#include "../source/text.h"
#include "../facts/capture.h"
#include "companion.h"
#include "image.h"
#include "manifest_file.h"
#include "path.h"

static const char help[] = INPUTS_HELP
	"  --blob FILE       with --manifest FILE: what bootgraph compile made, in place of "
	"compiling\n"
	"Hardware, one of:\n"
	"  --facts FILE      drivers for the machine that the facts are of; live: for this one\n"
	"  --generic         drivers for any machine\n"
	"Image:\n"
	"  --kernel VERSION  the kernel that is to boot it, by its name in lib/modules\n"
	"  --init FILE       /init (default: the bootgraph-init that came with this program)\n"
	"  --add SRC:DST     put the file SRC at DST in the image; may be repeated\n"
	"  --without PART    leave out fsck, probe or shell; may be repeated\n"
	"  --compress HOW    zstd (default) or none\n"
	"  --verbose         say what takes how many bytes, and why\n"
	"  -o, --output FILE the image; - is standard output\n";

/* What the command line says. */
struct request {
	struct compile_options inputs;
	struct image_options image;
	const char *kernel, *output, *blob, *manifest;
	enum compression compression;
	bool generic;
};

/* --- what is to be packed ------------------------------------------------- */

struct source {
	int root_fd;
	const unsigned char *blob;
	size_t blob_size;
	struct manifest manifest;
	const struct facts *facts; /* compiled with them, or NULL */
	int status;		   /* to end with if there is nothing to pack */
};

static const char *root_of(const struct request *request)
{
	return request->inputs.root != NULL ? request->inputs.root : "/";
}

/* Reads what was compiled before. */
static bool load(const struct request *request, struct arena *arena, struct diag *diag,
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
static bool obtain(const struct request *request, struct arena *arena, struct diag *diag,
		   struct source *source)
{
	struct compilation compilation;
	bool fine;

	*source = (struct source){.root_fd = -1, .status = EXIT_FINDINGS};
	if (request->blob != NULL)
		return load(request, arena, diag, source);
	fine = compile(&request->inputs, arena, diag, &compilation);
	source->root_fd = compilation.root_fd;
	source->blob = compilation.blob;
	source->blob_size = compilation.blob_size;
	source->manifest = compilation.manifest;
	source->facts = compilation.facts;
	if (compilation.status != EXIT_FINE)
		source->status = (int)compilation.status;
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

static int write_image(const struct request *request, struct arena *arena, struct diag *diag,
		       struct tree *tree)
{
	struct output output;
	const char *error;

	if (!command_open_output(&output, arena, diag, request->output))
		return EXIT_SYSTEM;
	guard(&output, tree);
	if (!archive_write_tree(arena, tree, output.file, request->compression, archive_time(),
				&error)) {
		output_discard(&output);
		diag_report(diag, DIAG_UNWRITABLE, (struct span){.name = request->output}, NULL,
			    "cannot be written: %s", error);
		return EXIT_SYSTEM;
	}
	return command_commit_output(&output, diag, request->output) ? EXIT_FINE : EXIT_SYSTEM;
}

static const struct facts *read_facts(const struct request *request, struct arena *arena,
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
static int pack(const struct request *request, struct arena *arena, struct diag *diag,
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
		status = write_image(request, arena, diag, image->tree);
	if (status == EXIT_FINE && request->image.verbose)
		image_print(arena, image->tree, stderr);
	modules_close(image->modules);
	return status;
}

static int run(const struct request *request, struct arena *arena)
{
	struct diag diag = {.out = stderr};
	struct image image = {.arena = arena, .diag = &diag};
	struct source source;
	int status;

	if (obtain(request, arena, &diag, &source)) {
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

/* --- options -------------------------------------------------------------- */

static bool add_addition(struct request *request, struct arena *arena, const char *argument)
{
	const char *colon = strchr(argument, ':');
	struct addition addition;

	if (colon == NULL || colon == argument || colon[1] == '\0')
		return false;
	addition.source = arena_strndup(arena, argument, (size_t)(colon - argument));
	addition.destination = colon + 1;
	if (addition.destination[strlen(addition.destination) - 1] == '/')
		addition.destination = arena_printf(arena, "%s%s", addition.destination,
						    path_name(addition.source));
	vec_push(arena, &request->image.additions, addition);
	return true;
}

static bool set_compression(struct request *request, const char *name)
{
	request->compression = strcmp(name, "zstd") == 0 ? COMPRESSION_ZSTD : COMPRESSION_NONE;
	return request->compression == COMPRESSION_ZSTD || strcmp(name, "none") == 0;
}

static bool add_without(struct request *request, const char *name)
{
	static const char *const names[] = {"fsck", "probe", "shell"}; /* ORDER image_part */

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0) {
			request->image.without |= 1U << i;
			return true;
		}
	return false;
}

enum {
	OPTION_KERNEL = INPUT_END,
	OPTION_GENERIC,
	OPTION_INIT,
	OPTION_BLOB,
	OPTION_MANIFEST,
	OPTION_ADD,
	OPTION_COMPRESS,
	OPTION_VERBOSE,
	OPTION_WITHOUT,
};

static bool take_option(struct request *request, struct arena *arena, int option)
{
	switch (option) {
	case OPTION_KERNEL:
		request->kernel = optarg;
		return true;
	case OPTION_GENERIC:
		request->generic = true;
		return true;
	case OPTION_INIT:
		request->image.init = optarg;
		return true;
	case OPTION_BLOB:
		request->blob = optarg;
		return true;
	case OPTION_MANIFEST:
		request->manifest = optarg;
		return true;
	case OPTION_ADD:
		return add_addition(request, arena, optarg);
	case OPTION_COMPRESS:
		return set_compression(request, optarg);
	case OPTION_VERBOSE:
		request->image.verbose = true;
		return true;
	case OPTION_WITHOUT:
		return add_without(request, optarg);
	case 'o':
		request->output = optarg;
		return true;
	default:
		return input_option(arena, &request->inputs, option, optarg);
	}
}

/* What is wrong with the options as a whole, or NULL. */
static const char *objection(const struct request *request)
{
	const struct compile_options *inputs = &request->inputs;

	if (request->output == NULL)
		return "-o FILE is missing";
	if (request->kernel == NULL)
		return "--kernel VERSION is missing";
	if (request->generic && inputs->facts != NULL)
		return "--generic and --facts exclude each other";
	if (!request->generic && inputs->facts == NULL)
		return "say which hardware the image is for: --facts FILE (or --facts live) for "
		       "one "
		       "machine, or --generic for any";
	if ((request->blob == NULL) != (request->manifest == NULL))
		return "--blob and --manifest belong together";
	if (request->blob != NULL &&
	    (inputs->cmdline != NULL || inputs->units.count > 0 || inputs->no_stdlib))
		return "with --blob nothing is compiled: --cmdline, --units and --no-stdlib say "
		       "nothing";
	if (request->image.init == NULL)
		return "bootgraph-init is neither beside this program nor in ../lib/bootgraph: "
		       "use --init FILE";
	return NULL;
}

int command_image(int argc, char **argv)
{
	static const struct option table[] = {
		INPUT_OPTIONS,
		{"kernel", required_argument, NULL, OPTION_KERNEL},
		{"generic", no_argument, NULL, OPTION_GENERIC},
		{"init", required_argument, NULL, OPTION_INIT},
		{"blob", required_argument, NULL, OPTION_BLOB},
		{"manifest", required_argument, NULL, OPTION_MANIFEST},
		{"add", required_argument, NULL, OPTION_ADD},
		{"compress", required_argument, NULL, OPTION_COMPRESS},
		{"verbose", no_argument, NULL, OPTION_VERBOSE},
		{"without", required_argument, NULL, OPTION_WITHOUT},
		{"output", required_argument, NULL, 'o'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct arena *arena = arena_new();
	struct request request = {.compression = COMPRESSION_ZSTD};
	const char *wrong = NULL;
	int option, status = -1;

	while (status < 0 && (option = getopt_long(argc, argv, "o:h", table, NULL)) != -1) {
		if (option == 'h')
			status = command_help("image", help);
		else if (!take_option(&request, arena, option))
			status = command_usage("image", help);
	}
	if (status < 0) {
		if (request.image.init == NULL)
			request.image.init = companion_find(arena, "bootgraph-init");
		request.image.probe = companion_find(arena, "bootgraph-probe");
		wrong = optind < argc ? "there is an argument too many" : objection(&request);
	}
	if (wrong != NULL) {
		fprintf(stderr, "bootgraph image: %s\n", wrong);
		status = EXIT_USAGE;
	}
	if (status < 0)
		status = run(&request, arena);
	arena_free(arena);
	return status;
}
