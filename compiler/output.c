#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file of our own in the directory of path, named ".NAME.PID-N". */
static int open_beside(struct output *output, struct arena *arena, const char *path, mode_t mode)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	int fd = -1;

	for (unsigned n = 0; fd < 0 && n < 100; n++) {
		output->beside = arena_printf(arena, "%.*s.%s.%ld-%u", (int)(name - path), path,
					      name, (long)getpid(), n);
		fd = open(output->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	return fd;
}

/* What path stands for: a link's target is replaced, not the link. */
static const char *follow_link(struct arena *arena, const char *path)
{
	char *target = realpath(path, NULL);

	if (target == NULL)
		return path;
	path = arena_strdup(arena, target);
	free(target);
	return path;
}

static bool fail(struct output *output)
{
	int saved = errno;

	output_discard(output);
	errno = saved;
	return false;
}

bool output_open(struct output *output, struct arena *arena, const char *path)
{
	struct stat old;
	bool exists;
	int fd;

	*output = (struct output){.path = path};
	if (strcmp(path, "-") == 0) {
		output->file = stdout;
		return true;
	}
	exists = stat(path, &old) == 0;
	if (exists && !S_ISREG(old.st_mode)) {
		fd = open(path, O_WRONLY | O_CLOEXEC);
	} else {
		output->path = follow_link(arena, path);
		fd = open_beside(output, arena, output->path, exists ? old.st_mode & 0777 : 0666);
		/* The umask is for new files. */
		if (fd >= 0 && exists)
			(void)fchmod(fd, old.st_mode & 0777);
	}
	if (fd < 0)
		return false;
	output->file = fdopen(fd, "w");
	if (output->file == NULL) {
		close(fd);
		return fail(output);
	}
	return true;
}

bool output_commit(struct output *output)
{
	FILE *file = output->file;
	bool good = fflush(file) == 0 && !ferror(file);

	if (output->beside != NULL)
		good = good && fsync(fileno(file)) == 0;
	if (!good)
		return fail(output);
	output->file = NULL;
	if (file != stdout && fclose(file) != 0)
		return fail(output);
	if (output->beside != NULL && rename(output->beside, output->path) != 0)
		return fail(output);
	return true;
}

void output_discard(struct output *output)
{
	if (output->file != NULL && output->file != stdout)
		fclose(output->file);
	if (output->beside != NULL)
		unlink(output->beside);
	*output = (struct output){0};
}
