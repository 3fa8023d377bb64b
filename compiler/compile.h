/* The pipeline, as compile, check, image and every other compiling command run it:
 *
 *   sources -> model -> resolve -> graph -> check -> lower -> blob
 */
#ifndef BOOTGRAPH_COMPILE_H
#define BOOTGRAPH_COMPILE_H

#include <stdbool.h>

#include "chain.h"
#include "manifest.h"
#include "model.h"
#include "program.h"
#include "command.h"
#include "scripts/inputs.h"

/* Design section 6, "Inputs". */
struct compile_options {
	const char *root;	 /* --root DIR, or NULL for / */
	const char *cmdline;	 /* --cmdline TEXT, or NULL */
	const char *facts;	 /* --facts FILE|live, or NULL */
	VEC(const char *) units; /* --units DIR, in order */
	bool no_stdlib;
	struct script_inputs scripts; /* --scripts, --hooks, --no-run; the root is the one above */
	bool no_scripts;
	bool with_hooks; /* ask the hooks, too: they say nothing about the graph */
	bool strip;
	bool tell_unknown; /* notes about what only the boot can find out */
};

struct compilation {
	struct arena *arena;
	struct diag *diag;
	int root_fd;		 /* the sysroot */
	enum exit_status status; /* what became of asking the scripts: EXIT_SYSTEM, EXIT_LIMIT */
	struct model *model;
	const struct facts *facts; /* NULL without --facts */
	struct chain *chain;
	struct graph *graph;
	struct program *program;
	struct manifest manifest;
	const unsigned char *blob;
	size_t blob_size;
};

/* Runs every pass. Returns false after errors were reported: then there is no blob, but what could
 * be read is in the compilation. The caller owns arena and diag; root_fd is to be closed. */
bool compile(const struct compile_options *options, struct arena *arena, struct diag *diag,
	     struct compilation *ret_compilation);

#endif
