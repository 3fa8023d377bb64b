/* Facts as a file: one member a line, lists in the order they have, so that two captures can be
 * compared with diff(1). */
#include "write.h"

#include <json-c/json.h>

static json_object *text(const char *value)
{
	return value != NULL ? json_object_new_string(value) : NULL;
}

static void put(json_object *object, const char *key, json_object *value)
{
	json_object_object_add(object, key, value);
}

/* What is not known is left out. */
static void put_text(json_object *object, const char *key, const char *value)
{
	if (value != NULL)
		put(object, key, text(value));
}

static void put_texts(json_object *object, const char *key, const char *const *items, size_t count)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < count; i++)
		json_object_array_add(list, text(items[i]));
	put(object, key, list);
}

static void put_device_number(json_object *object, uint32_t major, uint32_t minor)
{
	char number[32];

	snprintf(number, sizeof number, "%u:%u", major, minor);
	put(object, "number", text(number));
}

/* --- devices -------------------------------------------------------------- */

static json_object *mapper(const struct facts_dm *dm)
{
	json_object *object = json_object_new_object(), *table = json_object_new_array();

	put_text(object, "name", dm->name);
	put_text(object, "uuid", dm->uuid);
	for (size_t i = 0; i < dm->table.count; i++) {
		json_object *target = json_object_new_object();

		put(target, "start", json_object_new_uint64(dm->table.item[i].start));
		put(target, "length", json_object_new_uint64(dm->table.item[i].length));
		put_text(target, "type", dm->table.item[i].type);
		put_text(target, "parameters", dm->table.item[i].parameters);
		json_object_array_add(table, target);
	}
	put(object, "table", table);
	return object;
}

static json_object *array(const struct facts_md *md)
{
	json_object *object = json_object_new_object(), *members = json_object_new_array();

	put_text(object, "level", md->level);
	put_text(object, "metadata", md->metadata);
	put_text(object, "uuid", md->uuid);
	put_text(object, "name", md->name);
	put_text(object, "state", md->state);
	put(object, "raid-disks", json_object_new_uint64(md->raid_disks));
	put(object, "degraded", json_object_new_uint64(md->degraded));
	for (size_t i = 0; i < md->members.count; i++) {
		json_object *item = json_object_new_object();

		put_text(item, "device", md->members.item[i].device);
		put_text(item, "state", md->members.item[i].state);
		json_object_array_add(members, item);
	}
	put(object, "members", members);
	return object;
}

static json_object *device(const struct facts_device *device)
{
	json_object *object = json_object_new_object(), *properties = json_object_new_object();

	put_text(object, "device", device->name);
	put_device_number(object, device->major, device->minor);
	put_text(object, "parent", device->parent);
	put(object, "size", json_object_new_uint64(device->size));
	put_texts(object, "links", device->links.item, device->links.count);
	put_texts(object, "slaves", device->slaves.item, device->slaves.count);
	for (size_t i = 0; i < device->properties.count; i++)
		put_text(properties, device->properties.item[i].key,
			 device->properties.item[i].value);
	put(object, "properties", properties);
	if (device->dm != NULL)
		put(object, "mapper", mapper(device->dm));
	if (device->md != NULL)
		put(object, "array", array(device->md));
	return object;
}

/* --- LVM, mounts, swap ---------------------------------------------------- */

static json_object *group(const struct facts_vg *group)
{
	json_object *object = json_object_new_object();
	json_object *pvs = json_object_new_array(), *lvs = json_object_new_array();

	put_text(object, "group", group->name);
	put_text(object, "uuid", group->uuid);
	for (size_t i = 0; i < group->pvs.count; i++) {
		json_object *pv = json_object_new_object();

		put_text(pv, "uuid", group->pvs.item[i].uuid);
		put(pv, "device", text(group->pvs.item[i].device));
		json_object_array_add(pvs, pv);
	}
	for (size_t i = 0; i < group->lvs.count; i++) {
		const struct facts_lv *volume = &group->lvs.item[i];
		json_object *lv = json_object_new_object();

		put_text(lv, "volume", volume->name);
		put_text(lv, "uuid", volume->uuid);
		put(lv, "active", json_object_new_boolean(volume->active));
		put_texts(lv, "pvs", volume->pvs.item, volume->pvs.count);
		json_object_array_add(lvs, lv);
	}
	put(object, "pvs", pvs);
	put(object, "lvs", lvs);
	return object;
}

static json_object *mounts(const struct facts *facts)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < facts->mounts.count; i++) {
		const struct facts_mount *mount = &facts->mounts.item[i];
		json_object *object = json_object_new_object();

		put_text(object, "where", mount->where);
		put_text(object, "type", mount->type);
		put_text(object, "source", mount->source);
		put_device_number(object, mount->major, mount->minor);
		json_object_array_add(list, object);
	}
	return list;
}

static json_object *swaps(const struct facts *facts)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < facts->swaps.count; i++) {
		const struct facts_swap *swap = &facts->swaps.item[i];
		json_object *object = json_object_new_object();

		put_text(object, "path", swap->path);
		put(object, "file", json_object_new_boolean(swap->file));
		put_text(object, "on", swap->device);
		if (swap->offset != 0)
			put(object, "offset", json_object_new_uint64(swap->offset));
		json_object_array_add(list, object);
	}
	return list;
}

/* --- the file ------------------------------------------------------------- */

void facts_write(FILE *out, const struct facts *facts)
{
	json_object *whole = json_object_new_object(), *list = json_object_new_array();

	put(whole, FACTS_KEY, json_object_new_int(FACTS_VERSION));
	for (size_t i = 0; i < facts->modalias.count; i++)
		json_object_array_add(list, text(facts->modalias.item[i]));
	if (facts->cpu != NULL)
		json_object_array_add(list, text(facts->cpu));
	put(whole, "modalias", list);
	list = facts->network.count > 0 ? json_object_new_array() : NULL;
	for (size_t i = 0; i < facts->network.count; i++)
		json_object_array_add(list, text(facts->network.item[i]));
	if (list != NULL)
		put(whole, "network", list);
	list = json_object_new_array();
	for (size_t i = 0; i < facts->devices.count; i++)
		json_object_array_add(list, device(&facts->devices.item[i]));
	put(whole, "devices", list);
	list = json_object_new_array();
	for (size_t i = 0; i < facts->groups.count; i++)
		json_object_array_add(list, group(&facts->groups.item[i]));
	put(whole, "groups", list);
	put(whole, "mounts", mounts(facts));
	put(whole, "swaps", swaps(facts));
	fputs(json_object_to_json_string_ext(whole, JSON_C_TO_STRING_PRETTY |
							    JSON_C_TO_STRING_SPACED |
							    JSON_C_TO_STRING_NOSLASHESCAPE),
	      out);
	fputc('\n', out);
	json_object_put(whole);
}
