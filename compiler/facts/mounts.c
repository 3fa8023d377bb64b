/* Mounts and swap: proc(5), /proc/PID/mountinfo and /proc/swaps. */
#include "capture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* \040 and the like, as the kernel writes blanks in paths. */
static const char *unescape(struct arena *arena, const char *text)
{
	char *plain = arena_alloc(arena, strlen(text) + 1), *to = plain;

	while (*text != '\0') {
		if (text[0] == '\\' && strspn(text + 1, "01234567") >= 3) {
			*to++ = (char)((text[1] - '0') * 64 + (text[2] - '0') * 8 + text[3] - '0');
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	return plain;
}

static void add_mount(struct capture *capture, const char *line)
{
	struct facts_mount mount = {0};
	char where[4096], type[256], source[4096];
	const char *rest = strstr(line, " - ");

	if (rest == NULL ||
	    sscanf(line, "%*s %*s %u:%u %*s %4095s", &mount.major, &mount.minor, where) != 3 ||
	    sscanf(rest, " - %255s %4095s", type, source) != 2)
		return;
	/* btrfs has a device number of its own, but names a device. */
	if (mount.major == 0 && strncmp(source, "/dev/", 5) != 0)
		return;
	mount.where = unescape(capture->arena, where);
	mount.type = arena_strdup(capture->arena, type);
	mount.source = unescape(capture->arena, source);
	vec_push(capture->arena, &capture->facts->mounts, mount);
}

/* Calls `add` with each line of a file; says that it cannot be read. */
static void each_line(struct capture *capture, const char *path,
		      void (*add)(struct capture *capture, const char *line))
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;

	if (file == NULL) {
		capture_partial(capture, path, "cannot be read: %s", strerror(errno));
		return;
	}
	while (getline(&line, &size, file) > 0)
		add(capture, line);
	free(line);
	fclose(file);
}

void capture_mounts(struct capture *capture)
{
	each_line(capture, capture->port->mountinfo, add_mount);
}

/* --- swap ----------------------------------------------------------------- */

/* Where a file begins on its device, in pages: Documentation/filesystems/fiemap.rst, and
 * Documentation/power/swsusp-and-swap-files.rst. 0 if nobody says so. */
static uint64_t first_page(const char *path)
{
	union {
		struct fiemap map;
		char room[sizeof(struct fiemap) + sizeof(struct fiemap_extent)];
	} ask = {.map = {.fm_length = FIEMAP_MAX_OFFSET, .fm_extent_count = 1}};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	uint64_t page = 0;

	if (fd < 0)
		return 0;
	if (ioctl(fd, FS_IOC_FIEMAP, &ask.map) == 0 && ask.map.fm_mapped_extents == 1 &&
	    (ask.map.fm_extents[0].fe_flags & FIEMAP_EXTENT_UNKNOWN) == 0)
		page = ask.map.fm_extents[0].fe_physical / (uint64_t)sysconf(_SC_PAGESIZE);
	close(fd);
	return page;
}

static const char *device_of(const struct facts *facts, const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return NULL;
	for (size_t i = 0; i < facts->devices.count; i++)
		if (facts->devices.item[i].major == major(status.st_dev) &&
		    facts->devices.item[i].minor == minor(status.st_dev))
			return facts->devices.item[i].name;
	return NULL;
}

static void add_swap(struct capture *capture, const char *line)
{
	char path[4096], type[64];
	struct facts_swap swap = {0};

	if (sscanf(line, "%4095s %63s", path, type) != 2 || path[0] != '/')
		return; /* the heading */
	swap.path = unescape(capture->arena, path);
	swap.file = strcmp(type, "file") == 0;
	/* Of a machine that was recorded the file is not here. */
	if (swap.file && capture->port->udev) {
		swap.device = device_of(capture->facts, swap.path);
		swap.offset = first_page(swap.path);
	}
	vec_push(capture->arena, &capture->facts->swaps, swap);
}

void capture_swaps(struct capture *capture)
{
	each_line(capture, capture->port->swaps, add_swap);
}
