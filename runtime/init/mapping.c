#include "mapping.h"
#include "../helper/attribute.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ATTRIBUTE_MAX = 160 }; /* a name has 127 bytes, a UUID 128 (linux/dm-ioctl.h) */

bool mapping_concerns(const struct event *event)
{
	const char *name = event_property(event, "DEVNAME");
	const char *action = event_property(event, "ACTION");

	return name != NULL && strncmp(name, "dm-", 3) == 0 &&
	       strspn(name + 3, "0123456789") == strlen(name + 3) && action != NULL &&
	       strcmp(action, "remove") != 0 && event_property(event, "DM_NAME") == NULL;
}

bool mapping_is_passing(const struct event *event)
{
	static const char prefix[] = "temporary-cryptsetup-";
	char name[ATTRIBUTE_MAX];

	attribute_read(event_property(event, "DEVNAME"), "dm/name", name, sizeof name);
	return strncmp(name, prefix, sizeof prefix - 1) == 0;
}

void mapping_add(struct properties *properties, const struct event *event)
{
	const char *device = event_property(event, "DEVNAME");
	char suspended[ATTRIBUTE_MAX], size[ATTRIBUTE_MAX], value[ATTRIBUTE_MAX];

	attribute_read(device, "dm/suspended", suspended, sizeof suspended);
	attribute_read(device, "size", size, sizeof size);
	if (strcmp(suspended, "0") != 0 || strtoull(size, NULL, 10) == 0)
		return;
	attribute_read(device, "dm/name", value, sizeof value);
	properties_add(properties, "DM_NAME", value);
	attribute_read(device, "dm/uuid", value, sizeof value);
	properties_add(properties, "DM_UUID", value);
}

bool mapping_path(const char *device, char *path, size_t room)
{
	char name[ATTRIBUTE_MAX];

	if (strncmp(device, "dm-", 3) != 0)
		return false;
	attribute_read(device, "dm/name", name, sizeof name);
	return *name != '\0' && snprintf(path, room, "/dev/mapper/%s", name) < (int)room &&
	       access(path, F_OK) == 0;
}
