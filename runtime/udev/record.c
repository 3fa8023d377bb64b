#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool begins_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void add(struct record *record, const char *key, const char *value)
{
	size_t room = sizeof record->bytes - record->length;
	int length;

	if (value == NULL || *value == '\0' || strpbrk(value, "\n") != NULL)
		return;
	length = snprintf(record->bytes + record->length, room, "%s=%s", key, value);
	if (length > 0 && (size_t)length < room)
		record->length += (size_t)length + 1;
}

/* udev writes what could disturb a file's name as \xNN (systemd: src/basic/device-nodes.c). */
static void add_decoded(struct record *record, const char *key, const char *value)
{
	char text[512];
	size_t n = 0;

	for (; value != NULL && *value != '\0' && n + 1 < sizeof text; n++) {
		char digits[3] = "";
		char *end = digits;

		if (value[0] == '\\' && value[1] == 'x')
			strncat(digits, value + 2, 2);
		text[n] = (char)strtoul(digits, &end, 16);
		if (end == digits + 2) {
			value += 4;
		} else {
			text[n] = *value++;
		}
	}
	text[n] = '\0';
	add(record, key, text);
}

/* --- what it is ----------------------------------------------------------- */

/* Members of sets: which set, and which member, only our own probe reads. Until it has, the device
 * is one that nobody has looked at. */
static bool is_for_probe(const char *type)
{
	static const char *const types[] = {
		"linux_raid_member", "isw_raid_member", "ddf_raid_member",
		"LVM2_member",	     "btrfs",		"bcache"};

	for (size_t i = 0; type != NULL && i < sizeof types / sizeof *types; i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

/* One of several ways to a disk, which is used through all of them (60-multipath.rules). */
static bool is_path(struct udev_device *device)
{
	const char *path = udev_device_get_property_value(device, "DM_MULTIPATH_DEVICE_PATH");

	return path != NULL && strcmp(path, "1") == 0;
}

/* A mapping before its table is active, or one that is not for others: rules have made no links for
 * it (55-dm.rules). It would be taken for ready, since it may be by now. */
static bool is_hidden(struct udev_device *device)
{
	const char *flag =
		udev_device_get_property_value(device, "DM_UDEV_DISABLE_OTHER_RULES_FLAG");
	const char *action = udev_device_get_action(device);

	return flag != NULL && strcmp(flag, "1") == 0 &&
	       (action == NULL || strcmp(action, "remove") != 0);
}

static void add_content(struct record *record, struct udev_device *device)
{
	const char *type = udev_device_get_property_value(device, "ID_FS_TYPE");

	if (!is_path(device) && is_for_probe(type))
		return;
	add(record, "BOOTGRAPH_PROBED", "1");
	if (is_path(device))
		return;
	add(record, "ID_FS_TYPE", type);
	add_decoded(record, "ID_FS_UUID", udev_device_get_property_value(device, "ID_FS_UUID_ENC"));
	add_decoded(record, "ID_FS_LABEL",
		    udev_device_get_property_value(device, "ID_FS_LABEL_ENC"));
	add(record, "ID_PART_ENTRY_UUID",
	    udev_device_get_property_value(device, "ID_PART_ENTRY_UUID"));
	add_decoded(record, "ID_PART_ENTRY_NAME",
		    udev_device_get_property_value(device, "ID_PART_ENTRY_NAME"));
	add(record, "ID_PART_ENTRY_NUMBER",
	    udev_device_get_property_value(device, "ID_PART_ENTRY_NUMBER"));
}

/* --- all of it ------------------------------------------------------------ */

static const char *const first[] = {"SUBSYSTEM", "DEVTYPE", "MAJOR",	"MINOR",    "DEVPATH",
				    "DRIVER",	 "PARTN",   "PARTNAME", "MODALIAS", "DEVLINKS"};

/* What is said before, or what PID 1 finds out by itself, because it knows better whether a mapping
 * or an array is ready: of these udev also says what they are before they can be used. */
static bool is_left_out(const char *key)
{
	static const char *const others[] = {"ACTION",	   "DEVNAME",	   "SEQNUM",
					     "DM_NAME",	   "DM_UUID",	   "MD_LEVEL",
					     "MD_DEVNAME", "CURRENT_TAGS", "USEC_INITIALIZED"};

	for (size_t i = 0; i < sizeof first / sizeof *first; i++)
		if (strcmp(key, first[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strcmp(key, others[i]) == 0)
			return true;
	return begins_with(key, "ID_FS_") || begins_with(key, "ID_PART_ENTRY_");
}

bool record_device(struct record *record, struct udev_device *device)
{
	const char *action = udev_device_get_action(device);
	const char *node = udev_device_get_devnode(device);
	const char *subsystem = udev_device_get_subsystem(device);
	struct udev_list_entry *entry;

	if (is_hidden(device))
		return false;
	record->bytes[0] = UDEV_EVENT;
	record->length = 1;
	add(record, "ACTION", action != NULL ? action : "add");
	if (node != NULL)
		add(record, "DEVNAME", begins_with(node, "/dev/") ? node + 5 : node);
	for (size_t i = 0; i < sizeof first / sizeof *first; i++)
		add(record, first[i], udev_device_get_property_value(device, first[i]));
	if (subsystem != NULL && strcmp(subsystem, "block") == 0)
		add_content(record, device);
	udev_list_entry_foreach(entry, udev_device_get_properties_list_entry(device))
	{
		const char *key = udev_list_entry_get_name(entry);

		if (!is_left_out(key))
			add(record, key, udev_list_entry_get_value(entry));
	}
	return true;
}
