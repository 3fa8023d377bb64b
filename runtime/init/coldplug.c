#include "init.h"
#include "log.h"
#include "properties.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DEVICES_PER_STEP = 64 };

static void open_stage(struct coldplug *coldplug)
{
	coldplug->stage = COLDPLUG_BLOCK;
	coldplug->again = false;
	coldplug->devices = 0;
	coldplug->walk++;
	snprintf(coldplug->subsystem, sizeof coldplug->subsystem, "block");
	coldplug->list = opendir("/sys/class/block");
	if (coldplug->list == NULL)
		say(SAY_WARNING, "bootgraph: /sys/class/block cannot be read: %s", strerror(errno));
}

/* udevd has looked at the devices already: its database is told of, instead of /sys. */
static void start_at_udevd(struct init *init)
{
	struct coldplug *coldplug = &init->coldplug;

	coldplug->again = init->udev.walking;
	if (coldplug->again)
		return;
	coldplug->devices = 0;
	coldplug->walk++;
	if (!udev_walk(&init->udev))
		coldplug_walked(init);
}

void coldplug_start(struct init *init)
{
	if (init->udev.on)
		start_at_udevd(init);
	else if (init->coldplug.stage != COLDPLUG_IDLE)
		init->coldplug.again = true;
	else
		open_stage(&init->coldplug);
}

void coldplug_effect(struct init *init, uint32_t node, uint32_t serial)
{
	if (init->coldplug.node != NONE)
		init_end(init, init->coldplug.node, init->coldplug.serial, 0);
	init->coldplug.node = node;
	init->coldplug.serial = serial;
	coldplug_start(init);
}

static ssize_t read_file_at(int directory, const char *path, char *text, size_t room)
{
	int fd = openat(directory, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, room);
	if (n < 0)
		n = -errno;
	close(fd);
	return n;
}

/* The entry links to ../../devices/...; what follows /sys is the kernel's DEVPATH. */
static void add_path(struct properties *properties, int directory, const char *name)
{
	char target[1024];
	const char *path;
	ssize_t n = readlinkat(directory, name, target, sizeof target - 1);

	if (n <= 0)
		return;
	target[n] = '\0';
	path = strstr(target, "/devices/");
	if (path != NULL)
		properties_add(properties, "DEVPATH", path);
}

static bool has_key(const struct properties *properties, const char *key)
{
	struct event event = {.properties = properties->text, .length = properties->length};

	return event_property(&event, key) != NULL;
}

/* A member that its array has already. Those that a walk is for wait for what nobody has yet, and
 * to read and ask again about this one costs milliseconds. */
static bool is_in_array(const struct init *init, int directory, const char *name,
			const struct event *event)
{
	const struct seen *seen = devices_find(&init->devices, event_device_number(event));
	char path[NAME_MAX + sizeof "/holders"];
	const struct dirent *entry;
	bool found = false;
	DIR *holders;
	int fd;

	if (seen == NULL || seen->type == NULL || strcmp(seen->type, "linux_raid_member") != 0)
		return false;
	snprintf(path, sizeof path, "%s/holders", name);
	fd = openat(directory, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	holders = fd >= 0 ? fdopendir(fd) : NULL;
	if (holders == NULL) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (!found && (entry = readdir(holders)) != NULL)
		found = strncmp(entry->d_name, "md", 2) == 0;
	closedir(holders);
	return found;
}

/* Tells of one device as the kernel would have done. */
static void tell_of(struct init *init, const char *name)
{
	struct coldplug *coldplug = &init->coldplug;
	struct properties properties = {.length = 0};
	int directory = dirfd(coldplug->list);
	char path[NAME_MAX + sizeof "/uevent"], lines[4096];
	struct event event = {.kind = EVENT_DEVICE};
	ssize_t n;

	snprintf(path, sizeof path, "%s/uevent", name);
	n = read_file_at(directory, path, lines, sizeof lines);
	if (n <= 0)
		return; /* it has just left */
	properties_add(&properties, "ACTION", "add");
	properties_add(&properties, "SUBSYSTEM", coldplug->subsystem);
	if (!properties_add_lines(&properties, lines, (size_t)n) ||
	    !has_key(&properties, coldplug->stage == COLDPLUG_BLOCK ? "MAJOR" : "MODALIAS"))
		return;
	add_path(&properties, directory, name);
	event.properties = properties.text;
	event.length = properties.length;
	coldplug->devices++;
	if (is_in_array(init, directory, name, &event))
		(void)devices_event(&init->devices, &event, coldplug->walk); /* it is still there */
	else
		init_tell(init, &event);
}

/* Devices that were there before and are not any more: their events were among the lost ones. */
static void tell_of_missing(struct init *init)
{
	uint32_t i;

	for (i = 0; i < init->devices.count; i++) {
		const struct seen *seen = &init->devices.seen[i];
		struct properties properties = {.length = 0};
		struct event event = {.kind = EVENT_DEVICE};

		if (!seen->present || seen->walk == init->coldplug.walk || seen->name == NULL)
			continue;
		properties_add(&properties, "ACTION", "remove");
		devices_add_identity(&properties, seen);
		event.properties = properties.text;
		event.length = properties.length;
		init_tell(init, &event);
	}
}

/* Adapters that find disks late (HOST=late, core/device_ref.h). */
static const struct late_host {
	const char *directory, *subsystem, *driver;
} late_hosts[] = {
	{"/sys/class/sas_host", "sas_host", ""},
	{"/sys/class/fc_host", "fc_host", ""},
	{"/sys/class/iscsi_host", "iscsi_host", ""},
	{"/sys/bus/usb/drivers/usb-storage", "usb", "usb-storage"},
	{"/sys/bus/usb/drivers/uas", "usb", "uas"},
};

/* A class or a driver has links to its devices; a driver also to its module. */
static bool has_device(const char *directory)
{
	DIR *list = opendir(directory);
	struct dirent *entry;
	bool found = false;

	while (list != NULL && !found && (entry = readdir(list)) != NULL)
		found = entry->d_type == DT_LNK && strcmp(entry->d_name, "module") != 0;
	if (list != NULL)
		closedir(list);
	return found;
}

static void tell_of_late_hosts(struct init *init)
{
	size_t i;

	for (i = 0; i < sizeof late_hosts / sizeof *late_hosts; i++) {
		struct properties properties = {.length = 0};
		struct event event = {.kind = EVENT_DEVICE};

		if (!has_device(late_hosts[i].directory))
			continue;
		properties_add(&properties, "ACTION", "add");
		properties_add(&properties, "SUBSYSTEM", late_hosts[i].subsystem);
		properties_add(&properties, "DRIVER", late_hosts[i].driver);
		event.properties = properties.text;
		event.length = properties.length;
		init_tell(init, &event);
	}
}

/* The next bus's list of devices; false after the last one. */
static bool next_bus(struct coldplug *coldplug)
{
	struct dirent *entry;
	char path[sizeof "/sys/bus//devices" + sizeof coldplug->subsystem];

	while (coldplug->buses != NULL && (entry = readdir(coldplug->buses)) != NULL) {
		size_t length = strlen(entry->d_name);

		if (entry->d_name[0] == '.' || length >= sizeof coldplug->subsystem)
			continue;
		memcpy(coldplug->subsystem, entry->d_name, length + 1);
		snprintf(path, sizeof path, "/sys/bus/%s/devices", coldplug->subsystem);
		coldplug->list = opendir(path);
		if (coldplug->list != NULL)
			return true;
	}
	return false;
}

static void end_effect(struct init *init)
{
	struct coldplug *coldplug = &init->coldplug;

	if (coldplug->node != NONE)
		init_end(init, coldplug->node, coldplug->serial, 0);
	coldplug->node = NONE;
}

static void finish_walk(struct init *init)
{
	struct coldplug *coldplug = &init->coldplug;

	if (coldplug->buses != NULL)
		closedir(coldplug->buses);
	coldplug->buses = NULL;
	coldplug->stage = COLDPLUG_IDLE;
	say(SAY_DEBUG, "bootgraph: %u devices found in /sys", (unsigned)coldplug->devices);
	if (coldplug->again) {
		open_stage(coldplug);
		return;
	}
	end_effect(init);
}

void coldplug_walked(struct init *init)
{
	if (init->coldplug.devices > 0)
		tell_of_missing(init);
	tell_of_late_hosts(init);
	if (init->coldplug.again)
		start_at_udevd(init);
	else
		end_effect(init);
}

static void next_stage(struct init *init)
{
	struct coldplug *coldplug = &init->coldplug;

	if (coldplug->list != NULL)
		closedir(coldplug->list);
	coldplug->list = NULL;
	if (coldplug->stage == COLDPLUG_BLOCK) {
		if (coldplug->devices > 0)
			tell_of_missing(init);
		tell_of_late_hosts(init);
	}
	if (coldplug->stage == COLDPLUG_BLOCK && modules_have_aliases(&init->modules)) {
		coldplug->stage = COLDPLUG_BUSES;
		coldplug->buses = opendir("/sys/bus");
	}
	if (coldplug->stage != COLDPLUG_BUSES || !next_bus(coldplug))
		finish_walk(init);
}

void coldplug_step(struct init *init)
{
	struct coldplug *coldplug = &init->coldplug;
	struct dirent *entry;
	unsigned i;

	for (i = 0; i < DEVICES_PER_STEP; i++) {
		entry = coldplug->list != NULL ? readdir(coldplug->list) : NULL;
		if (entry == NULL) {
			next_stage(init);
			return;
		}
		if (entry->d_name[0] != '.')
			tell_of(init, entry->d_name);
	}
}
