#include "component.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* What makes a mapping one of multipathd's: the beginning of its UUID, of partitions on it as well.
 */
static bool is_multipath(const char *directory, const char *holder)
{
	static const char prefix[] = "mpath-";
	char path[512], uuid[sizeof prefix] = "";
	int fd;

	snprintf(path, sizeof path, "%s/%s/dm/uuid", directory, holder);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false; /* no mapping */
	if (read(fd, uuid, sizeof prefix - 1) < 0)
		uuid[0] = '\0';
	close(fd);
	return strcmp(uuid, prefix) == 0;
}

static bool has_multipath(const char *directory)
{
	DIR *holders = opendir(directory);
	const struct dirent *item;
	bool found = false;

	while (holders != NULL && !found && (item = readdir(holders)) != NULL)
		found = item->d_name[0] != '.' && is_multipath(directory, item->d_name);
	if (holders != NULL)
		closedir(holders);
	return found;
}

bool component_of_multipath(const char *path)
{
	char directory[128];
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISBLK(st.st_mode))
		return false;
	snprintf(directory, sizeof directory, "/sys/dev/block/%u:%u/holders", major(st.st_rdev),
		 minor(st.st_rdev));
	if (has_multipath(directory))
		return true;
	snprintf(directory, sizeof directory, "/sys/dev/block/%u:%u/partition", major(st.st_rdev),
		 minor(st.st_rdev));
	if (access(directory, F_OK) < 0)
		return false;
	snprintf(directory, sizeof directory, "/sys/dev/block/%u:%u/../holders", major(st.st_rdev),
		 minor(st.st_rdev));
	return has_multipath(directory);
}
