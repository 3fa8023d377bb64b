#include "mapping.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ATTRIBUTE_MAX = 160 }; /* a name has 127 bytes, a UUID 128 (linux/dm-ioctl.h) */

/* An attribute of the block device, without its newline; empty if there is none. */
static void read_attribute(const char *device, const char *attribute, char value[ATTRIBUTE_MAX])
{
	char path[128];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof path, "/sys/class/block/%.64s/%s", device, attribute);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, value, ATTRIBUTE_MAX - 1);
		close(fd);
	}
	while (n > 0 && value[n - 1] == '\n')
		n--;
	value[n > 0 ? n : 0] = '\0';
}

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

	read_attribute(event_property(event, "DEVNAME"), "dm/name", name);
	return strncmp(name, prefix, sizeof prefix - 1) == 0;
}

void mapping_add(struct properties *properties, const struct event *event)
{
	const char *device = event_property(event, "DEVNAME");
	char suspended[ATTRIBUTE_MAX], size[ATTRIBUTE_MAX], value[ATTRIBUTE_MAX];

	read_attribute(device, "dm/suspended", suspended);
	read_attribute(device, "size", size);
	if (strcmp(suspended, "0") != 0 || strtoull(size, NULL, 10) == 0)
		return;
	read_attribute(device, "dm/name", value);
	properties_add(properties, "DM_NAME", value);
	read_attribute(device, "dm/uuid", value);
	properties_add(properties, "DM_UUID", value);
}
