/* What the listing and its assembler share. bootgraph-dump(1) describes the form. */
#ifndef BOOTGRAPH_LISTING_H
#define BOOTGRAPH_LISTING_H

#include <stdbool.h>
#include <stddef.h>

#include "../program.h"

#define LISTING_HEAD "bootgraph-listing 1"

/* The programs of a node, in the order of blob.def. */
enum listing_code {
	LISTING_WHEN,
	LISTING_START,
	LISTING_MATCH,
	LISTING_ACTION,
	LISTING_STOP,
	LISTING_CODE_COUNT
};

const char *listing_code_name(enum listing_code which);
struct program_code *listing_code(struct program_node *node, enum listing_code which);

/* The name of one bit of a node's flags, or NULL if there is none. */
const char *listing_flag_name(unsigned bit);

/* An operand and an instruction as a line of the listing has it, and a condition the way people
 * write it (NULL if the program does not leave exactly one answer). In the program's arena; shared
 * is that of names.h. */
const char *listing_operand(const struct program *program, const bool *shared,
			    const struct program_instruction *instruction, unsigned operand);
const char *listing_instruction(const struct program *program, const bool *shared,
				const struct program_instruction *instruction);
const char *listing_condition(const struct program *program, const bool *shared,
			      const struct program_code *code);

/* How often a node is tried unless the listing says otherwise. */
enum { LISTING_ATTEMPTS = 1 };

/* Whether a byte may stand in a word without quotes. */
bool listing_is_word_byte(unsigned char byte);

#endif
