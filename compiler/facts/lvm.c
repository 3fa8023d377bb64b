/* Volume groups from lvm's report: lvmreport(7), "lvm fullreport". */
#include "capture.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "../source/text.h"
#include "lvm_run.h"

#include <fcntl.h>

/* A volume as lvm lists it, hidden ones and all. */
struct volume {
	const char *name, *uuid;
	const char *parent; /* of a hidden one, or the pool of a thin one; or NULL */
	bool active, hidden;
	VEC(const char *) pvs;
};

typedef VEC(struct volume) volumes;

static const char *text_of(struct arena *arena, json_object *row, const char *key)
{
	json_object *value;

	if (!json_object_object_get_ex(row, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return arena_strdup(arena, json_object_get_string(value));
}

/* Rows of one kind of a group's report, 0 if there are none. */
static size_t rows(json_object *report, const char *kind, json_object **ret_rows)
{
	if (!json_object_object_get_ex(report, kind, ret_rows) ||
	    !json_object_is_type(*ret_rows, json_type_array))
		return 0;
	return json_object_array_length(*ret_rows);
}

/* lvm puts hidden names into brackets. */
static const char *bare(struct arena *arena, const char *name)
{
	size_t length = name != NULL ? strlen(name) : 0;

	if (length == 0)
		return NULL;
	return name[0] == '[' && name[length - 1] == ']'
		       ? arena_strndup(arena, name + 1, length - 2)
		       : name;
}

/* --- physical volumes ----------------------------------------------------- */

/* The kernel's name of a path as lvm has it, such as /dev/mapper/crypt. */
static const char *kernel_name(const struct capture *capture, const char *path)
{
	const struct facts_device *device = facts_resolve(capture->facts, path);

	return device != NULL ? device->name : NULL;
}

static void read_pvs(struct capture *capture, json_object *report, struct facts_vg *group)
{
	json_object *list;
	size_t count = rows(report, "pv", &list);

	for (size_t i = 0; i < count; i++) {
		json_object *row = json_object_array_get_idx(list, i);
		const char *path = text_of(capture->arena, row, "pv_name");
		const char *missing = text_of(capture->arena, row, "pv_missing");
		struct facts_pv pv = {.uuid = text_of(capture->arena, row, "pv_uuid")};

		if (pv.uuid == NULL)
			continue;
		if (path != NULL && (missing == NULL || *missing == '\0'))
			pv.device = kernel_name(capture, path);
		vec_push(capture->arena, &group->pvs, pv);
	}
}

/* --- logical volumes ------------------------------------------------------ */

static struct volume *find(volumes *all, const char *name)
{
	for (size_t i = 0; name != NULL && i < all->count; i++)
		if (strcmp(all->item[i].name, name) == 0)
			return &all->item[i];
	return NULL;
}

static void add_pv(struct arena *arena, struct volume *volume, const char *pv)
{
	for (size_t i = 0; i < volume->pvs.count; i++)
		if (strcmp(volume->pvs.item[i], pv) == 0)
			return;
	vec_push(arena, &volume->pvs, pv);
}

static void read_volumes(struct arena *arena, json_object *report, volumes *ret_all)
{
	json_object *list;
	size_t count = rows(report, "lv", &list);

	for (size_t i = 0; i < count; i++) {
		json_object *row = json_object_array_get_idx(list, i);
		const char *name = text_of(arena, row, "lv_name");
		const char *parent = bare(arena, text_of(arena, row, "lv_parent"));
		const char *active = text_of(arena, row, "lv_active");
		struct volume volume = {.name = bare(arena, name)};

		if (volume.name == NULL)
			continue;
		volume.hidden = name[0] == '[';
		volume.uuid = text_of(arena, row, "lv_uuid");
		volume.active = active != NULL && strcmp(active, "active") == 0;
		volume.parent = parent;
		vec_push(arena, ret_all, volume);
	}
	count = rows(report, "pvseg", &list);
	for (size_t i = 0; i < count; i++) {
		json_object *row = json_object_array_get_idx(list, i);
		struct volume *volume = find(ret_all, bare(arena, text_of(arena, row, "lv_name")));
		const char *pv = text_of(arena, row, "pv_uuid");

		if (volume != NULL && pv != NULL)
			add_pv(arena, volume, pv);
	}
}

/* A volume lies on what its hidden parts lie on: raid's images, a pool's data. Parts of parts make
 * it a few rounds. */
static void fold(struct arena *arena, json_object *report, volumes *all)
{
	enum { ROUNDS = 4 };
	json_object *list;
	size_t count = rows(report, "lv", &list);

	for (unsigned round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < all->count; i++) {
			struct volume *parent = find(all, all->item[i].parent);

			for (size_t k = 0; parent != NULL && k < all->item[i].pvs.count; k++)
				add_pv(arena, parent, all->item[i].pvs.item[k]);
		}
		for (size_t i = 0; i < count; i++) {
			json_object *row = json_object_array_get_idx(list, i);
			struct volume *thin =
				find(all, bare(arena, text_of(arena, row, "lv_name")));
			const struct volume *pool =
				find(all, bare(arena, text_of(arena, row, "pool_lv")));

			for (size_t k = 0; thin != NULL && pool != NULL && k < pool->pvs.count; k++)
				add_pv(arena, thin, pool->pvs.item[k]);
		}
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct facts_lv *)a)->name, ((const struct facts_lv *)b)->name);
}

static int by_uuid(const void *a, const void *b)
{
	return strcmp(((const struct facts_pv *)a)->uuid, ((const struct facts_pv *)b)->uuid);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void keep_volumes(struct arena *arena, const volumes *all, struct facts_vg *group)
{
	for (size_t i = 0; i < all->count; i++) {
		struct facts_lv lv = {
			all->item[i].name, all->item[i].uuid, all->item[i].active, {0}};

		if (all->item[i].hidden)
			continue;
		for (size_t k = 0; k < all->item[i].pvs.count; k++)
			vec_push(arena, &lv.pvs, all->item[i].pvs.item[k]);
		if (lv.pvs.count > 0)
			qsort(lv.pvs.item, lv.pvs.count, sizeof *lv.pvs.item, by_bytes);
		vec_push(arena, &group->lvs, lv);
	}
	if (group->lvs.count > 0)
		qsort(group->lvs.item, group->lvs.count, sizeof *group->lvs.item, by_name);
	if (group->pvs.count > 0)
		qsort(group->pvs.item, group->pvs.count, sizeof *group->pvs.item, by_uuid);
}

/* --- the report ----------------------------------------------------------- */

static void read_group(struct capture *capture, json_object *report)
{
	struct facts_vg group = {0};
	volumes all = {0};
	json_object *list;

	if (rows(report, "vg", &list) == 0)
		return;
	group.name = text_of(capture->arena, json_object_array_get_idx(list, 0), "vg_name");
	group.uuid = text_of(capture->arena, json_object_array_get_idx(list, 0), "vg_uuid");
	if (group.name == NULL || *group.name == '\0')
		return; /* physical volumes that are in no group */
	group.span =
		(struct span){.name = arena_printf(capture->arena, "volume group %s", group.name)};
	read_pvs(capture, report, &group);
	read_volumes(capture->arena, report, &all);
	fold(capture->arena, report, &all);
	keep_volumes(capture->arena, &all, &group);
	vec_push(capture->arena, &capture->facts->groups, group);
}

static bool has_volumes(const struct facts *facts)
{
	for (size_t i = 0; i < facts->devices.count; i++) {
		const char *type = facts_property(&facts->devices.item[i], "ID_FS_TYPE");

		if (type != NULL && strcmp(type, "LVM2_member") == 0)
			return true;
	}
	return false;
}

/* The report's text, or NULL; a machine without LVM has none and needs none. */
static const char *obtain(struct capture *capture)
{
	const char *path = capture->port->lvm_report;
	const struct text *text;
	char *report;

	if (path != NULL) {
		text = text_read(capture->arena, AT_FDCWD, path, path);
		return text != NULL ? text->data : NULL;
	}
	return lvm_run(capture->arena, &report) ? report : NULL;
}

void capture_lvm(struct capture *capture)
{
	const char *text = obtain(capture);
	json_object *whole = text != NULL ? json_tokener_parse(text) : NULL, *list;
	size_t count;

	if (whole == NULL) {
		if (has_volumes(capture->facts))
			capture_partial(capture, "lvm",
					"there are physical volumes, and no report "
					"of their groups");
		return;
	}
	count = rows(whole, "report", &list);
	for (size_t i = 0; i < count; i++)
		read_group(capture, json_object_array_get_idx(list, i));
	json_object_put(whole);
}
