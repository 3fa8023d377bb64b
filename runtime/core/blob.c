#include "blob.h"
#include "mem.h"

#define FIELD_ROW(width, name, kind, text) {#name, text, width, FIELD_##kind},
static const struct field header_fields[] = {
#define HEADER FIELD_ROW
#include "blob.def"
#undef HEADER
};
static const struct field values_fields[] = {
#define VALUE FIELD_ROW
#include "blob.def"
#undef VALUE
};
static const struct field parameters_fields[] = {
#define PARAMETER FIELD_ROW
#include "blob.def"
#undef PARAMETER
};
static const struct field nodes_fields[] = {
#define NODE FIELD_ROW
#include "blob.def"
#undef NODE
};
static const struct field edges_fields[] = {
#define EDGE FIELD_ROW
#include "blob.def"
#undef EDGE
};
static const struct field debug_fields[] = {
#define DEBUG FIELD_ROW
#include "blob.def"
#undef DEBUG
};
#undef FIELD_ROW

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Sections of plain bytes or words have no fields. */
#define strings_fields NULL
#define wakes_fields   NULL
#define paths_fields   NULL
#define lists_fields   NULL
#define code_fields    NULL
#define strings_count  0
#define wakes_count    0
#define paths_count    0
#define lists_count    0
#define code_count     0
enum {
	values_count = COUNT(values_fields),
	parameters_count = COUNT(parameters_fields),
	nodes_count = COUNT(nodes_fields),
	edges_count = COUNT(edges_fields),
	debug_count = COUNT(debug_fields),
};

static const struct section_layout layouts[SECTION_COUNT] = {
#define SECTION(name, bytes, text)                                                                 \
	[SECTION_##name] = {#name, text, bytes, name##_count, name##_fields},
#include "blob.def"
#undef SECTION
};

const struct section_layout *blob_layout(enum section section)
{
	return &layouts[section];
}

const struct field *blob_header_fields(unsigned *count)
{
	*count = COUNT(header_fields);
	return header_fields;
}

uint32_t blob_u16(const unsigned char *at)
{
	return at[0] | (uint32_t)at[1] << 8;
}

uint32_t blob_u32(const unsigned char *at)
{
	return blob_u16(at) | blob_u16(at + 2) << 16;
}

void blob_put_u16(unsigned char *at, uint32_t number)
{
	at[0] = (unsigned char)number;
	at[1] = (unsigned char)(number >> 8);
}

void blob_put_u32(unsigned char *at, uint32_t number)
{
	blob_put_u16(at, number & 0xffff);
	blob_put_u16(at + 2, number >> 16);
}

static inline uint32_t field_read(const unsigned char *at, unsigned width)
{
	return width == 1 ? at[0] : width == 2 ? blob_u16(at) : blob_u32(at);
}

void blob_get_record(const unsigned char *at, const struct section_layout *layout, uint32_t *fields)
{
	unsigned i;

	for (i = 0; i < layout->field_count; i++) {
		fields[i] = field_read(at, layout->field[i].width);
		at += layout->field[i].width;
	}
}

static const unsigned char *record_at(const struct blob *blob, enum section section, uint32_t index)
{
	return blob->bytes + blob->section[section].offset +
	       (size_t)index * layouts[section].record_bytes;
}

const char *blob_string(const struct blob *blob, uint32_t offset)
{
	return (const char *)record_at(blob, SECTION_strings, offset);
}

/* The structs are their fields in order, each a uint32_t, so they are read as arrays of them. */
#define RECORD_IS_FIELDS(type, name)                                                               \
	_Static_assert(sizeof(struct type) == name##_count * sizeof(uint32_t), "struct " #type)
RECORD_IS_FIELDS(value, values);
RECORD_IS_FIELDS(parameter, parameters);
RECORD_IS_FIELDS(node, nodes);
RECORD_IS_FIELDS(edge, edges);
RECORD_IS_FIELDS(debug, debug);

static void get_record(const struct blob *blob, enum section section, uint32_t index, void *record)
{
	uint32_t *fields = record;

	blob_get_record(record_at(blob, section, index), &layouts[section], fields);
}

/* Nodes and edges are what the machine reads all the time: field by field, without the table. */
#define READ_FIELD(width, name, kind, text)                                                        \
	ret->name = field_read(at, width);                                                         \
	at += (width);

void blob_node(const struct blob *blob, uint32_t index, struct node *ret)
{
	const unsigned char *at = record_at(blob, SECTION_nodes, index);

#define NODE READ_FIELD
#include "blob.def"
#undef NODE
	(void)at;
}

void blob_edge(const struct blob *blob, uint32_t index, struct edge *ret)
{
	const unsigned char *at = record_at(blob, SECTION_edges, index);

#define EDGE READ_FIELD
#include "blob.def"
#undef EDGE
	(void)at;
}
#undef READ_FIELD

void blob_value(const struct blob *blob, uint32_t index, struct value *ret_value)
{
	get_record(blob, SECTION_values, index, ret_value);
}

void blob_parameter(const struct blob *blob, uint32_t index, struct parameter *ret_parameter)
{
	get_record(blob, SECTION_parameters, index, ret_parameter);
}

uint32_t blob_word(const struct blob *blob, enum section section, uint32_t index)
{
	return blob_u16(record_at(blob, section, index));
}

const char *blob_code_source(const struct blob *blob, uint32_t word)
{
	uint32_t low = 0, high = blob->section[SECTION_debug].count;
	struct debug debug = {0};

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		get_record(blob, SECTION_debug, middle, &debug);
		if (debug.code == word)
			return blob_string(blob, debug.source);
		if (debug.code < word)
			low = middle + 1;
		else
			high = middle;
	}
	return "";
}

uint32_t blob_checksum(const unsigned char *bytes, size_t size)
{
	/* The checksum field's place: after magic, version, goal and size. */
	enum { CHECKSUM_AT = 8 + 2 + 2 + 4 };
	static const uint32_t table[16] = {
		/* of the reversed polynomial 0x82f63b78, a nibble a step */
		0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
		0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
		0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
	};
	uint32_t crc = 0xffffffff;
	size_t i;

	for (i = 0; i < size; i++) {
		crc ^= i - CHECKSUM_AT < 4 ? 0 : bytes[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

const char *node_kind_name(enum node_kind kind)
{
	static const char *const names[NODE_KIND_COUNT] = {"task", "event", "reaction", "device"};

	return names[kind];
}

bool edge_gives_order(enum edge_kind kind)
{
	return kind != EDGE_STARTING && kind != EDGE_STOP;
}

const char *edge_reason_name(enum edge_reason reason)
{
	/* ORDER EDGE_REASON */
	static const char *const names[EDGE_REASON_COUNT] = {"declared", "operand", "data",
							     "prereq",	 "same",    "serial"};

	return names[reason];
}

const char *edge_kind_name(enum edge_kind kind)
{
	/* ORDER EDGE_KIND */
	static const char *const names[EDGE_KIND_COUNT] = {"requires", "wants", "after",    "start",
							   "starting", "hold",	"provides", "stop",
							   "enough",   "late"};

	return names[kind];
}
