#include "verify.h"
#include "boot.h"
#include "guard.h"
#include "machine.h"
#include "mem.h"
#include "opcode.h"

/* One verification: the blob as far as it is known to be sound, and where to say what is not. */
struct verifier {
	struct blob blob;
	size_t size;
	struct refusal *refusal;
};

static bool refuse(struct verifier *v, const char *what, uint32_t index, const char *reason)
{
	*v->refusal = (struct refusal){reason, what, index};
	return false;
}

static uint32_t count_of(const struct verifier *v, enum section section)
{
	return v->blob.section[section].count;
}

/* --- header and table of sections ----------------------------------------- */

static bool read_header(struct verifier *v)
{
	const unsigned char *at = v->blob.bytes;
	struct header *header = &v->blob.header;

	if (v->size < BLOB_SIZE_MIN)
		return refuse(v, "header", 0, "truncated");
	if (memcmp(at, BLOB_MAGIC, 8) != 0)
		return refuse(v, "header", 0, "not a blob");
	header->version = blob_u16(at + 8);
	header->goal = blob_u16(at + 10);
	header->size = blob_u32(at + 12);
	header->checksum = blob_u32(at + 16);
	header->state_size = blob_u32(at + 20);
	if (header->version != BLOB_VERSION)
		return refuse(v, "header", header->version, "another version");
	if (header->size != v->size)
		return refuse(v, "header", header->size,
			      header->size > v->size ? "truncated" : "longer than it says");
	if (v->size > BLOB_SIZE_MAX)
		return refuse(v, "header", header->size, "too large");
	if (header->checksum != blob_checksum(at, v->size))
		return refuse(v, "header", header->checksum, "checksum does not match");
	return true;
}

/* Sections follow one another without gaps, so a table that fits is known to have no overlap. */
static bool read_sections(struct verifier *v)
{
	uint32_t end = BLOB_SIZE_MIN;
	unsigned i;

	for (i = 0; i < SECTION_COUNT; i++) {
		const unsigned char *at = v->blob.bytes + HEADER_BYTES + (size_t)8 * i;
		uint32_t offset = blob_u32(at), count = blob_u32(at + 4);
		uint32_t bytes = blob_layout((enum section)i)->record_bytes;

		if (offset != end)
			return refuse(v, blob_layout((enum section)i)->name, 0,
				      "section is not where the one before ends");
		if (count > (v->size - offset) / bytes)
			return refuse(v, blob_layout((enum section)i)->name, count,
				      "section reaches past the end");
		if (count >= NONE)
			return refuse(v, blob_layout((enum section)i)->name, count,
				      "too many records");
		v->blob.section[i].offset = offset;
		v->blob.section[i].count = count;
		end = offset + count * bytes;
	}
	return end == v->size || refuse(v, "header", end, "bytes after the last section");
}

static bool check_strings(struct verifier *v)
{
	uint32_t count = count_of(v, SECTION_strings);
	const unsigned char *strings = v->blob.bytes + v->blob.section[SECTION_strings].offset;

	if (count == 0 || strings[0] != '\0')
		return refuse(v, "strings", 0, "does not begin with the empty string");
	return strings[count - 1] == '\0' ||
	       refuse(v, "strings", count - 1, "last string not ended");
}

/* --- records, field by field
 * ---------------------------------------------------------------------- */

/* Whether an offset is the beginning of a string, not its middle: one text has one offset, so that
 * equal offsets mean equal texts. */
static bool is_string(const struct verifier *v, uint32_t offset)
{
	const unsigned char *strings = v->blob.bytes + v->blob.section[SECTION_strings].offset;

	return offset < count_of(v, SECTION_strings) &&
	       (offset == 0 || strings[offset - 1] == '\0');
}

static bool range_fits(uint32_t first, uint32_t count, uint32_t limit)
{
	return first <= limit && count <= limit - first;
}

/* A field's value by itself; for COUNT_x the field before it is the range's first. */
static const char *field_problem(const struct verifier *v, const struct field *field,
				 const uint32_t *at)
{
	bool ok = true;

	switch (field->kind) {
	case FIELD_STRING:
		ok = *at != 0 && is_string(v, *at);
		break;
	case FIELD_TEXT:
		ok = is_string(v, *at);
		break;
	case FIELD_NODE:
		ok = *at < count_of(v, SECTION_nodes);
		break;
	case FIELD_CODE:
		ok = *at == NONE || *at < count_of(v, SECTION_code);
		break;
	case FIELD_PARAMETER:
		ok = *at == NONE || *at < PARAMETER_COUNT;
		break;
	case FIELD_ENUM_node_kind:
		ok = *at < NODE_KIND_COUNT;
		break;
	case FIELD_ENUM_edge_kind:
		ok = *at < EDGE_KIND_COUNT;
		break;
	case FIELD_ENUM_edge_reason:
		ok = *at < EDGE_REASON_COUNT;
		break;
	case FIELD_FLAGS_node_flag:
		ok = (*at & ~(uint32_t)NODE_FLAGS) == 0;
		break;
	case FIELD_COUNT_edges:
		ok = range_fits(at[-1], *at, count_of(v, SECTION_edges));
		break;
	case FIELD_COUNT_wakes:
		ok = range_fits(at[-1], *at, count_of(v, SECTION_wakes));
		break;
	case FIELD_COUNT_paths:
		ok = range_fits(at[-1], *at, count_of(v, SECTION_paths));
		break;
	default:
		break;
	}
	return ok ? NULL : field->name;
}

static bool check_records(struct verifier *v, enum section section)
{
	enum { FIELDS_MAX = 32 };
	const struct section_layout *layout = blob_layout(section);
	uint32_t fields[FIELDS_MAX], index;
	unsigned i;

	_Static_assert(sizeof(struct node) <= sizeof fields, "FIELDS_MAX");
	for (index = 0; index < count_of(v, section); index++) {
		blob_get_record(v->blob.bytes + v->blob.section[section].offset +
					(size_t)index * layout->record_bytes,
				layout, fields);
		for (i = 0; i < layout->field_count; i++) {
			const char *problem = field_problem(v, &layout->field[i], &fields[i]);

			if (problem != NULL)
				return refuse(v, layout->name, index, problem);
		}
	}
	return true;
}

static bool check_words(struct verifier *v, enum section section)
{
	uint32_t i;

	for (i = 0; i < count_of(v, section); i++)
		if (blob_word(&v->blob, section, i) >= count_of(v, SECTION_nodes))
			return refuse(v, blob_layout(section)->name, i, "no such node");
	return true;
}

static bool check_lists(struct verifier *v)
{
	uint32_t at = 0, end = count_of(v, SECTION_lists);

	while (at < end) {
		uint32_t count = blob_word(&v->blob, SECTION_lists, at++);

		if (count > end - at)
			return refuse(v, "lists", at - 1, "list reaches past the end");
		for (; count > 0; count--, at++)
			if (blob_word(&v->blob, SECTION_lists, at) >= count_of(v, SECTION_values))
				return refuse(v, "lists", at, "no such value");
	}
	return true;
}

static bool is_list(const struct verifier *v, uint32_t index)
{
	uint32_t at = 0;

	while (at < index && at < count_of(v, SECTION_lists))
		at += 1 + blob_word(&v->blob, SECTION_lists, at);
	return at == index && at < count_of(v, SECTION_lists);
}

/* --- programs
 * -------------------------------------------------------------------------------------- */

static bool operand_fits(const struct verifier *v, enum operand_kind kind, uint32_t word)
{
	struct node node;

	switch (kind) {
	case OPERAND_STRING:
		return is_string(v, word);
	case OPERAND_VALUE:
		return word == NONE || word < count_of(v, SECTION_values);
	case OPERAND_NODE:
		return word < count_of(v, SECTION_nodes);
	case OPERAND_DEVICE:
		if (word >= count_of(v, SECTION_nodes))
			return false;
		blob_node(&v->blob, word, &node);
		return node.kind == NODE_DEVICE;
	case OPERAND_LIST:
		return is_list(v, word);
	default:
		return true;
	}
}

/* What the answers' stack is after an instruction, or -1 if it has too few or too many. */
static int depth_after(enum opcode op, enum op_class class, int depth)
{
	if (class == CLASS_TEST || class == CLASS_MATCH)
		return depth < GUARD_DEPTH_MAX ? depth + 1 : -1;
	if (op == OP_NOT)
		return depth >= 1 ? depth : -1;
	if (class == CLASS_LOGIC)
		return depth >= 2 ? depth - 1 : -1;
	return depth;
}

/* A program from a word of the code to its end, of instructions of these classes only. */
static bool check_program(struct verifier *v, uint32_t at, unsigned classes, bool answers)
{
	uint32_t end = count_of(v, SECTION_code);
	int depth = 0;

	while (at < end) {
		uint32_t start = at, word = blob_word(&v->blob, SECTION_code, at++);
		const struct op *row = opcode_describe(word);
		unsigned i;

		if (row == NULL)
			return refuse(v, "code", start, "no such opcode");
		if (!(classes >> row->class & 1))
			return refuse(v, "code", start, "opcode in a program of another kind");
		if (word == OP_END)
			return !answers || depth == 1 ||
			       refuse(v, "code", start, "program does not end with one answer");
		if (row->operand_count > end - at)
			break;
		for (i = 0; i < row->operand_count; i++)
			if (!operand_fits(v, row->operand[i].kind,
					  blob_word(&v->blob, SECTION_code, at++)))
				return refuse(v, "code", start, row->operand[i].name);
		depth = depth_after((enum opcode)word, row->class, depth);
		if (depth < 0)
			return refuse(v, "code", start, "too few or too many answers");
	}
	return refuse(v, "code", end, "program without an end");
}

static bool check_node_programs(struct verifier *v, const struct node *node)
{
	enum {
		BOTH = 1 << CLASS_FLOW | 1 << CLASS_LOGIC,
		TESTS = BOTH | 1 << CLASS_TEST,
		MATCHES = BOTH | 1 << CLASS_MATCH,
		EFFECTS = 1 << CLASS_FLOW | 1 << CLASS_EFFECT,
	};

	return (node->when == NONE || check_program(v, node->when, TESTS, true)) &&
	       (node->start == NONE || check_program(v, node->start, TESTS, true)) &&
	       (node->stop == NONE || check_program(v, node->stop, TESTS, true)) &&
	       (node->match == NONE || check_program(v, node->match, MATCHES, true)) &&
	       (node->action == NONE || check_program(v, node->action, EFFECTS, false));
}

/* --- the graph ---------------------------------------------------------------------------- */

static bool check_edge(struct verifier *v, uint32_t index, uint32_t to)
{
	struct edge edge;
	struct node node;

	blob_edge(&v->blob, index, &edge);
	blob_node(&v->blob, to, &node);
	if (edge.to != to)
		return refuse(v, "edges", index, "edge is not among its own node's");
	/* What bounds the machine's work: see machine.c. */
	if (edge.kind == EDGE_STOP	 ? edge.from == to
	    : edge.kind == EDGE_STARTING ? edge.from <= to
					 : edge.from >= to)
		return refuse(v, "edges", index, "edge points the wrong way");
	/* A task ends once, so that an event of anybody's can make it. */
	if (edge.kind == EDGE_STOP && node.kind != NODE_TASK && !(node.flags & NODE_AGAIN))
		return refuse(v, "edges", index, "only tasks are told to end");
	if ((edge.kind == EDGE_PROVIDES || edge.kind == EDGE_ENOUGH || edge.kind == EDGE_LATE) !=
	    (node.kind == NODE_DEVICE))
		return refuse(v, "edges", index, "only devices are provided, and nothing else");
	blob_node(&v->blob, edge.from, &node);
	if ((edge.kind == EDGE_ENOUGH || edge.kind == EDGE_LATE) && node.kind != NODE_DEVICE)
		return refuse(v, "edges", index, "only devices are enough, or late");
	return true;
}

static bool check_node(struct verifier *v, uint32_t index, const struct node *node)
{
	if (!check_node_programs(v, node))
		return false;
	if (node->action != NONE && node->kind != NODE_TASK && node->kind != NODE_REACTION)
		return refuse(v, "nodes", index, "action of what does nothing");
	if (node->kind == NODE_TASK && node->attempts == 0)
		return refuse(v, "nodes", index, "task that may not be tried");
	if (node->stop != NONE && node->kind != NODE_TASK && !(node->flags & NODE_AGAIN))
		return refuse(v, "nodes", index, "end of what is no task");
	if (node->flags & NODE_AGAIN && (node->kind != NODE_EVENT || node->retry_delay == 0))
		return refuse(v, "nodes", index, "again and again, but no event, or without rest");
	if (node->flags & NODE_DAEMON && (node->kind != NODE_TASK || node->action == NONE))
		return refuse(v, "nodes", index, "daemon that is no task");
	if (node->kind == NODE_DEVICE && node->match == NONE)
		return refuse(v, "nodes", index, "device without a match");
	return true;
}

static bool check_graph(struct verifier *v)
{
	uint32_t i, k;
	struct node node;

	if (count_of(v, SECTION_nodes) == 0 || v->blob.header.goal >= count_of(v, SECTION_nodes))
		return refuse(v, "header", v->blob.header.goal, "no such goal");
	for (i = 0; i < count_of(v, SECTION_nodes); i++) {
		blob_node(&v->blob, i, &node);
		if (!check_node(v, i, &node))
			return false;
		for (k = 0; k < node.edge_count; k++)
			if (!check_edge(v, node.first_edge + k, i))
				return false;
	}
	return true;
}

static bool check_debug(struct verifier *v)
{
	uint32_t i, last = 0;
	const unsigned char *at = v->blob.bytes + v->blob.section[SECTION_debug].offset;

	for (i = 0; i < count_of(v, SECTION_debug); i++, at += DEBUG_BYTES) {
		if (i > 0 && blob_u16(at) <= last)
			return refuse(v, "debug", i, "not ascending");
		last = blob_u16(at);
	}
	return true;
}

/* What the first pass over parameters lets pass and boot_read_command_line does not expect. */
static bool check_parameters(struct verifier *v)
{
	uint32_t i;
	struct parameter parameter;

	for (i = 0; i < count_of(v, SECTION_parameters); i++) {
		blob_parameter(&v->blob, i, &parameter);
		if (parameter.parameter == NONE)
			return refuse(v, "parameters", i, "no such parameter");
	}
	return true;
}

bool blob_verify(const void *bytes, size_t size, struct blob *ret_blob, struct refusal *reterr)
{
	struct verifier v = {.blob.bytes = bytes, .size = size, .refusal = reterr};

	if (!read_header(&v) || !read_sections(&v) || !check_strings(&v) ||
	    !check_records(&v, SECTION_values) || !check_records(&v, SECTION_parameters) ||
	    !check_records(&v, SECTION_nodes) || !check_records(&v, SECTION_edges) ||
	    !check_records(&v, SECTION_debug) || !check_words(&v, SECTION_wakes) ||
	    !check_words(&v, SECTION_paths) || !check_lists(&v) || !check_parameters(&v) ||
	    !check_graph(&v) || !check_debug(&v))
		return false;
	if (v.blob.header.state_size != machine_state_size(count_of(&v, SECTION_nodes)))
		return refuse(&v, "header", v.blob.header.state_size,
			      "state size does not fit the graph");
	*ret_blob = v.blob;
	return true;
}
