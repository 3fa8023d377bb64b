#include "image.h"
#include "log.h"
#include "../core/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Copies a regular file to an anonymous one; returns its size or a negative errno. */
static ssize_t copy_file(const char *path, int to)
{
	int from = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char bytes[4096];
	ssize_t n = 0, size = 0;
	struct stat st;

	if (from < 0)
		return -errno;
	if (fstat(from, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(from);
		return -EINVAL;
	}
	while (size <= BLOB_SIZE_MAX && (n = read(from, bytes, sizeof bytes)) > 0) {
		if (write(to, bytes, (size_t)n) != n) {
			n = -1;
			break;
		}
		size += n;
	}
	if (n < 0)
		size = -errno;
	close(from);
	return size;
}

static const void *map_copy(const char *path, size_t *ret_size, int *ret_error)
{
	int fd = memfd_create("boot.blob", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *bytes = MAP_FAILED;
	ssize_t size;

	if (fd < 0) {
		*ret_error = errno;
		return NULL;
	}
	size = copy_file(path, fd);
	if (size > 0) {
		/* From here on not even PID 1 can change what is about to be verified. */
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
		bytes = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
	}
	*ret_error = size < 0 ? (int)-size : size == 0 ? ENODATA : errno;
	*ret_size = size > 0 ? (size_t)size : 0;
	close(fd);
	return bytes != MAP_FAILED ? bytes : NULL;
}

bool image_load_blob(const char *path, struct blob *ret_blob, char *reason, size_t room)
{
	struct refusal refusal;
	size_t size;
	int error;
	const void *bytes = map_copy(path, &size, &error);

	if (bytes == NULL) {
		snprintf(reason, room, "%s: %s", path, strerror(error));
		return false;
	}
	if (blob_verify(bytes, size, ret_blob, &refusal))
		return true;
	if (refusal.what != NULL)
		snprintf(reason, room, "%s is refused: %s %u: %s", path, refusal.what,
			 (unsigned)refusal.index, refusal.reason);
	else
		snprintf(reason, room, "%s is refused: %s", path, refusal.reason);
	munmap((void *)bytes, size);
	return false;
}

void image_keep_blob(const struct blob *blob, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	ssize_t n;

	if (fd < 0)
		return; /* there is no /run: the trace's absence says the same */
	n = write(fd, blob->bytes, blob->header.size);
	if (n < 0 || (size_t)n != blob->header.size) {
		say(SAY_WARNING, "bootgraph: %s could not be written: %s", path,
		    strerror(n < 0 ? errno : ENOSPC));
		unlink(path);
	}
	close(fd);
}
