#include "named.h"
#include "mapping.h"
#include "properties.h"
#include "../core/device_ref.h"

#include <string.h>

static void add_if(struct properties *properties, const char *key, const char *value)
{
	if (value != NULL)
		properties_add(properties, key, value);
}

bool named_by(const char *reference, const struct seen *seen)
{
	struct properties properties = {.length = 0};
	struct event event = {.kind = EVENT_DEVICE};
	struct device_ref ref;

	devices_add_identity(&properties, seen);
	add_if(&properties, "ID_FS_UUID", seen->uuid);
	add_if(&properties, "ID_FS_LABEL", seen->label);
	add_if(&properties, "ID_PART_ENTRY_UUID", seen->part_uuid);
	add_if(&properties, "ID_PART_ENTRY_NAME", seen->part_name);
	event.properties = properties.text;
	event.length = properties.length;
	if (seen->name != NULL && strncmp(seen->name, "dm-", 3) == 0) {
		mapping_add(&properties, &event);
		event.length = properties.length;
	}
	device_ref_parse(reference, &ref);
	return device_ref_names(&ref, &event);
}

const struct seen *named_find(const struct devices *devices, const char *reference)
{
	for (uint32_t i = 0; i < devices->count; i++)
		if (devices->seen[i].present && named_by(reference, &devices->seen[i]))
			return &devices->seen[i];
	return NULL;
}
