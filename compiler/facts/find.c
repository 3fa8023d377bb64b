/* Questions to the facts. */
#include "facts.h"

#include <string.h>

#include "../../runtime/core/device_ref.h"

const struct facts_device *facts_device(const struct facts *facts, const char *name)
{
	for (size_t i = 0; name != NULL && i < facts->devices.count; i++)
		if (strcmp(facts->devices.item[i].name, name) == 0)
			return &facts->devices.item[i];
	return NULL;
}

const char *facts_path(struct arena *arena, const struct facts_device *device)
{
	return device->dm != NULL ? arena_printf(arena, "/dev/mapper/%s", device->dm->name)
				  : arena_printf(arena, "/dev/%s", device->name);
}

const char *facts_property(const struct facts_device *device, const char *key)
{
	for (size_t i = 0; i < device->properties.count; i++)
		if (strcmp(device->properties.item[i].key, key) == 0)
			return device->properties.item[i].value;
	return NULL;
}

const struct facts_vg *facts_group(const struct facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->groups.count; i++)
		if (strcmp(facts->groups.item[i].name, name) == 0)
			return &facts->groups.item[i];
	return NULL;
}

/* --- references ----------------------------------------------------------- */

typedef VEC(char) buffer;

static void put_property(struct arena *arena, buffer *out, const char *key, const char *value)
{
	const char *text = arena_printf(arena, "%s=%s", key, value);

	for (; *text != '\0'; text++)
		vec_push(arena, out, *text);
	vec_push(arena, out, '\0');
}

/* The event that PID 1 would see of the device, so that both agree on which device is meant. */
static struct event as_event(struct arena *arena, const struct facts_device *device)
{
	buffer out = {0};

	put_property(arena, &out, "SUBSYSTEM", "block");
	put_property(arena, &out, "DEVNAME", device->name);
	put_property(arena, &out, "MAJOR", arena_printf(arena, "%u", device->major));
	put_property(arena, &out, "MINOR", arena_printf(arena, "%u", device->minor));
	if (device->dm != NULL)
		put_property(arena, &out, "DM_NAME", device->dm->name);
	for (size_t i = 0; i < device->properties.count; i++)
		if (strncmp(device->properties.item[i].key, "ID_", 3) == 0 ||
		    strcmp(device->properties.item[i].key, "PARTNAME") == 0)
			put_property(arena, &out, device->properties.item[i].key,
				     device->properties.item[i].value);
	return (struct event){.kind = EVENT_DEVICE, .properties = out.item, .length = out.count};
}

static bool has_link(const struct facts_device *device, const char *path)
{
	for (size_t i = 0; i < device->links.count; i++)
		if (strcmp(device->links.item[i], path) == 0)
			return true;
	return false;
}

const struct facts_device *facts_resolve(const struct facts *facts, const char *reference)
{
	struct device_ref ref;
	struct arena *arena;
	const struct facts_device *found = NULL;

	/* udev decides who gets a link that several could have. */
	for (size_t i = 0; i < facts->devices.count; i++)
		if (has_link(&facts->devices.item[i], reference))
			return &facts->devices.item[i];
	device_ref_parse(reference, &ref);
	if (ref.kind == REF_OTHER)
		return NULL;
	arena = arena_new();
	for (size_t i = 0; i < facts->devices.count && found == NULL; i++) {
		struct event event = as_event(arena, &facts->devices.item[i]);

		if (device_ref_names(&ref, &event))
			found = &facts->devices.item[i];
	}
	arena_free(arena);
	return found;
}
