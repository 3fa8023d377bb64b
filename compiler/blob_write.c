/* Program -> blob.
 *
 * The writer walks the program once, in the order of blob.def: nodes with their fields (and with
 * them their programs, values and lists), edges, parameters, and last what --strip leaves out. A
 * text, value or list gets its place when it is first met, so the same program gives the same
 * bytes, and a stripped blob is the unstripped one without its end. */
#include <string.h>

#include "program.h"
#include "../runtime/core/machine.h"
#include "../runtime/core/verify.h"
#include "inspect/blob_file.h"

/* Places are 16 bits wide and NONE is not one of them. */
enum { PLACES_MAX = NONE - 1 };

struct section_bytes {
	VEC(unsigned char) bytes;
};

/* An open-addressed table from a piece of a section to its place there. */
struct index_table {
	uint32_t *slot; /* place + 1, or 0 */
	size_t size;	/* a power of two */
	size_t used;
};

struct writer {
	struct program *program;
	struct arena *arena;
	struct section_bytes section[SECTION_COUNT];
	struct index_table texts, values;
	VEC(struct debug_row {
		uint32_t word;
		const char *source;
	})
	debug;
};

/* --- sections ------------------------------------------------------------- */

static size_t record_count(const struct writer *w, enum section section)
{
	return w->section[section].bytes.count / blob_layout(section)->record_bytes;
}

static void put_byte(struct writer *w, enum section section, unsigned char byte)
{
	vec_push(w->arena, &w->section[section].bytes, byte);
}

/* Appends a little-endian number. What does not fit is cut off here and reported at the end, when
 * the sizes of all sections are known. */
static void put(struct writer *w, enum section section, unsigned width, uint32_t number)
{
	for (unsigned i = 0; i < width; i++)
		put_byte(w, section, (unsigned char)(number >> 8 * i));
}

/* Appends a record from the struct of its kind: its members are the fields in order. */
static void put_record(struct writer *w, enum section section, const void *record, size_t size)
{
	const struct section_layout *layout = blob_layout(section);
	const unsigned char *at = record;

	for (unsigned i = 0; i < layout->field_count && size >= sizeof(uint32_t); i++) {
		uint32_t field;

		memcpy(&field, at, sizeof field);
		put(w, section, layout->field[i].width, field);
		at += sizeof field;
		size -= sizeof field;
	}
}

/* --- texts and values, each once ------------------------------------------ */

static uint32_t hash_bytes(const void *bytes, size_t size)
{
	const unsigned char *at = bytes;
	uint32_t hash = 2166136261u; /* FNV-1a */

	while (size-- > 0)
		hash = (hash ^ *at++) * 16777619u;
	return hash;
}

/* The slot in which a piece is, or belongs. Texts are compared with their NUL, so that no text is
 * taken for the beginning of another. */
static uint32_t *find_slot(const struct writer *w, const struct index_table *table,
			   enum section section, const void *piece, size_t size)
{
	const unsigned char *bytes = w->section[section].bytes.item;
	size_t count = w->section[section].bytes.count;
	size_t unit = blob_layout(section)->record_bytes;
	size_t i = hash_bytes(piece, size) & (table->size - 1);

	for (; table->slot[i] != 0; i = (i + 1) & (table->size - 1)) {
		size_t at = (table->slot[i] - 1) * unit;
		if (bytes != NULL && at + size <= count && memcmp(bytes + at, piece, size) == 0)
			break;
	}
	return &table->slot[i];
}

static size_t piece_size(enum section section, const unsigned char *piece)
{
	return section == SECTION_strings ? strlen((const char *)piece) + 1
					  : blob_layout(section)->record_bytes;
}

static void grow_table(struct writer *w, struct index_table *table, enum section section)
{
	struct index_table old = *table;

	table->size = old.size > 0 ? 2 * old.size : 64;
	table->slot = arena_alloc(w->arena, table->size * sizeof *table->slot);
	for (size_t i = 0; i < old.size; i++) {
		const unsigned char *piece;
		if (old.slot[i] == 0)
			continue;
		piece = w->section[section].bytes.item +
			(old.slot[i] - 1) * (size_t)blob_layout(section)->record_bytes;
		*find_slot(w, table, section, piece, piece_size(section, piece)) = old.slot[i];
	}
}

/* The place of a piece in a section, where it is put if it is not there yet. */
static uint32_t intern(struct writer *w, struct index_table *table, enum section section,
		       const void *piece, size_t size)
{
	uint32_t *slot;

	if (2 * (table->used + 1) > table->size)
		grow_table(w, table, section);
	slot = find_slot(w, table, section, piece, size);
	if (*slot == 0) {
		*slot = (uint32_t)record_count(w, section) + 1;
		table->used++;
		for (size_t i = 0; i < size; i++)
			put_byte(w, section, ((const unsigned char *)piece)[i]);
	}
	return *slot - 1;
}

static uint32_t write_text(struct writer *w, const char *text)
{
	if (text == NULL)
		text = "";
	return intern(w, &w->texts, SECTION_strings, text, strlen(text) + 1);
}

static uint32_t write_value(struct writer *w, const struct program_value *value)
{
	unsigned char record[VALUE_BYTES];

	blob_put_u16(record, write_text(w, value->text));
	blob_put_u16(record + 2, value->parameter == PARAMETER_COUNT ? NONE : value->parameter);
	return intern(w, &w->values, SECTION_values, record, sizeof record);
}

/* --- programs ------------------------------------------------------------- */

static uint32_t write_list(struct writer *w, const struct program_value *item, size_t count)
{
	uint32_t place = (uint32_t)record_count(w, SECTION_lists);

	put(w, SECTION_lists, 2, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		put(w, SECTION_lists, 2, write_value(w, &item[i]));
	return place;
}

static uint32_t write_operand(struct writer *w, const struct program_instruction *in, unsigned i)
{
	switch (opcode_describe(in->op)->operand[i].kind) {
	case OPERAND_STRING:
		return write_text(w, in->operand[i].text);
	case OPERAND_VALUE:
		return write_value(w, &in->operand[i].value);
	case OPERAND_LIST:
		return write_list(w, in->operand[i].list.item, in->operand[i].list.count);
	case OPERAND_NODE:
	case OPERAND_DEVICE:
	case OPERAND_NUMBER:
		return in->operand[i].index;
	case OPERAND_NONE:
	case OPERAND_KIND_COUNT:
		break;
	}
	return 0;
}

static uint32_t write_code(struct writer *w, const struct program_code *code)
{
	uint32_t place = (uint32_t)record_count(w, SECTION_code);

	if (!code->present)
		return NONE;
	for (size_t i = 0; i < code->instructions.count; i++) {
		const struct program_instruction *in = &code->instructions.item[i];
		if (in->source != NULL && in->source[0] != '\0') {
			struct debug_row row = {(uint32_t)record_count(w, SECTION_code),
						in->source};
			vec_push(w->arena, &w->debug, row);
		}
		put(w, SECTION_code, 2, in->op);
		for (unsigned k = 0; k < opcode_describe(in->op)->operand_count; k++)
			put(w, SECTION_code, 2, write_operand(w, in, k));
	}
	put(w, SECTION_code, 2, OP_END);
	return place;
}

/* --- records -------------------------------------------------------------- */

/* Places that two sections have to agree on: where each node's edges and wakes begin. */
struct ranges {
	uint32_t *first; /* node_count + 1 of them: node i's are first[i] up to first[i + 1] */
};

static struct ranges edge_ranges(struct writer *w)
{
	const struct program *program = w->program;
	struct ranges edges = {
		arena_alloc(w->arena, (program->nodes.count + 1) * sizeof *edges.first)};
	size_t e = 0;

	for (size_t i = 0; i < program->nodes.count; i++) {
		edges.first[i] = (uint32_t)e;
		while (e < program->edges.count && program->edges.item[e].to == i)
			e++;
	}
	edges.first[program->nodes.count] = (uint32_t)e;
	return edges;
}

/* Whom a change of a node concerns: everyone who has an edge from it, ascending and once. An edge
 * of kind starting leads from the held node back to the one that holds it, so that the holder, too,
 * learns when its time has come. */
static struct ranges write_wakes(struct writer *w)
{
	const struct program *program = w->program;
	size_t node_count = program->nodes.count;
	struct ranges wakes = {arena_alloc(w->arena, (node_count + 1) * sizeof *wakes.first)};
	uint32_t *next, *to;

	/* A counting sort by `from`; it keeps the edges' order by `to`. */
	for (size_t e = 0; e < program->edges.count; e++)
		wakes.first[program->edges.item[e].from + 1]++;
	for (size_t i = 0; i < node_count; i++)
		wakes.first[i + 1] += wakes.first[i];
	next = arena_alloc(w->arena, (node_count + 1) * sizeof *next);
	memcpy(next, wakes.first, (node_count + 1) * sizeof *next);
	to = arena_alloc(w->arena, (program->edges.count + 1) * sizeof *to);
	for (size_t e = 0; e < program->edges.count; e++)
		to[next[program->edges.item[e].from]++] = program->edges.item[e].to;

	for (size_t i = 0; i < node_count; i++) {
		uint32_t first = wakes.first[i];
		wakes.first[i] = (uint32_t)record_count(w, SECTION_wakes);
		for (uint32_t k = first; k < next[i]; k++)
			if (k == first || to[k] != to[k - 1])
				put(w, SECTION_wakes, 2, to[k]);
	}
	wakes.first[node_count] = (uint32_t)record_count(w, SECTION_wakes);
	return wakes;
}

static void write_node(struct writer *w, size_t i, const struct ranges *edges,
		       const struct ranges *wakes)
{
	const struct program_node *node = &w->program->nodes.item[i];
	struct node record = {0};

	record.name = write_text(w, node->name);
	record.description = write_text(w, node->description);
	record.source = write_text(w, node->source);
	record.kind = node->kind;
	record.flags = node->flags;
	record.replaces = write_text(w, node->replaces);
	record.exclusive = write_text(w, node->exclusive);
	record.attempts = node->attempts;
	record.retry_delay = node->retry_delay;
	record.limit = node->limit;
	record.when = write_code(w, &node->when);
	record.start = write_code(w, &node->start);
	record.match = write_code(w, &node->match);
	record.action = write_code(w, &node->action);
	record.stop = write_code(w, &node->stop);
	record.first_edge = edges->first[i];
	record.edge_count = edges->first[i + 1] - edges->first[i];
	record.first_wake = wakes->first[i];
	record.wake_count = wakes->first[i + 1] - wakes->first[i];
	record.first_path = (uint32_t)record_count(w, SECTION_paths);
	record.path_count = (uint32_t)node->path.count;
	for (size_t k = 0; k < node->path.count; k++)
		put(w, SECTION_paths, 2, node->path.item[k]);
	put_record(w, SECTION_nodes, &record, sizeof record);
}

static void write_sections(struct writer *w, bool strip)
{
	const struct program *program = w->program;
	struct ranges edges = edge_ranges(w), wakes = write_wakes(w);

	write_text(w, ""); /* offset 0 */
	for (size_t i = 0; i < program->nodes.count; i++)
		write_node(w, i, &edges, &wakes);
	for (size_t i = 0; i < program->edges.count; i++) {
		const struct program_edge *edge = &program->edges.item[i];
		struct edge record = {.from = edge->from,
				      .to = edge->to,
				      .kind = edge->kind,
				      .reason = edge->reason};
		record.source = write_text(w, edge->source);
		put_record(w, SECTION_edges, &record, sizeof record);
	}
	for (size_t i = 0; i < program->parameters.count; i++) {
		const struct program_parameter *given = &program->parameters.item[i];
		struct parameter record = {.parameter = given->id};
		record.text = write_text(w, given->text);
		put_record(w, SECTION_parameters, &record, sizeof record);
	}
	for (size_t i = 0; i < w->debug.count && !strip; i++) {
		struct debug record = {.code = w->debug.item[i].word};
		record.source = write_text(w, w->debug.item[i].source);
		put_record(w, SECTION_debug, &record, sizeof record);
	}
}

/* --- the whole ------------------------------------------------------------ */

static bool check_limits(const struct writer *w, struct diag *diag, size_t size)
{
	struct span blob = {.name = "blob"};
	bool fits = true;

	for (unsigned s = 0; s < SECTION_COUNT; s++) {
		size_t count = record_count(w, s);
		if (count <= PLACES_MAX)
			continue;
		diag_report(diag, DIAG_LIMIT, blob, NULL,
			    "section %s would have %zu records of %u bytes; %d is the most",
			    blob_layout(s)->name, count, blob_layout(s)->record_bytes, PLACES_MAX);
		fits = false;
	}
	if (fits && size > BLOB_SIZE_MAX) {
		diag_report(diag, DIAG_LIMIT, blob, NULL, "%zu bytes; %d is the most", size,
			    BLOB_SIZE_MAX);
		fits = false;
	}
	return fits;
}

static unsigned char *put_header_field(const struct writer *w, unsigned char *at,
				       const struct field *field, size_t size)
{
	uint32_t number = 0;

	switch (field->kind) {
	case FIELD_MAGIC:
		memcpy(at, BLOB_MAGIC, field->width);
		return at + field->width;
	case FIELD_ANY:
		number = BLOB_VERSION;
		break;
	case FIELD_NODE:
		number = w->program->goal;
		break;
	case FIELD_SIZE:
		number = (uint32_t)size;
		break;
	case FIELD_STATE:
		number = machine_state_size((uint32_t)w->program->nodes.count);
		break;
	default: /* the checksum, which is read as zero until it is known */
		break;
	}
	for (unsigned i = 0; i < field->width; i++)
		*at++ = (unsigned char)(number >> 8 * i);
	return at;
}

/* The checksum's place among the header's fields. */
static size_t checksum_offset(void)
{
	unsigned count;
	const struct field *field = blob_header_fields(&count);
	size_t offset = 0;

	for (; field->kind != FIELD_CHECKSUM; field++)
		offset += field->width;
	return offset;
}

static unsigned char *join(const struct writer *w, size_t size)
{
	unsigned char *blob = arena_alloc(w->arena, size), *at = blob;
	unsigned field_count;
	const struct field *field = blob_header_fields(&field_count);
	uint32_t offset = BLOB_SIZE_MIN;

	for (unsigned i = 0; i < field_count; i++)
		at = put_header_field(w, at, &field[i], size);
	for (unsigned s = 0; s < SECTION_COUNT; s++, at += 8) {
		const struct section_bytes *section = &w->section[s];
		blob_put_u32(at, offset);
		blob_put_u32(at + 4, (uint32_t)record_count(w, s));
		if (section->bytes.count > 0)
			memcpy(blob + offset, section->bytes.item, section->bytes.count);
		offset += (uint32_t)section->bytes.count;
	}
	blob_put_u32(blob + checksum_offset(), blob_checksum(blob, size));
	return blob;
}

const unsigned char *blob_write(struct program *program, struct diag *diag, bool strip,
				size_t *ret_size)
{
	struct writer w = {.program = program, .arena = program->arena};
	size_t size = BLOB_SIZE_MIN;
	const unsigned char *bytes;
	struct refusal refusal;
	struct blob blob;

	write_sections(&w, strip);
	for (unsigned s = 0; s < SECTION_COUNT; s++)
		size += w.section[s].bytes.count;
	if (!check_limits(&w, diag, size))
		return NULL;
	bytes = join(&w, size);
	if (!blob_verify(bytes, size, &blob, &refusal)) {
		diag_report(diag, DIAG_REFUSED, (struct span){.name = "blob"}, NULL, "%s",
			    refusal_string(program->arena, &refusal));
		return NULL;
	}
	*ret_size = size;
	return bytes;
}
