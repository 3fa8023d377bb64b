#include "text.h"
#include "../utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES = 4096 };

static struct text *text_new(struct arena *arena, const char *name, const char *data, size_t size)
{
	struct text *text = arena_alloc(arena, sizeof *text);
	VEC(size_t) lines = {0};
	const char *at = data, *end = data + size, *newline;

	vec_push(arena, &lines, 0);
	while ((newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at = newline + 1;
		vec_push(arena, &lines, (size_t)(at - data));
	}
	*text = (struct text){arena_strdup(arena, name), data, size, lines.item, lines.count};
	return text;
}

const struct text *text_from_memory(struct arena *arena, const char *name, const char *data,
				    size_t size)
{
	return text_new(arena, name, arena_strndup(arena, data, size), size);
}

struct span text_line(const struct text *text, size_t line)
{
	size_t at = text->line_start[line], end = text->size;

	if (line + 1 < text->line_count)
		end = text->line_start[line + 1] - 1;
	return (struct span){text, at, end - at, NULL};
}

/* --- reading -------------------------------------------------------------- */

static bool is_regular(int fd)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return false;
	if (S_ISREG(status.st_mode))
		return true;
	errno = S_ISDIR(status.st_mode) ? EISDIR : ENOTSUP;
	return false;
}

/* Opens a file for reading if it is a regular one. It is looked at first without being opened
 * (O_PATH): already the opening of a tape or a watchdog has consequences, and that of a FIFO waits
 * for a writer. */
static int open_regular(int root_fd, const char *path)
{
	int fd = sysroot_open(root_fd, path, O_PATH | O_CLOEXEC);
	int error;

	if (fd < 0)
		return -1;
	error = is_regular(fd) ? 0 : errno;
	close(fd);
	errno = error;
	if (error != 0)
		return -1;
	fd = sysroot_open(root_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd >= 0 && !is_regular(fd)) { /* exchanged meanwhile */
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

/* Reads to the end and puts a NUL behind it. The size that fstat tells is not asked for: in /proc
 * and /sys it is wrong, and elsewhere it may change. */
static char *read_all(struct arena *arena, int fd, size_t *ret_size)
{
	VEC(char) data = {0};

	for (;;) {
		ssize_t n;

		data.item =
			arena_grow(arena, data.item, data.count + READ_BYTES, &data.capacity, 1);
		n = read(fd, data.item + data.count, data.capacity - data.count - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return NULL;
		if (n == 0)
			break;
		data.count += (size_t)n;
		if (data.count > TEXT_SIZE_MAX) {
			errno = EFBIG;
			return NULL;
		}
	}
	data.item[data.count] = '\0';
	*ret_size = data.count;
	return data.item;
}

const struct text *text_read(struct arena *arena, int root_fd, const char *path, const char *name)
{
	int fd = open_regular(root_fd, path);
	int error;
	size_t size;
	char *data;

	if (fd < 0)
		return NULL;
	data = read_all(arena, fd, &size);
	error = errno;
	close(fd);
	errno = error;
	return data == NULL ? NULL : text_new(arena, name, data, size);
}

/* --- checking ------------------------------------------------------------- */

/* Of each kind the first place is shown, and how many there are: a binary file has thousands. */
struct places {
	size_t first, count;
};

static void note_place(struct places *places, size_t offset)
{
	if (places->count++ == 0)
		places->first = offset;
}

static const char *and_more(struct arena *arena, const struct places *places)
{
	if (places->count == 1)
		return "";
	return arena_printf(arena, ", and %zu more", places->count - 1);
}

static void find_bad_bytes(const struct text *text, struct places *nul, struct places *invalid)
{
	const char *at = text->data, *end = text->data + text->size;

	while (at < end) {
		uint32_t character;
		size_t length = utf8_decode(at, end, &character);

		if (length == 0)
			note_place(invalid, (size_t)(at - text->data));
		else if (character == 0)
			note_place(nul, (size_t)(at - text->data));
		at += length == 0 ? 1 : length;
	}
}

static void find_long_lines(const struct text *text, struct places *too_long)
{
	size_t i;

	for (i = 0; i < text->line_count; i++) {
		size_t end = i + 1 < text->line_count ? text->line_start[i + 1] - 1 : text->size;

		if (end - text->line_start[i] > TEXT_LINE_MAX)
			note_place(too_long, text->line_start[i] + TEXT_LINE_MAX);
	}
}

bool text_check(struct diag *diag, const struct text *text)
{
	struct places nul = {0}, invalid = {0}, too_long = {0};
	struct arena *arena = arena_new();

	find_bad_bytes(text, &nul, &invalid);
	find_long_lines(text, &too_long);
	if (nul.count > 0)
		diag_report(diag, DIAG_NUL_BYTE, (struct span){text, nul.first, 1, NULL}, NULL,
			    "NUL byte%s", and_more(arena, &nul));
	if (invalid.count > 0)
		diag_report(diag, DIAG_INVALID_UTF8, (struct span){text, invalid.first, 1, NULL},
			    NULL, "byte 0x%02x is not valid UTF-8%s",
			    (unsigned char)text->data[invalid.first], and_more(arena, &invalid));
	if (too_long.count > 0)
		diag_report(diag, DIAG_LINE_TOO_LONG, (struct span){text, too_long.first, 1, NULL},
			    NULL, "line is longer than %d bytes%s", TEXT_LINE_MAX,
			    and_more(arena, &too_long));
	arena_free(arena);
	return nul.count + invalid.count + too_long.count == 0;
}
