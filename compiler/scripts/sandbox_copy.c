#include "sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool closed(int fd, bool result)
{
	int error = errno;

	close(fd);
	errno = error;
	return result;
}

static bool copy_bytes(int from, int to)
{
	char buffer[16384];
	ssize_t n;

	while ((n = read(from, buffer, sizeof buffer)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || write(to, buffer, (size_t)n) != n)
			return false;
	}
	return true;
}

static bool copy_file(int from, int to, const char *name, mode_t mode)
{
	int source = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	int target;
	bool copied;

	if (source < 0)
		return false;
	/* A file that is masked may be of another kind. */
	unlinkat(to, name, 0);
	target = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	copied = target >= 0 && copy_bytes(source, target) && fchmod(target, mode & 0777) == 0;
	if (target >= 0)
		copied = closed(target, copied);
	return closed(source, copied);
}

static bool copy_directory(int from, int to, const char *name)
{
	int source = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int target;
	bool copied;

	if (source < 0)
		return false;
	if (mkdirat(to, name, 0755) < 0 && errno == EEXIST)
		unlinkat(to, name, 0);
	mkdirat(to, name, 0755);
	target = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	copied = target >= 0 && sandbox_copy(source, target);
	if (target >= 0)
		copied = closed(target, copied);
	return closed(source, copied);
}

static bool copy_link(int from, int to, const char *name)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(from, name, target, sizeof target - 1);

	if (length < 0)
		return false;
	target[length] = '\0';
	unlinkat(to, name, 0);
	return symlinkat(target, to, name) == 0;
}

static bool copy_entry(int from, int to, const char *name)
{
	struct stat status;

	if (fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	if (S_ISDIR(status.st_mode))
		return copy_directory(from, to, name);
	if (S_ISREG(status.st_mode))
		return copy_file(from, to, name, status.st_mode);
	if (!S_ISLNK(status.st_mode))
		return true; /* no script, and nothing to copy */
	return copy_link(from, to, name);
}

bool sandbox_copy(int from, int to)
{
	int fd = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *item;
	bool copied = true;

	if (stream == NULL)
		return false;
	while (copied && (item = readdir(stream)) != NULL)
		copied = strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0 ||
			 copy_entry(from, to, item->d_name);
	closedir(stream);
	return copied;
}
