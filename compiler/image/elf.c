#include "elf.h"

#include <elf.h>
#include <gelf.h>
#include <libelf.h>
#include <string.h>

/* The dynamic section as found: offsets into the string table, before that is known. */
struct dynamic {
	GElf_Addr strings; /* DT_STRTAB, an address */
	GElf_Xword strings_size;
	VEC(GElf_Dyn) texts; /* entries whose value is an offset into it */
};

bool elf_is_object(const unsigned char *data, size_t size)
{
	return size >= SELFMAG && memcmp(data, ELFMAG, SELFMAG) == 0;
}

/* The text at an offset of the file, or NULL if it does not end within the file. */
static const char *text_at(struct arena *arena, const unsigned char *data, size_t size,
			   size_t offset)
{
	if (offset >= size || memchr(data + offset, '\0', size - offset) == NULL)
		return NULL;
	return arena_strdup(arena, (const char *)data + offset);
}

static bool read_dynamic(struct arena *arena, Elf *elf, const GElf_Phdr *segment,
			 struct dynamic *ret_dynamic)
{
	Elf_Data *data =
		elf_getdata_rawchunk(elf, (int64_t)segment->p_offset, segment->p_filesz, ELF_T_DYN);
	GElf_Dyn entry;

	for (int i = 0; data != NULL && gelf_getdyn(data, i, &entry) != NULL; i++) {
		switch (entry.d_tag) {
		case DT_NULL:
			return true;
		case DT_STRTAB:
			ret_dynamic->strings = entry.d_un.d_ptr;
			break;
		case DT_STRSZ:
			ret_dynamic->strings_size = entry.d_un.d_val;
			break;
		case DT_NEEDED:
		case DT_SONAME:
		case DT_RPATH:
		case DT_RUNPATH:
			vec_push(arena, &ret_dynamic->texts, entry);
			break;
		}
	}
	return data != NULL;
}

/* Where an address of the loaded program lies in the file; (size_t)-1 if in no segment. */
static size_t offset_of_address(Elf *elf, size_t segments, GElf_Addr address)
{
	GElf_Phdr segment;

	for (size_t i = 0; i < segments; i++)
		if (gelf_getphdr(elf, (int)i, &segment) != NULL && segment.p_type == PT_LOAD &&
		    address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz)
			return (size_t)(address - segment.p_vaddr + segment.p_offset);
	return (size_t)-1;
}

static bool resolve_texts(struct arena *arena, const struct dynamic *dynamic,
			  const unsigned char *data, size_t size, size_t strings,
			  struct elf_object *object)
{
	for (size_t i = 0; i < dynamic->texts.count; i++) {
		const GElf_Dyn *entry = &dynamic->texts.item[i];
		const char *text = NULL;

		if (strings < size && entry->d_un.d_val < dynamic->strings_size &&
		    entry->d_un.d_val < size - strings)
			text = text_at(arena, data, size, strings + (size_t)entry->d_un.d_val);
		if (text == NULL)
			return false;
		if (entry->d_tag == DT_NEEDED)
			vec_push(arena, &object->needed, text);
		else if (entry->d_tag == DT_SONAME)
			object->soname = text;
		else if (entry->d_tag == DT_RPATH)
			object->rpath = text;
		else
			object->runpath = text;
	}
	return true;
}

static bool read_segments(struct arena *arena, Elf *elf, const unsigned char *data, size_t size,
			  struct elf_object *object)
{
	struct dynamic dynamic = {0};
	GElf_Phdr segment;
	size_t segments;

	if (elf_getphdrnum(elf, &segments) != 0)
		return false;
	for (size_t i = 0; i < segments; i++) {
		if (gelf_getphdr(elf, (int)i, &segment) == NULL)
			return false;
		if (segment.p_type == PT_INTERP) {
			object->interpreter = text_at(arena, data, size, (size_t)segment.p_offset);
			if (object->interpreter == NULL)
				return false;
		}
		if (segment.p_type == PT_DYNAMIC && !read_dynamic(arena, elf, &segment, &dynamic))
			return false;
	}
	return resolve_texts(arena, &dynamic, data, size,
			     offset_of_address(elf, segments, dynamic.strings), object);
}

bool elf_read(struct arena *arena, const unsigned char *data, size_t size,
	      struct elf_object *ret_object, const char **ret_error)
{
	GElf_Ehdr header;
	bool fine = false;
	Elf *elf;

	*ret_object = (struct elf_object){0};
	elf_version(EV_CURRENT);
	/* libelf wants a writable pointer, and writes through it only when told to. */
	elf = elf_memory((char *)data, size);
	if (elf != NULL && gelf_getehdr(elf, &header) != NULL) {
		ret_object->class = gelf_getclass(elf);
		ret_object->machine = header.e_machine;
		fine = read_segments(arena, elf, data, size, ret_object);
	}
	*ret_error = elf_errmsg(0) != NULL ? elf_errmsg(-1) : "its dynamic section is damaged";
	elf_end(elf);
	return fine;
}
