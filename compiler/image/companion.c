#include "companion.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

const char *companion_find(struct arena *arena, const char *name)
{
	char self[PATH_MAX] = "";
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
	const char *path;

	if (length <= 0)
		return NULL;
	*strrchr(self, '/') = '\0';
	path = arena_printf(arena, "%s/%s", self, name);
	if (access(path, R_OK) == 0)
		return path;
	path = arena_printf(arena, "%s/../lib/bootgraph/%s", self, name);
	return access(path, R_OK) == 0 ? path : NULL;
}
