#include "array.h"
#include "../helper/attribute.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

bool block_exists(const char *name)
{
	char path[PATH_ROOM];

	snprintf(path, sizeof path, "/sys/class/block/%s", name);
	return access(path, F_OK) == 0;
}

bool array_runs(const char *name)
{
	char state[ATTRIBUTE_ROOM];

	attribute_read(name, "md/array_state", state, sizeof state);
	return state[0] != '\0' && strcmp(state, "clear") != 0 && strcmp(state, "inactive") != 0;
}

bool block_has(const char *name, const char *directory, const char *entry)
{
	char path[PATH_ROOM];

	snprintf(path, sizeof path, "/sys/class/block/%s/%s/%s", name, directory, entry);
	return access(path, F_OK) == 0;
}

void block_name(const char *path, char name[KERNEL_NAME_MAX])
{
	char link[64], target[PATH_ROOM];
	const char *slash;
	struct stat st;
	ssize_t n = -1;

	if (stat(path, &st) == 0 && S_ISBLK(st.st_mode)) {
		snprintf(link, sizeof link, "/sys/dev/block/%u:%u", major(st.st_rdev),
			 minor(st.st_rdev));
		n = readlink(link, target, sizeof target - 1);
	}
	target[n > 0 ? n : 0] = '\0';
	slash = strrchr(target, '/');
	name[0] = '\0';
	if (slash != NULL && strlen(slash + 1) < KERNEL_NAME_MAX)
		strcpy(name, slash + 1);
}

void block_first(const char *name, const char *directory, char entry[KERNEL_NAME_MAX])
{
	char path[PATH_ROOM];
	struct dirent *item;
	DIR *dir;

	entry[0] = '\0';
	snprintf(path, sizeof path, "/sys/class/block/%s/%s", name, directory);
	dir = opendir(path);
	while (dir != NULL && entry[0] == '\0' && (item = readdir(dir)) != NULL)
		if (item->d_name[0] != '.' && strlen(item->d_name) < KERNEL_NAME_MAX)
			strcpy(entry, item->d_name);
	if (dir != NULL)
		closedir(dir);
}
