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

/* glibc ends threads by unwinding their stacks, and loads the unwinder when it first does: a
 * program that cannot find it is aborted ("libgcc_s.so.1 must be installed for pthread_exit to
 * work"; Debian #1032221). argon2 with more than one lane does so. The texts are the names of the
 * symbols that the object refers to; the C library, whose own they are, needs no libc. */
static void add_unwinder(struct arena *arena, const struct dynamic *dynamic,
			 const unsigned char *data, size_t size, size_t strings,
			 struct elf_object *object)
{
	static const char *const ends[] = {"pthread_exit", "pthread_cancel", "thrd_exit"};
	bool glibc = false, ends_threads = false;

	for (size_t i = 0; i < object->needed.count; i++)
		glibc |= strcmp(object->needed.item[i], "libc.so.6") == 0;
	if (!glibc || strings >= size || dynamic->strings_size > size - strings)
		return;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		ends_threads |= memmem(data + strings, (size_t)dynamic->strings_size, ends[i],
				       strlen(ends[i]) + 1) != NULL;
	if (ends_threads)
		vec_push(arena, &object->needed, "libgcc_s.so.1");
}

static bool read_segments(struct arena *arena, Elf *elf, const unsigned char *data, size_t size,
			  struct elf_object *object)
{
	struct dynamic dynamic = {0};
	GElf_Phdr segment;
	size_t segments, strings;

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
	strings = offset_of_address(elf, segments, dynamic.strings);
	if (!resolve_texts(arena, &dynamic, data, size, strings, object))
		return false;
	add_unwinder(arena, &dynamic, data, size, strings, object);
	return true;
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
