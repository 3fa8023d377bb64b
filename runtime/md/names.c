/* What an array is called: by the kernel, by people, and in mdadm's map. */
#include "array.h"
#include "../helper/attribute.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAP_DIRECTORY "/run/mdadm"
#define MAP	      MAP_DIRECTORY "/map"
#define LINKS	      "/dev/md/"
#define LOCK	      "/run/bootgraph/md.lock"

enum {
	HIGHEST_FREE = 127,
	HIGHEST = 511,
	MAP_ROOM = 16384,
	LOCK_TURNS = 500, /* of 20 ms */
};

/* --- the kernel's name ------------------------------------------------------ */

/* A number that takes the whole of a text, or -1. */
static int whole_number(const char *text)
{
	size_t length = strspn(text, "0123456789");

	return length > 0 && length <= 6 && text[length] == '\0' ? atoi(text) : -1;
}

/* The array's own name, without the host. */
static const char *own_name(const struct array *array)
{
	const char *colon = strchr(array->newest->md.name, ':');

	return colon != NULL ? colon + 1 : array->newest->md.name;
}

/* /dev/md0, /dev/md/0 and 0 are numbers; so is the array's own name if it is 0 or md0. */
static int number_wanted(const struct array *array)
{
	const char *name = array->device;
	int number;

	if (strncmp(name, LINKS, strlen(LINKS)) == 0)
		name += strlen(LINKS);
	else if (strncmp(name, "/dev/md", 7) == 0)
		name += 7;
	number = whole_number(name);
	if (number >= 0)
		return number;
	name = own_name(array);
	return whole_number(strncmp(name, "md", 2) == 0 ? name + 2 : name);
}

static bool is_free(struct array *array, int number)
{
	snprintf(array->kernel_name, sizeof array->kernel_name, "md%d", number);
	return !block_exists(array->kernel_name);
}

/* From 127 down to 0, then from 511 down: mdadm's order. */
static bool choose_free(struct array *array)
{
	int number;

	for (number = HIGHEST_FREE; number >= 0; number--)
		if (is_free(array, number))
			return true;
	for (number = HIGHEST; number > HIGHEST_FREE; number--)
		if (is_free(array, number))
			return true;
	return report("no md device is free");
}

static bool choose_path(struct array *array)
{
	const char *name = array->device[0] != '\0' ? array->device : own_name(array);
	int length;

	if (name[0] == '\0')
		length = snprintf(array->path, sizeof array->path, "/dev/%s", array->kernel_name);
	else
		length = snprintf(array->path, sizeof array->path, "%s%s",
				  name[0] == '/' ? "" : LINKS, name);
	if (length >= (int)sizeof array->path || strncmp(array->path, "/dev/md", 7) != 0 ||
	    strstr(array->path, "/.") != NULL ||
	    (array->path[7] == '/' && strchr(array->path + 8, '/') != NULL))
		return report("%s is no name for an md device", name);
	return true;
}

/* From choosing a name until the array has it, one at a time: arrays that come together would
 * choose the same. Who hangs with the lock holds up others for ten seconds only. */
static void lock_names(void)
{
	const struct timespec rest = {.tv_nsec = 20000000L};
	int fd = open(LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0600), turns;

	for (turns = 0; fd >= 0 && turns < LOCK_TURNS; turns++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
			return; /* it stays open, and locked, until this program ends */
		nanosleep(&rest, NULL);
	}
	if (fd >= 0)
		fprintf(stderr, "bootgraph-md: somebody is starting an array for long\n");
}

bool name_choose(struct array *array)
{
	int number = number_wanted(array);
	bool named = array->device[0] != '\0' && number >= 0;

	lock_names();
	if (number < 0 || !is_free(array, number)) {
		if (named && array_runs(array->kernel_name))
			return report("%s is in use by another array", array->kernel_name);
		if (!named && !choose_free(array))
			return false;
	}
	return choose_path(array);
}

/* --- the link --------------------------------------------------------------- */

/* The name is this array's, by mdadm.conf: whoever else took it loses it, as with mdadm. */
static bool make_link(const struct array *array)
{
	char target[KERNEL_NAME_MAX + 4], is[KERNEL_NAME_MAX + 4];
	ssize_t n;

	if (strncmp(array->path, LINKS, strlen(LINKS)) != 0)
		return true;
	snprintf(target, sizeof target, "../%s", array->kernel_name);
	mkdir("/dev/md", 0755);
	n = readlink(array->path, is, sizeof is);
	if (n == (ssize_t)strlen(target) && memcmp(is, target, (size_t)n) == 0)
		return true;
	unlink(array->path);
	return symlink(target, array->path) == 0 ||
	       report("cannot make %s: %s", array->path, strerror(errno));
}

/* --- mdadm's map -------------------------------------------------------------
 * A line is: kernel name, version, UUID as four words of the machine, path. */

/* mdadm keeps the UUID of version 1 as bytes and prints them as the machine's words, and all others
 * as the words they are made of. */
static void map_uuid(const struct md *md, char text[static 36])
{
	uint32_t word[4];
	unsigned i;

	for (i = 0; i < 4; i++)
		if (md->major == 1)
			memcpy(&word[i], md->uuid + (size_t)4 * i, 4);
		else
			word[i] = be32(md->uuid + (size_t)4 * i);
	snprintf(text, 36, "%08x:%08x:%08x:%08x", word[0], word[1], word[2], word[3]);
}

/* "1.2"; of a volume in a container "/md127/0": what sysfs has behind "external:". */
static void map_metadata(const struct array *array, char text[ATTRIBUTE_ROOM])
{
	const struct md *md = &array->newest->md;
	char is[ATTRIBUTE_ROOM];

	snprintf(text, ATTRIBUTE_ROOM, "%d.%d", md->major, md->minor);
	if (md->major != MD_EXTERNAL)
		return;
	attribute_read(array->kernel_name, "md/metadata_version", is, sizeof is);
	if (strncmp(is, "external:", 9) == 0)
		snprintf(text, ATTRIBUTE_ROOM, "/%s", is + 10); /* may be -md127 for a moment */
}

static size_t map_line(const struct array *array, char *line, size_t room)
{
	char uuid[36], metadata[ATTRIBUTE_ROOM];
	int length;

	map_uuid(&array->newest->md, uuid);
	map_metadata(array, metadata);
	length = snprintf(line, room, "%s %s %s %s\n", array->kernel_name, metadata, uuid,
			  array->path);
	return length > 0 && (size_t)length < room ? (size_t)length : 0;
}

/* The old map without a line of this array or of one that has left its name. */
static size_t map_others(const char *kernel_name, char *text, size_t room)
{
	int fd = open(MAP, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, room - 1) : 0;
	size_t length = strlen(kernel_name);
	char *line = text;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	while (*line != '\0') {
		size_t size = strcspn(line, "\n") + 1;

		if (strlen(line) < size)
			*line = '\0'; /* cut off: none of ours */
		else if (strncmp(line, kernel_name, length) == 0 && line[length] == ' ')
			memmove(line, line + size, strlen(line + size) + 1);
		else
			line += size;
	}
	return (size_t)(line - text);
}

static bool write_whole(const char *path, const char *text, size_t length)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool done = fd >= 0 && write(fd, text, length) == (ssize_t)length;

	if (fd >= 0)
		close(fd);
	return done;
}

/* Writes the map without the array, and with it at the end if it runs. */
static bool write_map(const struct array *array, bool runs)
{
	static char text[MAP_ROOM];
	size_t length, line = 0;
	bool done;
	int lock;

	mkdir(MAP_DIRECTORY, 0755);
	lock = open(MAP ".lock", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (lock < 0 || flock(lock, LOCK_EX) < 0)
		return report("cannot lock " MAP ": %s", strerror(errno));
	length = map_others(array->kernel_name, text, sizeof text);
	if (runs)
		line = map_line(array, text + length, sizeof text - length);
	done = (line > 0 || !runs) && write_whole(MAP ".new", text, length + line) &&
	       rename(MAP ".new", MAP) == 0;
	if (!done)
		report("cannot write " MAP ": %s", strerror(errno));
	unlink(MAP ".lock"); /* as mdadm does */
	close(lock);
	return done;
}

/* --- both --------------------------------------------------------------------- */

bool name_publish(const struct array *array)
{
	bool linked = make_link(array);

	return write_map(array, true) && linked;
}

void name_withdraw(const struct array *array)
{
	if (strncmp(array->path, LINKS, strlen(LINKS)) == 0)
		unlink(array->path);
	write_map(array, false);
}

/* --- before it has one --------------------------------------------------------- */

static void hold_path(const char *kernel_name, char path[PATH_ROOM])
{
	snprintf(path, PATH_ROOM, MAP_DIRECTORY "/starting-%s", kernel_name);
}

bool name_hold(const char *kernel_name)
{
	char path[PATH_ROOM];

	hold_path(kernel_name, path);
	mkdir(MAP_DIRECTORY, 0755);
	return write_whole(path, "", 0) || report("cannot write %s: %s", path, strerror(errno));
}

void name_release(const char *kernel_name)
{
	char path[PATH_ROOM];

	hold_path(kernel_name, path);
	unlink(path);
}

bool name_announce(const char *kernel_name)
{
	char path[PATH_ROOM];
	int fd;
	bool done;

	snprintf(path, sizeof path, "/sys/class/block/%s/uevent", kernel_name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	done = fd >= 0 && write(fd, "change", 6) == 6;
	if (!done)
		report("%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return done;
}
