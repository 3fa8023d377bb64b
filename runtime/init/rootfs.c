#include "rootfs.h"
#include "log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

enum {
	DEPTH_MAX = 32,
	ENTRIES_MAX = 1000000, /* no image has so many; something would be making new ones */
};

static int open_directory(int parent, const char *name)
{
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Whether a directory is to be gone into: not if something is mounted on it. */
static bool same_device(int fd, dev_t device)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_dev == device;
}

/* Depth first, with the way back on a stack of our own. */
static void remove_below(int root, dev_t device)
{
	DIR *stack[DEPTH_MAX];
	char name[DEPTH_MAX][NAME_MAX + 1];
	unsigned depth = 0, entries = 0;

	stack[0] = fdopendir(root);
	if (stack[0] == NULL) {
		close(root);
		return;
	}
	for (;;) {
		struct dirent *entry = entries++ < ENTRIES_MAX ? readdir(stack[depth]) : NULL;
		int here = dirfd(stack[depth]), fd;

		if (entry == NULL) {
			closedir(stack[depth]);
			if (depth == 0)
				return;
			depth--;
			unlinkat(dirfd(stack[depth]), name[depth], AT_REMOVEDIR);
			continue;
		}
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (entry->d_type != DT_DIR && unlinkat(here, entry->d_name, 0) == 0)
			continue;
		if (depth + 1 == DEPTH_MAX)
			continue;
		fd = open_directory(here, entry->d_name);
		if (fd < 0)
			continue;
		stack[depth + 1] = same_device(fd, device) ? fdopendir(fd) : NULL;
		if (stack[depth + 1] == NULL) {
			close(fd);
			continue;
		}
		snprintf(name[depth], sizeof name[depth], "%s", entry->d_name);
		depth++;
	}
}

void rootfs_empty(int root)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(root, &fs) < 0 || fstat(root, &st) < 0 ||
	    ((unsigned long)fs.f_type != RAMFS_MAGIC && (unsigned long)fs.f_type != TMPFS_MAGIC)) {
		say(SAY_WARNING, "bootgraph: / is no ramfs: its files stay where they are");
		close(root);
		return;
	}
	remove_below(root, st.st_dev);
}
