/* Blob -> program: the inverse of blob_write.c, for everything that shows or changes a blob. */
#include "program.h"

static struct program_value read_value(const struct blob *blob, uint32_t index)
{
	struct value value = {.parameter = NONE};

	if (index != NONE)
		blob_value(blob, index, &value);
	return (struct program_value){
		.text = blob_string(blob, value.text),
		.parameter = value.parameter == NONE ? PARAMETER_COUNT
						     : (enum parameter_id)value.parameter,
	};
}

static void read_operand(struct arena *arena, const struct blob *blob,
			 struct program_instruction *in, unsigned i, uint32_t word)
{
	uint32_t count;

	switch (opcode_describe(in->op)->operand[i].kind) {
	case OPERAND_STRING:
		in->operand[i].text = blob_string(blob, word);
		break;
	case OPERAND_VALUE:
		in->operand[i].value = read_value(blob, word);
		break;
	case OPERAND_LIST:
		count = blob_word(blob, SECTION_lists, word);
		for (uint32_t k = 1; k <= count; k++)
			vec_push(arena, &in->operand[i].list,
				 read_value(blob, blob_word(blob, SECTION_lists, word + k)));
		break;
	case OPERAND_NODE:
	case OPERAND_DEVICE:
	case OPERAND_NUMBER:
		in->operand[i].index = word;
		break;
	case OPERAND_NONE:
	case OPERAND_KIND_COUNT:
		break;
	}
}

static struct program_code read_code(struct arena *arena, const struct blob *blob, uint32_t at)
{
	struct program_code code = {.present = at != NONE};
	enum opcode op;

	if (!code.present)
		return code;
	while ((op = (enum opcode)blob_word(blob, SECTION_code, at)) != OP_END) {
		struct program_instruction in = {.op = op};
		const char *source = blob_code_source(blob, at);
		unsigned count = opcode_describe(op)->operand_count;

		in.source = source[0] != '\0' ? source : NULL;
		for (unsigned i = 0; i < count; i++)
			read_operand(arena, blob, &in, i,
				     blob_word(blob, SECTION_code, at + 1 + i));
		vec_push(arena, &code.instructions, in);
		at += 1 + count;
	}
	return code;
}

static struct program_node read_node(struct arena *arena, const struct blob *blob, uint32_t i)
{
	struct program_node node;
	struct node record;

	blob_node(blob, i, &record);
	node = (struct program_node){
		.name = blob_string(blob, record.name),
		.description = blob_string(blob, record.description),
		.source = blob_string(blob, record.source),
		.replaces = blob_string(blob, record.replaces),
		.exclusive = blob_string(blob, record.exclusive),
		.kind = (enum node_kind)record.kind,
		.flags = record.flags,
		.attempts = record.attempts,
		.retry_delay = record.retry_delay,
		.limit = record.limit,
		.when = read_code(arena, blob, record.when),
		.start = read_code(arena, blob, record.start),
		.match = read_code(arena, blob, record.match),
		.action = read_code(arena, blob, record.action),
		.stop = read_code(arena, blob, record.stop),
	};
	for (uint32_t k = 0; k < record.path_count; k++)
		vec_push(arena, &node.path, blob_word(blob, SECTION_paths, record.first_path + k));
	return node;
}

static void read_edges(struct program *program, const struct blob *blob, uint32_t i)
{
	struct node node;

	blob_node(blob, i, &node);
	for (uint32_t k = 0; k < node.edge_count; k++) {
		struct edge edge;
		struct program_edge read;

		blob_edge(blob, node.first_edge + k, &edge);
		read = (struct program_edge){edge.from, edge.to, (enum edge_kind)edge.kind,
					     (enum edge_reason)edge.reason,
					     blob_string(blob, edge.source)};
		vec_push(program->arena, &program->edges, read);
	}
}

/* The texts stay in the blob, which therefore has to live as long as the program. */
struct program *program_read(struct arena *arena, const struct blob *blob)
{
	struct program *program = arena_alloc(arena, sizeof *program);

	program->arena = arena;
	program->goal = blob->header.goal;
	for (uint32_t i = 0; i < blob->section[SECTION_nodes].count; i++) {
		vec_push(arena, &program->nodes, read_node(arena, blob, i));
		read_edges(program, blob, i);
	}
	for (uint32_t i = 0; i < blob->section[SECTION_parameters].count; i++) {
		struct parameter given;
		blob_parameter(blob, i, &given);
		vec_push(arena, &program->parameters,
			 ((struct program_parameter){(enum parameter_id)given.parameter,
						     blob_string(blob, given.text)}));
	}
	return program;
}
