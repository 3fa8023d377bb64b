/* Program -> JSON, for scripts. The same content as the listing: objects by name, absent where a
 * node has nothing to say; bootgraph-dump(1) has the keys. */
#include <string.h>

#include "listing.h"
#include "names.h"
#include "../json_text.h"

struct writer {
	const struct program *program;
	const bool *shared;
};

static void add_text(struct json_object *object, const char *key, const char *text)
{
	if (text != NULL && text[0] != '\0')
		json_object_object_add(object, key, json_text(text));
}

static struct json_object *new_value(const struct program_value *value)
{
	struct json_object *object;

	if (value->parameter == PARAMETER_COUNT)
		return json_text(value->text);
	object = json_object_new_object();
	add_text(object, "parameter", parameter_name(value->parameter));
	add_text(object, "default", value->text);
	return object;
}

static struct json_object *new_reference(const struct writer *w, uint32_t node)
{
	return json_text(names_reference(w->program, w->shared, node));
}

static struct json_object *new_operand(const struct writer *w, const struct program_instruction *in,
				       unsigned i)
{
	struct json_object *array;

	switch (opcode_describe(in->op)->operand[i].kind) {
	case OPERAND_STRING:
		return json_text(in->operand[i].text);
	case OPERAND_VALUE:
		return new_value(&in->operand[i].value);
	case OPERAND_NODE:
	case OPERAND_DEVICE:
		return new_reference(w, in->operand[i].index);
	case OPERAND_NUMBER:
		return json_object_new_int64(in->operand[i].index);
	case OPERAND_LIST:
		array = json_object_new_array();
		for (size_t k = 0; k < in->operand[i].list.count; k++)
			json_object_array_add(array, new_value(&in->operand[i].list.item[k]));
		return array;
	case OPERAND_NONE:
	case OPERAND_KIND_COUNT:
		break;
	}
	return NULL;
}

static struct json_object *new_code(const struct writer *w, const struct program_code *code)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < code->instructions.count; i++) {
		const struct program_instruction *in = &code->instructions.item[i];
		const struct op *op = opcode_describe(in->op);
		struct json_object *object = json_object_new_object();

		add_text(object, "op", op->name);
		for (unsigned k = 0; k < op->operand_count; k++)
			json_object_object_add(object, op->operand[k].name, new_operand(w, in, k));
		add_text(object, "source", in->source);
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *new_edges(const struct writer *w, const struct program_edge *edge,
				     size_t count)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < count; i++) {
		struct json_object *object = json_object_new_object();

		add_text(object, "kind", edge_kind_name(edge[i].kind));
		json_object_object_add(object, "from", new_reference(w, edge[i].from));
		if (edge[i].reason != REASON_DECLARED)
			add_text(object, "reason", edge_reason_name(edge[i].reason));
		add_text(object, "source", edge[i].source);
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *new_flags(unsigned flags)
{
	struct json_object *array = json_object_new_array();

	for (unsigned bit = 1; bit != 0 && bit <= flags; bit <<= 1)
		if ((flags & bit) != 0 && listing_flag_name(bit) != NULL)
			json_object_array_add(array, json_text(listing_flag_name(bit)));
	return array;
}

static struct json_object *new_limit(uint32_t limit)
{
	if (limit == NO_LIMIT)
		return json_text("none");
	return limit == DEFAULT_LIMIT ? json_text("default") : json_object_new_int64(limit);
}

static struct json_object *new_path(const struct writer *w, const struct program_node *node)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < node->path.count; i++)
		json_object_array_add(array, new_reference(w, node->path.item[i]));
	return array;
}

static struct json_object *new_node(const struct writer *w, uint32_t i,
				    const struct program_edge *edge, size_t edge_count)
{
	struct program_node *node = &w->program->nodes.item[i];
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "id", new_reference(w, i));
	json_object_object_add(object, "name", json_text(node->name));
	add_text(object, "kind", node_kind_name(node->kind));
	add_text(object, "description", node->description);
	add_text(object, "source", node->source);
	if (node->flags != 0)
		json_object_object_add(object, "flags", new_flags(node->flags));
	add_text(object, "replaces", node->replaces);
	add_text(object, "exclusive", node->exclusive);
	json_object_object_add(object, "attempts", json_object_new_int64(node->attempts));
	json_object_object_add(object, "retry-delay", json_object_new_int64(node->retry_delay));
	json_object_object_add(object, "limit", new_limit(node->limit));
	json_object_object_add(object, "edges", new_edges(w, edge, edge_count));
	for (unsigned which = 0; which < LISTING_CODE_COUNT; which++)
		if (listing_code(node, which)->present)
			json_object_object_add(object, listing_code_name(which),
					       new_code(w, listing_code(node, which)));
	if (node->path.count > 0)
		json_object_object_add(object, "path", new_path(w, node));
	return object;
}

static struct json_object *new_parameters(const struct program *program)
{
	struct json_object *object = json_object_new_object();

	for (size_t i = 0; i < program->parameters.count; i++)
		json_object_object_add(object, parameter_name(program->parameters.item[i].id),
				       json_text(program->parameters.item[i].text));
	return object;
}

void program_json(const struct program *program, FILE *out)
{
	struct writer w = {program, names_shared(program)};
	struct json_object *root = json_object_new_object(), *nodes = json_object_new_array();
	size_t e = 0;

	json_object_object_add(root, "version", json_object_new_int64(BLOB_VERSION));
	json_object_object_add(root, "goal", new_reference(&w, program->goal));
	json_object_object_add(root, "parameters", new_parameters(program));
	for (uint32_t i = 0; i < program->nodes.count; i++) {
		size_t first = e;

		while (e < program->edges.count && program->edges.item[e].to == i)
			e++;
		json_object_array_add(
			nodes,
			new_node(&w, i, e > first ? &program->edges.item[first] : NULL, e - first));
	}
	json_object_object_add(root, "nodes", nodes);
	json_print(root, out);
	json_object_put(root);
}
