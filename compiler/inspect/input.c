#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../source/text.h"

unsigned char *input_bytes(struct arena *arena, const char *path, size_t most, size_t *ret_size)
{
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	VEC(unsigned char) bytes = {0};
	unsigned char piece[65536];
	ssize_t n = fd;
	int saved;

	while (n >= 0 && bytes.count < most) {
		size_t room = most - bytes.count;

		n = read(fd, piece, room < sizeof piece ? room : sizeof piece);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n == 0)
			break;
		for (ssize_t i = 0; i < n; i++)
			vec_push(arena, &bytes, piece[i]);
	}
	saved = errno;
	if (fd > STDIN_FILENO)
		close(fd);
	errno = saved;
	if (n < 0)
		return NULL;
	*ret_size = bytes.count;
	return bytes.count > 0 ? bytes.item : arena_alloc(arena, 1);
}

const struct text *input_read(struct arena *arena, struct diag *diag, const char *path)
{
	const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
	struct span file = {.name = name};
	const struct text *text;
	unsigned char *bytes;
	size_t size = 0;

	bytes = input_bytes(arena, path, INPUT_MAX + 1, &size);
	if (bytes == NULL || size > INPUT_MAX) {
		diag_report(diag, DIAG_UNREADABLE, file, NULL, "cannot be read: %s",
			    strerror(bytes == NULL ? errno : EFBIG));
		return NULL;
	}
	text = text_from_memory(arena, name, (const char *)bytes, size);
	return text_check(diag, text) ? text : NULL;
}
