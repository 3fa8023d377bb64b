#include "links.h"
#include "mount.h"
#include "../helper/attribute.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ATTRIBUTE_MAX = 160 }; /* a name has 127 bytes, a UUID 128 (linux/dm-ioctl.h) */

/* --- names ---------------------------------------------------------------- */

/* Bytes of a well-formed UTF-8 character beyond ASCII, or 0. */
static size_t utf8_length(const unsigned char *c)
{
	size_t length = *c >= 0xc2 && *c < 0xe0	  ? 2
			: *c >= 0xe0 && *c < 0xf0 ? 3
			: *c >= 0xf0 && *c < 0xf5 ? 4
						  : 0;

	for (size_t i = 1; i < length; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

void link_encode(char *to, size_t room, const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	size_t at = 0;

	while (*c != '\0' && at + 5 <= room) {
		size_t length = *c < 0x80 ? (isalnum(*c) || strchr("#+-.:=@_", *c) != NULL)
					  : utf8_length(c);

		if (length > 0)
			memcpy(to + at, c, length);
		else
			snprintf(to + at, 5, "\\x%02x", *c);
		at += length > 0 ? length : 4;
		c += length > 0 ? length : 1;
	}
	to[*c == '\0' ? at : 0] = '\0';
}

/* One part of a mapping's name; what follows it. */
static const char *split_part(const char *from, char to[LINK_NAME_MAX])
{
	size_t at = 0;

	while (*from != '\0' && !(from[0] == '-' && from[1] != '-') && at < LINK_NAME_MAX - 1) {
		from += from[0] == '-';
		to[at++] = *from++;
	}
	to[at] = '\0';
	return from + (*from == '-');
}

void link_split_volume(const char *mapping, struct volume_name *name)
{
	split_part(split_part(split_part(mapping, name->group), name->volume), name->layer);
}

static bool begins_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool ends_with(const char *text, const char *suffix)
{
	size_t length = strlen(text), end = strlen(suffix);

	return length >= end && strcmp(text + length - end, suffix) == 0;
}

/* --- which there are ------------------------------------------------------ */

static void visit_named(link_visit *visit, void *context, const char *directory, const char *name)
{
	char encoded[LINK_MAX - 32], path[LINK_MAX];

	if (name == NULL)
		return;
	link_encode(encoded, sizeof encoded, name);
	if (*encoded == '\0')
		return;
	snprintf(path, sizeof path, "disk/%s/%s", directory, encoded);
	visit(context, path);
}

void links_by_content(const struct seen *seen, link_visit *visit, void *context)
{
	const char *type = seen->type != NULL ? seen->type : "";
	bool member = ends_with(type, "_member") || strcmp(type, "bcache") == 0;
	bool locked = strcmp(type, "crypto_LUKS") == 0 || strcmp(type, "BitLocker") == 0;

	if (*type != '\0' && !member)
		visit_named(visit, context, "by-uuid", seen->uuid);
	if (*type != '\0' && !member && !locked)
		visit_named(visit, context, "by-label", seen->label);
	visit_named(visit, context, "by-partuuid", seen->part_uuid);
	visit_named(visit, context, "by-partlabel", seen->part_name);
}

static void visit_volume(const char *mapping, link_visit *visit, void *context)
{
	struct volume_name name;
	char path[2 * LINK_NAME_MAX + 2];

	link_split_volume(mapping, &name);
	if (*name.group == '\0' || *name.volume == '\0' || *name.layer != '\0' ||
	    begins_with(name.volume, "pvmove") || ends_with(name.volume, "_vorigin"))
		return;
	snprintf(path, sizeof path, "%s/%s", name.group, name.volume);
	visit(context, path);
}

void links_by_mapping(const char *device, link_visit *visit, void *context)
{
	char name[ATTRIBUTE_MAX], uuid[ATTRIBUTE_MAX], path[ATTRIBUTE_MAX + 32];

	attribute_read(device, "dm/name", name, sizeof name);
	attribute_read(device, "dm/uuid", uuid, sizeof uuid);
	if (*name == '\0')
		return;
	snprintf(path, sizeof path, "mapper/%s", name);
	visit(context, path);
	snprintf(path, sizeof path, "disk/by-id/dm-name-%s", name);
	visit(context, path);
	snprintf(path, sizeof path, "disk/by-id/dm-uuid-%s", uuid);
	if (*uuid != '\0')
		visit(context, path);
	if (begins_with(uuid, "LVM-"))
		visit_volume(name, visit, context);
}

/* Which device it caches: the kernel's link leads to a directory of that one's. Of a volume that is
 * in the cache alone there is none. */
static bool find_backing(const char *device, char name[LINK_NAME_MAX])
{
	char path[64 + LINK_NAME_MAX], target[512];
	char *end, *begin;
	ssize_t length;

	snprintf(path, sizeof path, "/sys/class/block/%.100s/bcache", device);
	length = readlink(path, target, sizeof target - 1);
	target[length > 0 ? length : 0] = '\0';
	end = strrchr(target, '/');
	if (end == NULL)
		return false;
	*end = '\0';
	begin = strrchr(target, '/');
	if (begin == NULL || strlen(begin + 1) >= LINK_NAME_MAX)
		return false;
	strcpy(name, begin + 1);
	return true;
}

void links_by_cache(const struct devices *devices, const char *device, link_visit *visit,
		    void *context)
{
	char backing[LINK_NAME_MAX], label[ATTRIBUTE_MAX], encoded[LINK_MAX - 32], path[LINK_MAX];

	for (uint32_t i = 0; find_backing(device, backing) && i < devices->count; i++) {
		const struct seen *seen = &devices->seen[i];

		if (!seen->present || seen->name == NULL || strcmp(seen->name, backing) != 0)
			continue;
		if (seen->uuid != NULL) {
			snprintf(path, sizeof path, "bcache/by-uuid/%s", seen->uuid);
			visit(context, path);
		}
	}
	attribute_read(device, "bcache/label", label, sizeof label);
	link_encode(encoded, sizeof encoded, label);
	snprintf(path, sizeof path, "bcache/by-label/%s", encoded);
	if (*encoded != '\0')
		visit(context, path);
}

/* --- making them ---------------------------------------------------------- */

/* From the link to the node: "../../sda1". */
static void target_of(const char *path, const char *name, char *target, size_t room)
{
	size_t at = 0;

	for (const char *c = path; (c = strchr(c, '/')) != NULL && at + 4 < room; c++)
		at += (size_t)snprintf(target + at, room - at, "../");
	snprintf(target + at, room - at, "%s", name);
}

void link_make(const char *path, const char *name)
{
	char full[LINK_MAX + 8], beside[LINK_MAX + 16], target[128];

	snprintf(full, sizeof full, "/dev/%s", path);
	snprintf(beside, sizeof beside, "%s.new", full);
	target_of(path, name, target, sizeof target);
	if (symlink(target, full) == 0)
		return;
	*strrchr(full, '/') = '\0';
	(void)make_directories(full, 0755);
	full[strlen(full)] = '/';
	unlink(beside);
	if (symlink(target, beside) == 0 && rename(beside, full) < 0)
		unlink(beside);
}

static void make(void *context, const char *path)
{
	link_make(path, context);
}

void links_make(const struct seen *seen)
{
	if (seen->name != NULL)
		links_by_content(seen, make, seen->name);
}

void links_make_mapping(const char *device)
{
	links_by_mapping(device, make, (void *)device);
}

static void remove_link(void *context, const char *path)
{
	char full[LINK_MAX + 8], due[128], target[128];
	ssize_t length;

	snprintf(full, sizeof full, "/dev/%s", path);
	target_of(path, context, due, sizeof due);
	length = readlink(full, target, sizeof target - 1);
	target[length > 0 ? length : 0] = '\0';
	if (strcmp(target, due) == 0)
		unlink(full);
}

void links_remove(const struct seen *seen)
{
	if (seen->name != NULL)
		links_by_content(seen, remove_link, seen->name);
}
