#include "opcode.h"
#include "mem.h"

#define A(kind, name)                                                                              \
	{                                                                                          \
		OPERAND_##kind, name, 0                                                            \
	}
#define O(kind, name)                                                                              \
	{                                                                                          \
		OPERAND_##kind, name, 1                                                            \
	}
#define COUNT(...) (sizeof((struct operand[]){__VA_ARGS__}) / sizeof(struct operand))

static const struct op ops[OP_COUNT] = {
#define OP(name, spelling, class, text, ...)                                                       \
	[OP_##name] = {spelling, text, CLASS_##class, COUNT(__VA_ARGS__), {__VA_ARGS__}},
#include "opcodes.def"
#undef OP
};

#define OP(name, spelling, class, text, ...)                                                       \
	_Static_assert(COUNT(__VA_ARGS__) <= OPERANDS_MAX, "too many operands: " spelling);
#include "opcodes.def"
#undef OP

const struct op *opcode_describe(unsigned opcode)
{
	return opcode < OP_COUNT ? &ops[opcode] : NULL;
}

enum opcode opcode_by_name(const char *name, size_t length)
{
	unsigned i;

	for (i = 0; i < OP_COUNT; i++)
		if (strlen(ops[i].name) == length && memcmp(ops[i].name, name, length) == 0)
			break;
	return (enum opcode)i;
}

const char *operand_kind_name(enum operand_kind kind)
{
	static const char *const names[OPERAND_KIND_COUNT] = {
		[OPERAND_NONE] = "NONE",     [OPERAND_STRING] = "STRING", [OPERAND_VALUE] = "VALUE",
		[OPERAND_NODE] = "NODE",     [OPERAND_DEVICE] = "DEVICE", [OPERAND_LIST] = "LIST",
		[OPERAND_NUMBER] = "NUMBER",
	};

	return names[kind];
}
