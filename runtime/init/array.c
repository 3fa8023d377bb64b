#include "array.h"
#include "init.h"
#include "log.h"
#include "../helper/attribute.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAP  "/run/mdadm/map"
#define HELD "/run/mdadm/starting-"

enum {
	ATTRIBUTE_MAX = 64,
	NAME_MAX_HERE = 64,
	MAP_MAX = 16384,
};

/* --- events ----------------------------------------------------------------- */

/* md0, md127p2, md_name: but not mdsomething, which is no array of md's. */
static bool is_array_name(const char *name)
{
	return name != NULL && strncmp(name, "md", 2) == 0 &&
	       (isdigit((unsigned char)name[2]) || name[2] == '_');
}

bool array_concerns(const struct event *event)
{
	const char *action = event_property(event, "ACTION");
	const char *subsystem = event_property(event, "SUBSYSTEM");

	return subsystem != NULL && strcmp(subsystem, "block") == 0 &&
	       is_array_name(event_property(event, "DEVNAME")) && action != NULL &&
	       strcmp(action, "remove") != 0 && event_property(event, "MD_LEVEL") == NULL;
}

/* An attribute of the array, which of a partition is its parent's. */
static void read_attribute(const char *device, bool partition, const char *attribute,
			   char value[ATTRIBUTE_MAX])
{
	char path[ATTRIBUTE_MAX];

	snprintf(path, sizeof path, "%smd/%s", partition ? "../" : "", attribute);
	attribute_read(device, path, value, ATTRIBUTE_MAX);
}

/* The array's name below /dev/md, the last word of its device's line: "md127 1.2 UUID
 * /dev/md/root". */
static void find_name(const char *device, size_t length, char name[NAME_MAX_HERE])
{
	static char map[MAP_MAX];
	int fd = open(MAP, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, map, sizeof map - 1) : 0;
	const char *line, *path;

	name[0] = '\0';
	if (fd >= 0)
		close(fd);
	map[n > 0 ? n : 0] = '\0';
	for (line = map; *line != '\0'; line += strcspn(line, "\n"), line += *line != '\0') {
		size_t size = strcspn(line, "\n");

		if (strncmp(line, device, length) != 0 || line[length] != ' ')
			continue;
		path = memrchr(line, ' ', size) + 1; /* metadata has a slash in it: /md127/0 */
		size -= (size_t)(path - line);
		if (size > 8 && size - 8 < NAME_MAX_HERE && memcmp(path, "/dev/md/", 8) == 0) {
			memcpy(name, path + 8, size - 8);
			name[size - 8] = '\0';
		}
		return;
	}
}

/* Bytes of the array's own name: of md127p1 those of md127. */
static size_t array_length(const char *device, bool partition)
{
	size_t length = strlen(device);

	if (partition)
		while (length > 0 && device[--length] != 'p')
			;
	return length;
}

/* udev's rule: a number behind the array's name, with a p between two digits. */
static void add_name(struct properties *properties, const struct event *event, bool partition)
{
	const char *device = event_property(event, "DEVNAME");
	const char *number = event_property(event, "PARTN");
	char name[NAME_MAX_HERE], whole[NAME_MAX_HERE + 16];

	find_name(device, array_length(device, partition), name);
	if (name[0] == '\0')
		return;
	if (partition && number != NULL)
		snprintf(whole, sizeof whole, "%s%s%.10s", name,
			 isdigit((unsigned char)name[strlen(name) - 1]) ? "p" : "", number);
	else
		snprintf(whole, sizeof whole, "%s", name);
	properties_add(properties, "MD_DEVNAME", whole);
}

static bool add_all_but_action(struct properties *properties, const struct event *event)
{
	size_t at, length;

	for (at = 0; at < event->length; at += length) {
		length = strlen(event->properties + at) + 1;
		if (strncmp(event->properties + at, "ACTION=", 7) != 0 &&
		    !properties_add_all(properties, event->properties + at, length))
			return false;
	}
	return true;
}

/* mdadm is still at it (bootgraph-md, names.c). */
static bool is_held(const char *device, bool partition)
{
	char path[ATTRIBUTE_MAX];

	snprintf(path, sizeof path, HELD "%.*s", (int)array_length(device, partition), device);
	return access(path, F_OK) == 0;
}

bool array_event(struct properties *properties, const struct event *event)
{
	const char *device = event_property(event, "DEVNAME");
	const char *type = event_property(event, "DEVTYPE");
	bool partition = type != NULL && strcmp(type, "partition") == 0;
	char state[ATTRIBUTE_MAX], level[ATTRIBUTE_MAX];

	read_attribute(device, partition, "array_state", state);
	read_attribute(device, partition, "level", level);
	if (state[0] == '\0' || strcmp(state, "clear") == 0 || strcmp(state, "inactive") == 0 ||
	    is_held(device, partition))
		return properties_add(properties, "ACTION", "remove") &&
		       add_all_but_action(properties, event);
	if (!properties_add_all(properties, event->properties, event->length))
		return false;
	properties_add(properties, "MD_LEVEL", level);
	add_name(properties, event, partition);
	return true;
}

/* --- modules ---------------------------------------------------------------- */

int32_t array_load_module(struct init *init, const char *set, struct report *report)
{
	struct set_view view;
	char name[sizeof view.newest->about];
	unsigned module;

	sets_view(&init->members.sets, set, &view);
	if (strncmp(set, "md:", 3) != 0 || view.newest == NULL)
		return 0;
	/* "raid1, 2 devices": what the probe says begins with the level. */
	snprintf(name, sizeof name, "%s", view.newest->about);
	name[strcspn(name, ",")] = '\0';
	if (strcmp(name, "raid4") == 0 || strcmp(name, "raid5") == 0 || strcmp(name, "raid6") == 0)
		strcpy(name, "raid456");
	module = modules_find(&init->modules, name);
	if (module == MODULE_NONE || modules_is_loaded(&init->modules, module))
		return 0; /* built in, or missing: whoever starts the array will say so */
	return modules_load(&init->modules, &init->boot, module, "", report);
}

void array_load_modules(struct init *init)
{
	for (uint32_t i = 0; i < init->members.sets.entry_count; i++) {
		struct report report = {0};

		if (array_load_module(init, init->members.sets.entry[i].membership.set, &report) !=
		    0)
			say(SAY_WARNING, "bootgraph: %s", report.text);
	}
}
