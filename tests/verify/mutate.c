#include "mutate.h"

#include <string.h>

#include "../../runtime/core/opcode.h"

/* A section as the table says, if it lies within the bytes. */
struct records {
	unsigned char *at;
	uint32_t count;
	const struct section_layout *layout;
};

static bool find_records(unsigned char *bytes, size_t size, enum section section,
			 struct records *ret_records)
{
	const unsigned char *row = bytes + HEADER_BYTES + (size_t)8 * section;
	const struct section_layout *layout = blob_layout(section);
	uint64_t offset = blob_u32(row), count = blob_u32(row + 4);

	if (count == 0 || offset + count * layout->record_bytes > size)
		return false;
	*ret_records = (struct records){bytes + offset, (uint32_t)count, layout};
	return true;
}

static unsigned char *pick(const struct records *records, struct choices *choices)
{
	return records->at +
	       (size_t)choose(choices, records->count) * records->layout->record_bytes;
}

static uint32_t count_of(const unsigned char *bytes, enum section section)
{
	return blob_u32(bytes + HEADER_BYTES + (size_t)8 * section + 4);
}

/* A number that may stand for something of this kind, or just not any more. */
static uint32_t value_of_kind(const unsigned char *bytes, enum field_kind kind,
			      struct choices *choices)
{
	switch (kind) {
	case FIELD_NODE:
	case FIELD_NODE_OR_NONE:
		return choose(choices, count_of(bytes, SECTION_nodes) % 0xffff + 2) - 1;
	case FIELD_CODE:
		return choose(choices, count_of(bytes, SECTION_code) % 0xffff + 2) - 1;
	case FIELD_VALUE:
		return choose(choices, count_of(bytes, SECTION_values) % 0xffff + 2) - 1;
	case FIELD_STRING:
	case FIELD_TEXT:
		return choose(choices, count_of(bytes, SECTION_strings) % 0xffff + 1);
	case FIELD_FIRST_edges:
		return choose(choices, count_of(bytes, SECTION_edges) % 0xffff + 1);
	case FIELD_FIRST_wakes:
		return choose(choices, count_of(bytes, SECTION_wakes) % 0xffff + 1);
	case FIELD_FIRST_paths:
		return choose(choices, count_of(bytes, SECTION_paths) % 0xffff + 1);
	case FIELD_ANY:
		return (uint32_t[]){
			0, 1, 2, 1000, 0xffff, DEFAULT_LIMIT, NO_LIMIT}[choose(choices, 7)];
	default: /* enumerations, flags, counts of what follows */
		return choose(choices, 12);
	}
}

static void put(unsigned char *at, unsigned width, uint32_t number)
{
	for (unsigned i = 0; i < width; i++)
		at[i] = (unsigned char)(number >> 8 * i);
}

static void change_field(unsigned char *bytes, const struct records *records,
			 struct choices *choices)
{
	unsigned which = choose(choices, records->layout->field_count);
	const struct field *field = records->layout->field;
	unsigned char *at = pick(records, choices), *other = pick(records, choices);
	size_t offset = 0;

	for (; which > 0; which--, field++)
		offset += field->width;
	if (choose(choices, 2) == 0)
		memmove(at + offset, other + offset, field->width);
	else
		put(at + offset, field->width, value_of_kind(bytes, field->kind, choices));
}

/* Opcodes and operands, indexes of nodes and values: another one of the section, or a small one. */
static void change_word(const struct records *records, struct choices *choices)
{
	unsigned char *at = pick(records, choices);
	const unsigned char *other = pick(records, choices);

	if (choose(choices, 2) == 0)
		memmove(at, other, records->layout->record_bytes);
	else
		put(at, records->layout->record_bytes, choose(choices, OP_COUNT + 2) - 1);
}

static void change_record(const struct records *records, struct choices *choices)
{
	unsigned char *a = pick(records, choices), *b = pick(records, choices);
	bool swap = choose(choices, 2) == 0;

	for (unsigned i = 0; i < records->layout->record_bytes; i++) {
		unsigned char old = a[i];

		a[i] = b[i];
		if (swap)
			b[i] = old;
	}
}

void mutate_blob(unsigned char *bytes, size_t size, struct choices *choices)
{
	/* Where the graph is; texts and the debug section are left to others. */
	static const enum section sections[] = {SECTION_nodes, SECTION_nodes, SECTION_edges,
						SECTION_wakes, SECTION_paths, SECTION_lists,
						SECTION_code,  SECTION_code,  SECTION_values};
	struct records records;

	if (size < BLOB_SIZE_MIN ||
	    !find_records(bytes, size,
			  sections[choose(choices, sizeof sections / sizeof sections[0])],
			  &records))
		return;
	if (records.layout->field_count == 0)
		change_word(&records, choices);
	else if (choose(choices, 4) == 0)
		change_record(&records, choices);
	else
		change_field(bytes, &records, choices);
}
