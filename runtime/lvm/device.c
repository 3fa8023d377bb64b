#include "device.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool lvm_device_read(struct lvm_memory *memory, const struct lvm_source *source,
		     struct lvm_device *device, struct lvm_error *error)
{
	unsigned i, damaged = 0;

	memset(device, 0, sizeof *device);
	if (!lvm_label_read(source, &device->label, error))
		return error->text[0] != '\0' ? false : lvm_fail(error, "it is no physical volume");
	for (i = 0; i < device->label.area_count; i++) {
		struct lvm_group group;
		char *text;
		size_t length;

		if (!lvm_area_read(source, &device->label.area[i], memory, &text, &length, error) ||
		    (text != NULL && !lvm_group_parse(memory, text, length, &group, error))) {
			damaged++;
			continue;
		}
		if (text == NULL || (device->has_group && group.seqno <= device->group.seqno))
			continue;
		device->group = group;
		device->has_group = true;
	}
	return device->has_group || damaged == 0;
}

static bool read_file(void *context, uint64_t at, void *to, size_t length)
{
	char *place = to;

	while (length > 0) {
		ssize_t n = pread(*(const int *)context, place, length, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		place += n;
		at += (uint64_t)n;
		length -= (size_t)n;
	}
	return true;
}

bool lvm_device_read_file(struct lvm_memory *memory, int fd, uint64_t size,
			  struct lvm_device *device, struct lvm_error *error)
{
	struct lvm_source source = {read_file, &fd, size};

	return lvm_device_read(memory, &source, device, error);
}

bool lvm_group_is_ours(const struct lvm_group *group, const char *system_id,
		       struct lvm_error *error)
{
	if (group->exported)
		return lvm_fail(error, "the volume group %.64s is exported", group->name);
	if (group->lock_type != NULL && strcmp(group->lock_type, "none") != 0)
		return lvm_fail(error, "the volume group %.64s is shared (lock type %.32s)",
				group->name, group->lock_type);
	if (group->system_id != NULL && *group->system_id != '\0' &&
	    (system_id == NULL || strcmp(group->system_id, system_id) != 0))
		return lvm_fail(error, "the volume group %.64s belongs to the system %.64s",
				group->name, group->system_id);
	return true;
}

static bool put_escaped(char *to, size_t room, size_t *at, const char *name)
{
	for (; *name != '\0'; name++) {
		if (*at + 3 > room)
			return false;
		to[(*at)++] = *name;
		if (*name == '-')
			to[(*at)++] = '-';
	}
	return true;
}

bool lvm_mapping_name(char *to, size_t room, const char *group, const char *volume)
{
	size_t at = 0;

	if (!put_escaped(to, room, &at, group) || at + 2 > room)
		return false;
	to[at++] = '-';
	if (!put_escaped(to, room, &at, volume) || at + 1 > room)
		return false;
	to[at] = '\0';
	return true;
}
