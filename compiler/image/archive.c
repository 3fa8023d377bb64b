#include "archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

/* How hard zstd tries: every boot reads the image, and it is packed once. */
#define ZSTD_LEVEL "19"

/* --- writing -------------------------------------------------------------- */

static la_ssize_t write_out(struct archive *archive, void *context, const void *bytes, size_t size)
{
	if (fwrite(bytes, 1, size, context) == size)
		return (la_ssize_t)size;
	archive_set_error(archive, errno, "%s", strerror(errno));
	return -1;
}

static bool good(int status)
{
	return status == ARCHIVE_OK;
}

/* No padding behind the trailer: what is appended to an image begins where it says it ends. */
static bool start(struct archive *archive, FILE *out, enum compression compression)
{
	if (!good(archive_write_set_format_cpio_newc(archive)))
		return false;
	if (compression == COMPRESSION_ZSTD &&
	    (!good(archive_write_add_filter_zstd(archive)) ||
	     !good(archive_write_set_filter_option(archive, "zstd", "compression-level",
						   ZSTD_LEVEL))))
		return false;
	return good(archive_write_set_bytes_in_last_block(archive, 1)) &&
	       good(archive_write_open(archive, out, NULL, write_out, NULL));
}

static void describe(struct archive_entry *header, const struct tree_entry *entry, la_int64_t inode,
		     time_t mtime)
{
	static const unsigned types[] = {
		[ENTRY_DIRECTORY] = AE_IFDIR,
		[ENTRY_FILE] = AE_IFREG,
		[ENTRY_LINK] = AE_IFLNK,
		[ENTRY_DEVICE] = AE_IFCHR,
	};

	archive_entry_clear(header);
	archive_entry_set_pathname(header, entry->path);
	archive_entry_set_filetype(header, types[entry->kind]);
	archive_entry_set_perm(header, entry->mode);
	archive_entry_set_ino64(header, inode);
	archive_entry_set_nlink(header, entry->kind == ENTRY_DIRECTORY ? 2 : 1);
	archive_entry_set_uid(header, 0);
	archive_entry_set_gid(header, 0);
	archive_entry_set_mtime(header, mtime, 0);
	archive_entry_set_size(header, (la_int64_t)entry->size);
	if (entry->kind == ENTRY_LINK)
		archive_entry_set_symlink(header, entry->target);
	if (entry->kind == ENTRY_DEVICE) {
		archive_entry_set_rdevmajor(header, entry->major);
		archive_entry_set_rdevminor(header, entry->minor);
	}
}

static bool write_entries(struct archive *archive, struct tree *tree, time_t mtime)
{
	struct archive_entry *header = archive_entry_new();
	size_t count;
	const struct tree_entry *const *entries = tree_entries(tree, &count);
	bool fine = header != NULL;

	for (size_t i = 0; fine && i < count; i++) {
		const struct tree_entry *entry = entries[i];

		describe(header, entry, (la_int64_t)i + 1, mtime);
		fine = good(archive_write_header(archive, header)) &&
		       (entry->kind != ENTRY_FILE ||
			archive_write_data(archive, entry->data, entry->size) ==
				(la_ssize_t)entry->size);
	}
	archive_entry_free(header);
	return fine;
}

bool archive_write_tree(struct arena *arena, struct tree *tree, FILE *out,
			enum compression compression, time_t mtime, const char **ret_error)
{
	struct archive *archive = archive_write_new();
	bool fine;

	*ret_error = "out of memory";
	if (archive == NULL)
		return false;
	fine = start(archive, out, compression) && write_entries(archive, tree, mtime) &&
	       good(archive_write_close(archive));
	if (!fine && archive_error_string(archive) != NULL)
		*ret_error = arena_strdup(arena, archive_error_string(archive));
	/* libarchive does not do it by itself after a failure, and keeps its buffers then. */
	if (!fine)
		archive_write_close(archive);
	archive_write_free(archive);
	return fine;
}

/* --- reading -------------------------------------------------------------- */

/* What marks the beginning of a compressed file: xz 1.2.1.1, RFC 8878 3.1.1, RFC 1952 2.3.1. */
static bool is_compressed(const unsigned char *data, size_t size)
{
	return (size >= 6 && memcmp(data,
				    "\xfd"
				    "7zXZ",
				    6) == 0) ||
	       (size >= 4 && memcmp(data, "\x28\xb5\x2f\xfd", 4) == 0) ||
	       (size >= 2 && memcmp(data, "\x1f\x8b", 2) == 0);
}

/* The filters by name, not archive_read_support_filter_all: that one also runs programs. */
static bool open_compressed(struct archive *archive, const unsigned char *data, size_t size)
{
	struct archive_entry *entry;

	return good(archive_read_support_filter_xz(archive)) &&
	       good(archive_read_support_filter_zstd(archive)) &&
	       good(archive_read_support_filter_gzip(archive)) &&
	       good(archive_read_support_format_raw(archive)) &&
	       good(archive_read_open_memory(archive, data, size)) &&
	       good(archive_read_next_header(archive, &entry));
}

static const unsigned char *read_data(struct arena *arena, struct archive *archive,
				      size_t *ret_size)
{
	VEC(unsigned char) bytes = {0};
	unsigned char chunk[65536];
	la_ssize_t n;

	while ((n = archive_read_data(archive, chunk, sizeof chunk)) > 0) {
		while (bytes.capacity < bytes.count + (size_t)n)
			bytes.item =
				arena_grow(arena, bytes.item, bytes.capacity, &bytes.capacity, 1);
		memcpy(bytes.item + bytes.count, chunk, (size_t)n);
		bytes.count += (size_t)n;
	}
	*ret_size = bytes.count;
	return n < 0 ? NULL : bytes.item;
}

const unsigned char *archive_expand(struct arena *arena, const unsigned char *data, size_t size,
				    size_t *ret_size, const char **ret_error)
{
	const unsigned char *expanded = NULL;
	struct archive *archive;

	*ret_size = size;
	if (!is_compressed(data, size))
		return data;
	*ret_error = "out of memory";
	archive = archive_read_new();
	if (archive == NULL)
		return NULL;
	if (open_compressed(archive, data, size))
		expanded = read_data(arena, archive, ret_size);
	if (expanded == NULL)
		*ret_error = archive_error_string(archive) == NULL
				     ? "nothing in it"
				     : arena_strdup(arena, archive_error_string(archive));
	archive_read_free(archive);
	return expanded;
}
