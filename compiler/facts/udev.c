/* udev's database: what its rules found out about devices. */
#include "capture.h"

#include <libudev.h>
#include <string.h>
#include <sys/sysmacros.h>

/* What findings and the chain ask for. Serial numbers and the like stay on the machine. */
static bool is_wanted(const char *key)
{
	static const char *const keys[] = {"ID_FS_TYPE",
					   "ID_FS_USAGE",
					   "ID_FS_UUID",
					   "ID_FS_UUID_SUB",
					   "ID_FS_LABEL",
					   "ID_FS_VERSION",
					   "ID_PART_ENTRY_NAME",
					   "ID_PART_ENTRY_SCHEME",
					   "ID_PART_ENTRY_TYPE",
					   "ID_PART_ENTRY_UUID",
					   "ID_PART_TABLE_TYPE",
					   "ID_BUS",
					   "MD_UUID",
					   "MD_NAME",
					   "DM_VG_NAME",
					   "DM_LV_NAME",
					   "PARTNAME"};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

static void add_links(struct arena *arena, struct facts_device *device, struct udev_device *found)
{
	struct udev_list_entry *entry;

	udev_list_entry_foreach(entry, udev_device_get_devlinks_list_entry(found))
	{
		const char *link = udev_list_entry_get_name(entry);
		bool known = false;

		for (size_t i = 0; i < device->links.count; i++)
			known |= strcmp(device->links.item[i], link) == 0;
		if (!known)
			vec_push(arena, &device->links, arena_strdup(arena, link));
	}
}

static void add_properties(struct arena *arena, struct facts_device *device,
			   struct udev_device *found)
{
	struct udev_list_entry *entry;

	udev_list_entry_foreach(entry, udev_device_get_properties_list_entry(found))
	{
		const char *key = udev_list_entry_get_name(entry);
		const char *value = udev_list_entry_get_value(entry);

		if (is_wanted(key) && value != NULL)
			vec_push(arena, &device->properties,
				 (struct facts_property){arena_strdup(arena, key),
							 arena_strdup(arena, value)});
	}
}

void capture_udev(struct capture *capture)
{
	struct udev *udev = udev_new();

	if (udev == NULL) {
		capture_partial(capture, "udev", "its database cannot be read");
		return;
	}
	for (size_t i = 0; i < capture->facts->devices.count; i++) {
		struct facts_device *device = &capture->facts->devices.item[i];
		struct udev_device *found = udev_device_new_from_devnum(
			udev, 'b', makedev(device->major, device->minor));

		if (found == NULL)
			continue; /* it was taken away since */
		add_links(capture->arena, device, found);
		add_properties(capture->arena, device, found);
		udev_device_unref(found);
	}
	udev_unref(udev);
}
