/* The program: a blob's content as arrays, before it is bytes and after it was read back.
 *
 * Compiler, assembler and reader all end here, and blob_write is the one writer: so a listing that
 * shows everything in a program assembles to the identical blob. Indexes, where named, are into the
 * array of the same name here. Everything lives in an arena. */
#ifndef BOOTGRAPH_PROGRAM_H
#define BOOTGRAPH_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "diag.h"
#include "../runtime/core/blob.h"
#include "../runtime/core/boot.h"
#include "../runtime/core/opcode.h"

/* What an operand can be: a text, or a parameter with the text as its default. */
struct program_value {
	const char *text;	     /* never NULL */
	enum parameter_id parameter; /* PARAMETER_COUNT: none */
};

struct program_instruction {
	enum opcode op;
	struct {
		const char *text;		/* STRING */
		struct program_value value;	/* VALUE */
		uint32_t index;			/* NODE, DEVICE, NUMBER */
		VEC(struct program_value) list; /* LIST */
	} operand[OPERANDS_MAX];
	const char *source; /* "file:line:column", or NULL once stripped */
};

/* Without its END, which the writer adds. */
struct program_code {
	bool present;
	VEC(struct program_instruction) instructions;
};

struct program_node {
	const char *name, *description, *source, *replaces,
		*exclusive; /* never NULL, "" for none */
	enum node_kind kind;
	unsigned flags;
	uint32_t attempts, retry_delay; /* the latter in hundredths of a second */
	uint32_t limit;
	struct program_code when, start, match, action, stop;
	VEC(uint32_t) path; /* nodes, ascending */
};

struct program_edge {
	uint32_t from, to;
	enum edge_kind kind;
	enum edge_reason reason;
	const char *source;
};

struct program_parameter {
	enum parameter_id id;
	const char *text;
};

struct program {
	struct arena *arena;
	uint32_t goal;
	VEC(struct program_node) nodes; /* in topological order: see verify.h */
	VEC(struct program_edge) edges; /* sorted by to, then as declared */
	VEC(struct program_parameter) parameters;
};

/* A blob as bytes in the program's arena. Reports DIAG_LIMIT and returns NULL when a table of the
 * blob would overflow; what it returns passes blob_verify. `wakes` is derived from the edges. */
const unsigned char *blob_write(struct program *program, struct diag *diag, bool strip,
				size_t *ret_size);

/* The program of a verified blob. */
struct program *program_read(struct arena *arena, const struct blob *blob);

/* --- text twins (inspect) ------------------------------------------------- */

/* Each writes the whole program to out; errors show in ferror(out). */
void program_list(const struct program *program, FILE *out); /* listing.c */
void program_json(const struct program *program, FILE *out); /* json.c */

/* The program a listing shows, or NULL after reporting what is wrong with it. */
struct program *program_assemble(struct arena *arena, struct diag *diag,
				 const struct text *listing);

#endif
