#include "uki.h"

#include <string.h>

/* Offsets of "PE Format": MS-DOS stub, COFF header behind the signature, optional header of PE32+,
 * one section's header. */
enum {
	DOS_PE_OFFSET = 0x3c,
	PE_SIGNATURE_SIZE = 4,
	COFF_SECTIONS = 2,
	COFF_OPTIONAL_SIZE = 16,
	COFF_SIZE = 20,
	OPTIONAL_SECTION_ALIGNMENT = 32,
	OPTIONAL_FILE_ALIGNMENT = 36,
	OPTIONAL_IMAGE_SIZE = 56,
	OPTIONAL_HEADERS_SIZE = 60,
	OPTIONAL_CHECKSUM = 64,
	OPTIONAL_NEEDED = 68,
	OPTIONAL_MAGIC_PE32_PLUS = 0x20b,
	SECTION_VIRTUAL_SIZE = 8,
	SECTION_VIRTUAL_ADDRESS = 12,
	SECTION_RAW_SIZE = 16,
	SECTION_RAW_OFFSET = 20,
	SECTION_FLAGS = 36,
	SECTION_SIZE = 40,
	SECTION_NAME_SIZE = 8,
	PAGE = 4096, /* firmware sets permissions by pages */
	ALIGNMENT_MAX = 65536,
};

/* IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ */
static const uint32_t data_flags = 0x40000040;

struct pe {
	unsigned char *bytes; /* the headers, a copy that is changed */
	size_t coff, optional, table, count;
	uint32_t file_alignment, section_alignment, headers_size;
};

static uint32_t get(const unsigned char *at, unsigned bytes)
{
	uint32_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | at[bytes];
	return value;
}

static void put(unsigned char *at, unsigned bytes, uint32_t value)
{
	for (; bytes-- > 0; value >>= 8)
		*at++ = (unsigned char)value;
}

static uint64_t align(uint64_t value, uint32_t alignment)
{
	return (value + alignment - 1) / alignment * alignment;
}

static bool is_alignment(uint32_t value)
{
	return value >= 32 && value <= ALIGNMENT_MAX && (value & (value - 1)) == 0;
}

static const char *read_headers(struct pe *pe, size_t size)
{
	size_t at;

	if (size < DOS_PE_OFFSET + 4 || memcmp(pe->bytes, "MZ", 2) != 0)
		return "it is no PE file";
	at = get(pe->bytes + DOS_PE_OFFSET, 4);
	if (at > size || size - at < PE_SIGNATURE_SIZE + COFF_SIZE + OPTIONAL_NEEDED ||
	    memcmp(pe->bytes + at, "PE\0\0", PE_SIGNATURE_SIZE) != 0)
		return "it is no PE file";
	pe->coff = at + PE_SIGNATURE_SIZE;
	pe->optional = pe->coff + COFF_SIZE;
	pe->count = get(pe->bytes + pe->coff + COFF_SECTIONS, 2);
	pe->table = pe->optional + get(pe->bytes + pe->coff + COFF_OPTIONAL_SIZE, 2);
	pe->section_alignment = get(pe->bytes + pe->optional + OPTIONAL_SECTION_ALIGNMENT, 4);
	pe->file_alignment = get(pe->bytes + pe->optional + OPTIONAL_FILE_ALIGNMENT, 4);
	pe->headers_size = get(pe->bytes + pe->optional + OPTIONAL_HEADERS_SIZE, 4);
	if (get(pe->bytes + pe->optional, 2) != OPTIONAL_MAGIC_PE32_PLUS)
		return "it is no 64-bit PE file";
	if (!is_alignment(pe->file_alignment) || !is_alignment(pe->section_alignment) ||
	    pe->headers_size > size || pe->table + pe->count * SECTION_SIZE > pe->headers_size)
		return "its headers are damaged";
	return NULL;
}

/* Where the first section of ours is in memory, behind all others. */
static uint64_t first_address(const struct pe *pe)
{
	uint64_t end = pe->headers_size;

	for (size_t i = 0; i < pe->count; i++) {
		const unsigned char *section = pe->bytes + pe->table + i * SECTION_SIZE;
		uint64_t last = (uint64_t)get(section + SECTION_VIRTUAL_ADDRESS, 4) +
				get(section + SECTION_VIRTUAL_SIZE, 4);

		end = last > end ? last : end;
	}
	return end;
}

static uint32_t memory_alignment(const struct pe *pe)
{
	return pe->section_alignment > PAGE ? pe->section_alignment : PAGE;
}

/* Adds the headers, whose data follows the stub in the file. */
static const char *add_headers(struct pe *pe, size_t stub_size, const struct uki_section *sections,
			       size_t count)
{
	uint64_t address = first_address(pe), offset = align(stub_size, pe->file_alignment);

	for (size_t i = 0; i < count; i++) {
		unsigned char *header = pe->bytes + pe->table + pe->count * SECTION_SIZE;

		if (sections[i].data == NULL)
			continue;
		if (pe->table + (pe->count + 1) * SECTION_SIZE > pe->headers_size)
			return "it has no room for more sections";
		address = align(address, memory_alignment(pe));
		if (address + sections[i].size > UINT32_MAX ||
		    offset + sections[i].size > INT32_MAX)
			return "all of it together is too large for a PE file";
		memset(header, 0, SECTION_SIZE);
		memcpy(header, sections[i].name, strnlen(sections[i].name, SECTION_NAME_SIZE));
		put(header + SECTION_VIRTUAL_SIZE, 4, (uint32_t)sections[i].size);
		put(header + SECTION_VIRTUAL_ADDRESS, 4, (uint32_t)address);
		put(header + SECTION_RAW_SIZE, 4,
		    (uint32_t)align(sections[i].size, pe->file_alignment));
		put(header + SECTION_RAW_OFFSET, 4, (uint32_t)offset);
		put(header + SECTION_FLAGS, 4, data_flags);
		address += sections[i].size;
		offset += align(sections[i].size, pe->file_alignment);
		pe->count++;
	}
	put(pe->bytes + pe->coff + COFF_SECTIONS, 2, (uint32_t)pe->count);
	put(pe->bytes + pe->optional + OPTIONAL_IMAGE_SIZE, 4,
	    (uint32_t)align(address, pe->section_alignment));
	/* Only drivers and boot DLLs of another system have it checked; 0 stands for none. */
	put(pe->bytes + pe->optional + OPTIONAL_CHECKSUM, 4, 0);
	return NULL;
}

static void write_padded(FILE *out, const unsigned char *data, size_t size, uint32_t alignment)
{
	size_t padding = (size_t)(align(size, alignment) - size);

	fwrite(data, 1, size, out);
	while (padding-- > 0)
		fputc(0, out);
}

const char *uki_write(struct arena *arena, const unsigned char *stub, size_t stub_size,
		      const struct uki_section *sections, size_t count, FILE *out)
{
	struct pe pe = {.bytes = arena_alloc(arena, stub_size + 1)};
	const char *wrong;

	memcpy(pe.bytes, stub, stub_size);
	if ((wrong = read_headers(&pe, stub_size)) != NULL ||
	    (wrong = add_headers(&pe, stub_size, sections, count)) != NULL)
		return wrong;
	write_padded(out, pe.bytes, stub_size, pe.file_alignment);
	for (size_t i = 0; i < count; i++)
		if (sections[i].data != NULL)
			write_padded(out, sections[i].data, sections[i].size, pe.file_alignment);
	return NULL;
}
