/* The blob: one static event graph, as the compiler writes it and PID 1 reads it.
 *
 *   +--------+---------------+---------+--------+-----+-------+------+-------+
 *   | header | section table | strings | values | ... | lists | code | debug |
 *   +--------+---------------+---------+--------+-----+-------+------+-------+
 *
 * blob.def has every field; specs/blob-format.md is made from it. A blob is compiled together with
 * the image it goes into, so there is no compatibility between versions: a reader takes exactly its
 * own. Reproducible: the same graph gives the same bytes.
 *
 * Nothing here may be used on a blob that verify.h has not accepted, except blob_u16 and blob_u32
 * within bounds. After that no accessor can leave the blob.
 */
#ifndef BOOTGRAPH_BLOB_H
#define BOOTGRAPH_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	BLOB_VERSION = 3,
	NONE = 0xffff, /* no node, no value, no program, no parameter */
	BLOB_SIZE_MAX = 1 << 20,
};
#define NO_LIMIT      0xffffffffu /* waits for ever */
#define DEFAULT_LIMIT 0xfffffffeu /* device: max(30 s, rootdelay=), none with rootwait */

#define BLOB_MAGIC                                                                                 \
	"\x89"                                                                                     \
	"BGB\r\n\x1a\n"

enum node_kind {
	NODE_TASK,     /* runs its action once */
	NODE_EVENT,    /* does nothing; a point in the boot that others can name */
	NODE_REACTION, /* runs its action for every matching device event */
	NODE_DEVICE,   /* true while a device is there that its match names */
	NODE_KIND_COUNT
};

enum node_flag {
	NODE_RESCUE = 1, /* its failure ends in the rescue shell at once */
	NODE_DAEMON = 2, /* done means ready: its last effect goes on after that */
	NODE_AGAIN = 4,	 /* event: it comes true whenever the wait for the device on which it ends
			    has rested for retry_delay, and those that start on it run once more */
	NODE_FLAGS = 7
};

/* ORDER EDGE_KIND: names in blob.c */
enum edge_kind {
	EDGE_REQUIRES, /* done: go; failed or skipped: fail */
	EDGE_WANTS,    /* waits only while the other can get on by itself */
	EDGE_AFTER,    /* the same, without wanting it: order alone */
	EDGE_START,    /* an event of the other is part of the start condition */
	EDGE_STARTING, /* the start condition asks for `starting` the other; points backwards */
	EDGE_HOLD,     /* the other runs on `starting` this node, which is held until it is done */
	EDGE_PROVIDES, /* a unit makes this device appear: its failure is the device's */
	EDGE_STOP,     /* an event of the other is part of the stop-on; from anywhere */
	EDGE_ENOUGH,   /* the other is the least that would do for this device: once it is there,
			  quiet ends the wait */
	EDGE_LATE,     /* while the other is there, quiet means nothing to this device */
	EDGE_KIND_COUNT
};

/* Why there is an edge: a unit says so, or it follows from something else that is written.
 * ORDER EDGE_REASON: names in blob.c */
enum edge_reason {
	REASON_DECLARED,
	REASON_OPERAND, /* the waiting unit's action works on the device */
	REASON_DATA,	/* it reads a variable that the other writes */
	REASON_PREREQ,	/* scripts: the other is among its prereqs */
	REASON_SAME,	/* it is the same device under another name */
	REASON_SERIAL,	/* scripts: initramfs-tools runs them one after the other */
	EDGE_REASON_COUNT
};

enum section {
#define SECTION(name, bytes, text) SECTION_##name,
#include "blob.def"
#undef SECTION
	SECTION_COUNT
};

/* Bytes of each record, summed from its fields. */
#define FIELD_BYTES(width, name, kind, text) +(width)
enum {
#define VALUE FIELD_BYTES
	VALUE_BYTES = 0
#include "blob.def"
#undef VALUE
#define PARAMETER FIELD_BYTES
	,
	PARAMETER_BYTES = 0
#include "blob.def"
#undef PARAMETER
#define NODE FIELD_BYTES
	,
	NODE_BYTES = 0
#include "blob.def"
#undef NODE
#define EDGE FIELD_BYTES
	,
	EDGE_BYTES = 0
#include "blob.def"
#undef EDGE
#define DEBUG FIELD_BYTES
	,
	DEBUG_BYTES = 0
#include "blob.def"
#undef DEBUG
#define HEADER FIELD_BYTES
	,
	HEADER_BYTES = 0
#include "blob.def"
#undef HEADER
	,
	BLOB_SIZE_MIN = HEADER_BYTES + 8 * SECTION_COUNT
};
#undef FIELD_BYTES

/* One struct for each record, every field widened to 32 bits: struct value, parameter, node, edge,
 * debug, header. */
#define FIELD_MEMBER(width, name, kind, text) uint32_t name;
#define HEADER(width, name, kind, text)	      HEADER_##kind(name)
#define HEADER_MAGIC(name)
#define HEADER_ANY(name)      uint32_t name;
#define HEADER_NODE(name)     uint32_t name;
#define HEADER_SIZE(name)     uint32_t name;
#define HEADER_CHECKSUM(name) uint32_t name;
#define HEADER_STATE(name)    uint32_t name;
struct header {
#include "blob.def"
};
#undef HEADER
#define VALUE FIELD_MEMBER
struct value {
#include "blob.def"
};
#undef VALUE
#define PARAMETER FIELD_MEMBER
struct parameter {
#include "blob.def"
};
#undef PARAMETER
#define NODE FIELD_MEMBER
struct node {
#include "blob.def"
};
#undef NODE
#define EDGE FIELD_MEMBER
struct edge {
#include "blob.def"
};
#undef EDGE
#define DEBUG FIELD_MEMBER
struct debug {
#include "blob.def"
};
#undef DEBUG

/* A blob in memory, its header and table of sections already decoded. Does not own the bytes. */
struct blob {
	const unsigned char *bytes;
	struct header header;
	struct {
		uint32_t offset, count;
	} section[SECTION_COUNT];
};

/* What one field of a record is, for code that treats all records alike. */
enum field_kind {
	FIELD_ANY,
	FIELD_MAGIC,
	FIELD_CHECKSUM,
	FIELD_SIZE,
	FIELD_STATE,
	FIELD_STRING,
	FIELD_TEXT,
	FIELD_NODE,
	FIELD_NODE_OR_NONE,
	FIELD_CODE,
	FIELD_VALUE,
	FIELD_PARAMETER,
	FIELD_ENUM_node_kind,
	FIELD_ENUM_edge_kind,
	FIELD_ENUM_edge_reason,
	FIELD_FLAGS_node_flag,
	FIELD_FIRST_edges,
	FIELD_COUNT_edges,
	FIELD_FIRST_wakes,
	FIELD_COUNT_wakes,
	FIELD_FIRST_paths,
	FIELD_COUNT_paths,
};

struct field {
	const char *name, *text;
	unsigned width;
	enum field_kind kind;
};

/* A section and the fields of its records; field_count is 0 for plain bytes and words. */
struct section_layout {
	const char *name, *text;
	unsigned record_bytes;
	unsigned field_count;
	const struct field *field;
};

const struct section_layout *blob_layout(enum section section);
const struct field *blob_header_fields(unsigned *count);

uint32_t blob_u16(const unsigned char *at);
uint32_t blob_u32(const unsigned char *at);
void blob_put_u16(unsigned char *at, uint32_t number);
void blob_put_u32(unsigned char *at, uint32_t number);

/* Decodes a record into the struct of its kind: fields in order, each widened to 32 bits. */
void blob_get_record(const unsigned char *at, const struct section_layout *layout,
		     uint32_t *fields);

/* The text at an offset of section strings; never NULL. */
const char *blob_string(const struct blob *blob, uint32_t offset);
void blob_node(const struct blob *blob, uint32_t index, struct node *ret_node);
void blob_edge(const struct blob *blob, uint32_t index, struct edge *ret_edge);
void blob_value(const struct blob *blob, uint32_t index, struct value *ret_value);
void blob_parameter(const struct blob *blob, uint32_t index, struct parameter *ret_parameter);
/* An element of a section of 16-bit words: wakes, paths, lists, code. */
uint32_t blob_word(const struct blob *blob, enum section section, uint32_t index);
/* "file:line:column" of the instruction at a word of the code, or "" if stripped. */
const char *blob_code_source(const struct blob *blob, uint32_t word);

/* CRC-32C (Castagnoli, RFC 3720 appendix B.4) of the blob with its checksum field read as zero. */
uint32_t blob_checksum(const unsigned char *bytes, size_t size);

const char *node_kind_name(enum node_kind kind);
const char *edge_kind_name(enum edge_kind kind);
/* Whether such an edge says who comes first: all but `starting`, which comes with a hold the other
 * way round, and what a daemon ends on. */
bool edge_gives_order(enum edge_kind kind);
const char *edge_reason_name(enum edge_reason reason);

#endif
