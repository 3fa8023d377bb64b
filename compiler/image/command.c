/* bootgraph image: see bootgraph-image(1). */
#include "../commands/commands.h"

#include <string.h>

#include "companion.h"
#include "pack.h"
#include "path.h"

static const char help[] = INPUTS_HELP
	"  --blob FILE       with --manifest FILE: what bootgraph compile made, in place of "
	"compiling\n"
	"Hardware, one of these or both:\n"
	"  --facts FILE      drivers for the machine that the facts are of; live: for this one\n"
	"  --generic         drivers for any machine; with --facts, these are for the graph alone\n"
	"Image:\n"
	"  --kernel VERSION  the kernel that is to boot it, by its name in lib/modules\n"
	"  --init FILE       /init (default: the bootgraph-init that came with this program)\n"
	"  --add SRC:DST     put the file SRC at DST in the image; may be repeated\n"
	"  --without PART    leave out fsck, probe or shell; may be repeated\n"
	"  --compress HOW    zstd (default) or none\n"
	"  --verbose         say what takes how many bytes, and why\n"
	"  --uki             a unified kernel image: with the kernel, and --cmdline, in one file\n"
	"  --stub FILE       what starts that (default: systemd-boot's stub in the sysroot)\n"
	"  --linux FILE      its kernel (default: the sysroot's vmlinuz of VERSION)\n"
	"Outputs, one of:\n"
	"  -o, --output FILE the image; - is standard output\n"
	"  --into DIR        the directory that mkinitramfs is about to pack, as its hooks know "
	"it\n";

/* --- options -------------------------------------------------------------- */

static bool add_addition(struct image_request *request, struct arena *arena, const char *argument)
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

static bool set_compression(struct image_request *request, const char *name)
{
	request->compression = strcmp(name, "zstd") == 0 ? COMPRESSION_ZSTD : COMPRESSION_NONE;
	return request->compression == COMPRESSION_ZSTD || strcmp(name, "none") == 0;
}

static bool add_without(struct image_request *request, const char *name)
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
	OPTION_INTO,
	OPTION_UKI,
	OPTION_STUB,
	OPTION_LINUX,
};

static bool take_option(struct image_request *request, struct arena *arena, int option)
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
	case OPTION_UKI:
		request->uki = true;
		return true;
	case OPTION_STUB:
		request->stub = optarg;
		return true;
	case OPTION_LINUX:
		request->vmlinuz = optarg;
		return true;
	case OPTION_INTO:
		request->into = optarg;
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
static const char *objection(const struct image_request *request)
{
	const struct compile_options *inputs = &request->inputs;

	if ((request->output == NULL) == (request->into == NULL))
		return "say where the image goes: -o FILE, or --into DIR";
	if (request->kernel == NULL)
		return "--kernel VERSION is missing";
	if (!request->generic && inputs->facts == NULL)
		return "say which hardware the image is for: --facts FILE (or --facts live) for "
		       "one "
		       "machine, or --generic for any";
	if (request->into != NULL && request->blob != NULL)
		return "--into compiles: --blob and --manifest are not for it";
	if (request->uki ? request->into != NULL
			 : request->stub != NULL || request->vmlinuz != NULL)
		return "--stub and --linux belong to --uki, and --uki to -o";
	if ((request->blob == NULL) != (request->manifest == NULL))
		return "--blob and --manifest belong together";
	if (request->blob != NULL && ((inputs->cmdline != NULL && !request->uki) ||
				      inputs->units.count > 0 || inputs->no_stdlib))
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
		{"into", required_argument, NULL, OPTION_INTO},
		{"uki", no_argument, NULL, OPTION_UKI},
		{"stub", required_argument, NULL, OPTION_STUB},
		{"linux", required_argument, NULL, OPTION_LINUX},
		{"output", required_argument, NULL, 'o'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct arena *arena = arena_new();
	struct image_request request = {.compression = COMPRESSION_ZSTD};
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
		status = image_pack(&request, arena);
	arena_free(arena);
	return status;
}
