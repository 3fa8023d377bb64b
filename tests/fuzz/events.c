/* The event script parser, and the world that what it accepts describes. */
#include <stdlib.h>

#include "../../compiler/program.h"
#include "../../compiler/simulate/world.h"
#include "../../compiler/source/text.h"
#include "../../runtime/core/verify.h"

/* A graph with one unit of each kind that the script can speak of. */
static const char listing[] = "bootgraph-listing 1\n"
			      "goal mount-root\n"
			      "reaction probe\n"
			      "\tlimit 1000 ms\n"
			      "\tmatch\n"
			      "\t\tproperty \"BOOTGRAPH_PROBED\" \"\"\n"
			      "\taction\n"
			      "\t\tprobe\n"
			      "task coldplug\n"
			      "\twhen\n"
			      "\t\tfile \"/x\"\n"
			      "\taction\n"
			      "\t\tcoldplug\n"
			      "device UUID=1\n"
			      "\tlimit default\n"
			      "\tmatch\n"
			      "\t\tnames \"UUID=1\"\n"
			      "\tpath probe coldplug\n"
			      "task mount-root\n"
			      "\tattempts 2\n"
			      "\tlimit 5000 ms\n"
			      "\trequires UUID=1\n"
			      "\taction\n"
			      "\t\tmount-device device UUID=1 where \"/root\"\n";

static const struct blob *the_blob(void)
{
	static struct blob blob;
	struct refusal refusal;
	struct diag diag = {.out = stderr};
	struct program *program;
	struct arena *arena;
	const unsigned char *bytes;
	size_t size;

	if (blob.bytes != NULL)
		return &blob;
	arena = arena_new(); /* lives as long as the program */
	program = program_assemble(arena, &diag,
				   text_from_memory(arena, "listing", listing, sizeof listing - 1));
	bytes = program != NULL ? blob_write(program, &diag, false, &size) : NULL;
	if (bytes == NULL || !blob_verify(bytes, size, &blob, &refusal))
		abort();
	return &blob;
}

static FILE *sink(void)
{
	static FILE *null;

	if (null == NULL)
		null = fopen("/dev/null", "w");
	if (null == NULL)
		abort();
	return null;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct diag diag = {.out = sink()};
	const struct text *text = text_from_memory(arena, "events", (const char *)data, size);
	struct script script;
	enum verdict verdict;

	if (text_check(&diag, text) && script_parse(arena, &diag, text, the_blob(), &script))
		world_run(arena, the_blob(), &script, &(struct world_options){.trace = sink()},
			  &verdict);
	arena_free(arena);
	return 0;
}
