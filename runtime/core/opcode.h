/* Opcodes and their descriptors, all made from opcodes.def.
 *
 * An instruction is one 16-bit word with the opcode, followed by one 16-bit word per operand. */
#ifndef BOOTGRAPH_OPCODE_H
#define BOOTGRAPH_OPCODE_H

#include <stddef.h>
#include <stdint.h>

enum { OPERANDS_MAX = 5 };

enum operand_kind {
	OPERAND_NONE,
	OPERAND_STRING, /* offset into section strings */
	OPERAND_VALUE,	/* index into section values */
	OPERAND_NODE,	/* index into section nodes */
	OPERAND_DEVICE, /* index into section nodes; the node's kind is NODE_DEVICE */
	OPERAND_LIST,	/* index into section lists, at a count */
	OPERAND_NUMBER, /* the word itself */
	OPERAND_KIND_COUNT
};

enum op_class {
	CLASS_FLOW,
	CLASS_TEST,
	CLASS_MATCH,
	CLASS_LOGIC,
	CLASS_EFFECT,
};

enum opcode {
#define OP(name, ...) OP_##name,
#include "opcodes.def"
#undef OP
	OP_COUNT
};

struct operand {
	enum operand_kind kind;
	const char *name;
	unsigned char optional; /* may be left out in a unit file */
};

struct op {
	const char *name; /* spelling in listings and unit files */
	const char *text; /* one sentence for specs/opcodes.md */
	enum op_class class;
	unsigned operand_count;
	struct operand operand[OPERANDS_MAX];
};

/* The row of an opcode, or NULL if there is no such opcode. */
const struct op *opcode_describe(unsigned opcode);

/* The opcode with this spelling (length bytes, not NUL-terminated), or OP_COUNT. */
enum opcode opcode_by_name(const char *name, size_t length);

/* "STRING", "VALUE", ...: for documentation and error messages. */
const char *operand_kind_name(enum operand_kind kind);

#endif
