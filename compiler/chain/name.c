#include "name.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *after(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

/* --- device-mapper -------------------------------------------------------- */

/* The byte that "\xNN" stands for, or -1. */
static int hex_escape(const char *at)
{
	char digits[3] = "";

	if (at[0] != '\\' || at[1] != 'x' || !isxdigit((unsigned char)at[2]) ||
	    !isxdigit((unsigned char)at[3]))
		return -1;
	digits[0] = at[2];
	digits[1] = at[3];
	return (int)strtol(digits, NULL, 16);
}

const char *name_of_mapping(struct arena *arena, const char *reference)
{
	const char *at = after(reference, "/dev/mapper/");
	char *name, *to;

	if (at == NULL || *at == '\0')
		return NULL;
	name = to = arena_alloc(arena, strlen(at) + 1);
	while (*at != '\0') {
		int byte = hex_escape(at);

		*to++ = (char)(byte > 0 ? byte : *at);
		at += byte > 0 ? 4 : 1;
	}
	return name;
}

/* Two hyphens to one. */
static const char *unescape_hyphens(struct arena *arena, const char *text, size_t length)
{
	char *name = arena_alloc(arena, length + 1), *to = name;

	for (size_t i = 0; i < length; i++) {
		*to++ = text[i];
		if (text[i] == '-' && i + 1 < length && text[i + 1] == '-')
			i++;
	}
	return name;
}

bool name_split_volume(struct arena *arena, const char *name, const char **ret_group,
		       const char **ret_volume)
{
	size_t at = 0;

	while (name[at] != '\0' && !(name[at] == '-' && name[at + 1] != '-'))
		at += name[at] == '-' ? 2 : 1;
	if (at == 0 || name[at] == '\0' || name[at + 1] == '\0')
		return false;
	*ret_group = unescape_hyphens(arena, name, at);
	*ret_volume = unescape_hyphens(arena, name + at + 1, strlen(name + at + 1));
	return true;
}

bool name_of_volume(struct arena *arena, const char *reference, const char **ret_group,
		    const char **ret_volume)
{
	/* Directories of /dev that belong to somebody else: devtmpfs, udev's rules. */
	static const char *const taken[] = {"block", "bsg",    "bus",	"char",	    "cpu",
					    "disk",  "dri",    "fd",	"input",    "mapper",
					    "md",    "mqueue", "net",	"pts",	    "shm",
					    "snd",   "vfio",   "cciss", "hugepages"};
	const char *path = after(reference, "/dev/"), *slash;
	const char *mapping = name_of_mapping(arena, reference);

	if (mapping != NULL)
		return name_split_volume(arena, mapping, ret_group, ret_volume);
	slash = path != NULL ? strchr(path, '/') : NULL;
	if (slash == NULL || slash == path || slash[1] == '\0' || strchr(slash + 1, '/') != NULL)
		return false;
	*ret_group = arena_strndup(arena, path, (size_t)(slash - path));
	*ret_volume = slash + 1;
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (strcmp(taken[i], *ret_group) == 0)
			return false;
	return true;
}

/* --- md ------------------------------------------------------------------- */

static bool is_number(const char *text)
{
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

const char *name_of_array(struct arena *arena, const char *reference)
{
	const char *path = after(reference, "/dev/"), *name = reference, *colon;

	if (path != NULL) {
		name = after(path, "md/");
		if (name == NULL)
			name = after(path, "md_");
		if (name == NULL && after(path, "md") != NULL && is_number(path + 2))
			name = path + 2;
	} else if (*reference == '/' || strchr(reference, '=') != NULL) {
		return NULL;
	} else if (after(name, "md") != NULL && is_number(name + 2)) {
		name += 2;
	}
	if (name == NULL || *name == '\0')
		return NULL;
	colon = strchr(name, ':');
	return arena_strdup(arena, colon != NULL && colon[1] != '\0' ? colon + 1 : name);
}

/* --- disks ---------------------------------------------------------------- */

/* Where the number of a partition begins, for kernel names; NULL for whole disks and other names.
 * Kernel: block/partitions/core.c puts a "p" between two digits. */
static const char *partition_number(const char *name)
{
	static const char *const lettered[] = {"sd", "hd", "vd", "xvd"};
	static const char *const numbered[] = {"nvme", "mmcblk", "md", "bcache", "loop", "nbd"};
	const char *rest;

	for (size_t i = 0; i < sizeof lettered / sizeof *lettered; i++) {
		rest = after(name, lettered[i]);
		if (rest == NULL || !islower((unsigned char)*rest))
			continue;
		rest += strspn(rest, "abcdefghijklmnopqrstuvwxyz");
		return is_number(rest) ? rest : NULL;
	}
	for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++) {
		rest = after(name, numbered[i]);
		if (rest == NULL || !isdigit((unsigned char)*rest))
			continue;
		rest = strrchr(rest, 'p');
		return rest != NULL && isdigit((unsigned char)rest[-1]) && is_number(rest + 1)
			       ? rest
			       : NULL;
	}
	return NULL;
}

const char *name_of_disk(struct arena *arena, const char *reference)
{
	const char *name = after(reference, "/dev/");
	const char *number = name != NULL ? partition_number(name) : NULL;

	return number != NULL ? arena_strndup(arena, reference, (size_t)(number - reference))
			      : NULL;
}

bool name_is_disk(const char *reference)
{
	static const char *const prefixes[] = {"sd", "hd", "vd", "xvd", "nvme", "mmcblk", "zram"};
	const char *name = after(reference, "/dev/");

	if (name == NULL || partition_number(name) != NULL || strchr(name, '/') != NULL)
		return false;
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		const char *rest = after(name, prefixes[i]);

		/* "sd" and letters, "nvme" and a digit; /dev/sdcard is somebody's own name. */
		if (rest == NULL || *rest == '\0')
			continue;
		if (i < 4 ? strlen(rest) <= 3 &&
				    rest[strspn(rest, "abcdefghijklmnopqrstuvwxyz")] == '\0'
			  : isdigit((unsigned char)*rest))
			return true;
	}
	return false;
}

bool name_is_bcache(const char *reference)
{
	const char *number = after(reference, "/dev/bcache");

	return number != NULL && is_number(number);
}

/* --- escapes -------------------------------------------------------------- */

static int octal_escape(const char *at)
{
	if (at[0] != '\\' || at[1] < '0' || at[1] > '3' || at[2] < '0' || at[2] > '7' ||
	    at[3] < '0' || at[3] > '7')
		return -1;
	return (at[1] - '0') * 64 + (at[2] - '0') * 8 + at[3] - '0';
}

const char *name_plain(struct arena *arena, const char *name)
{
	char *plain = arena_alloc(arena, strlen(name) + 1), *to = plain;

	while (*name != '\0') {
		int byte = hex_escape(name);

		if (byte < 0)
			byte = octal_escape(name);
		name += byte > 0 ? 4 : 1;
		if (byte <= 0)
			byte = (unsigned char)name[-1];
		if (byte != '-' || to == plain || to[-1] != '-')
			*to++ = (char)byte;
	}
	return plain;
}
