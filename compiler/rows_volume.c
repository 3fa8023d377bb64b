/* Rows for logical volumes: those that the boot stands on, as far as their names are known. */
#include "rows.h"

#include <string.h>

#include "chain.h"
#include "chain/name.h"

static bool is_simple_target(const char *type)
{
	return strcmp(type, "linear") == 0 || strcmp(type, "striped") == 0;
}

static bool is_volume(const struct facts_device *device)
{
	return device->dm != NULL && device->dm->uuid != NULL &&
	       strncmp(device->dm->uuid, "LVM-", 4) == 0;
}

static bool is_on_volumes(const struct facts *facts, const struct facts_device *device)
{
	for (size_t i = 0; i < device->slaves.count; i++) {
		const struct facts_device *slave = facts_device(facts, device->slaves.item[i]);

		if (slave == NULL || is_volume(slave))
			return true;
	}
	return false;
}

static bool is_known(const struct chain_link *link)
{
	return link->device != NULL && link->device->dm != NULL &&
	       link->device->dm->table.count > 0;
}

/* Whether only lvm can activate it, as far as the facts know: what the kernel had for it then was
 * more than linear or striped, or lay on hidden volumes. */
static bool needs_lvm(const struct model *model, const struct chain_link *link)
{
	if (model->lvm_decides != NULL || !is_known(link))
		return true;
	for (size_t i = 0; i < link->device->dm->table.count; i++)
		if (!is_simple_target(link->device->dm->table.item[i].type))
			return true;
	return is_on_volumes(model->chain->facts, link->device);
}

/* --- what the kernel needs for it ------------------------------------------- */

/* Modules by target, and for raid by its type too, which is the first word of its parameters
 * ("raid5_ls", drivers/md/dm-raid.c, raid_types). A field of each name stands for the module, or
 * for nothing. */
static const struct {
	const char *module, *target, *raid;
} kinds[] = {
	{"dm-snapshot", "snapshot", NULL},   {"dm-mirror", "mirror", NULL},
	{"dm-thin-pool", "thin", NULL},	     {"dm-cache", "cache", NULL},
	{"dm-cache-smq", "cache", NULL},     {"dm-writecache", "writecache", NULL},
	{"dm-integrity", "integrity", NULL}, {"dm-raid", "raid", NULL},
	{"raid0", "raid", "raid0"},	     {"raid1", "raid", "raid1"},
	{"raid10", "raid", "raid10"},	     {"raid456", "raid", "raid4"},
	{"raid456", "raid", "raid5"},	     {"raid456", "raid", "raid6"},
};

enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };

/* The word as a whole, or with a variant behind a low line: raid5_ls, snapshot-origin. */
static bool is_kind(const char *text, const char *kind)
{
	size_t length = strlen(kind);

	return strncmp(text, kind, length) == 0 && strchr("_-", text[length]) != NULL;
}

static bool target_needs(const struct facts_target *target, size_t kind)
{
	char type[32];
	size_t length;

	if (!is_kind(target->type, kinds[kind].target))
		return false;
	if (kinds[kind].raid == NULL || target->parameters == NULL)
		return true;
	length = strcspn(target->parameters, " ");
	if (length >= sizeof type)
		return true;
	memcpy(type, target->parameters, length);
	type[length] = '\0';
	return is_kind(type, kinds[kind].raid);
}

/* The volume itself, and the hidden ones that it lies on. Their own slaves end it: no volume is
 * below itself. */
static void mark_kinds(const struct facts *facts, const struct facts_device *device,
		       bool needed[KIND_COUNT], unsigned depth)
{
	for (size_t i = 0; i < device->dm->table.count; i++)
		for (size_t k = 0; k < KIND_COUNT; k++)
			if (target_needs(&device->dm->table.item[i], k))
				needed[k] = true;
	for (size_t i = 0; depth > 0 && i < device->slaves.count; i++) {
		const struct facts_device *slave = facts_device(facts, device->slaves.item[i]);

		if (slave != NULL && is_volume(slave))
			mark_kinds(facts, slave, needed, depth - 1);
	}
}

static bool is_needed(const bool needed[KIND_COUNT], const char *module)
{
	for (size_t k = 0; k < KIND_COUNT; k++)
		if (strcmp(kinds[k].module, module) == 0 && needed[k])
			return true;
	return false;
}

/* Nobody knows the kinds without facts, nor when lvm.conf may choose others: then it may be any. */
static void add_kinds(const struct model *model, const struct chain_link *link, struct row *row,
		      size_t count)
{
	enum { DEPTH = 8 };
	bool needed[KIND_COUNT] = {false};

	for (size_t k = 0; k < KIND_COUNT; k++)
		needed[k] = !is_known(link);
	if (is_known(link))
		mark_kinds(model->chain->facts, link->device, needed, DEPTH);
	for (size_t k = 0; k < KIND_COUNT; k++)
		if (k == 0 || strcmp(kinds[k].module, kinds[k - 1].module) != 0)
			row->fields[count++] = (struct field_value){
				kinds[k].module,
				{is_needed(needed, kinds[k].module) ? kinds[k].module : "",
				 link->span}};
	row->fields[count++] = (struct field_value){
		"thin-check",
		{is_needed(needed, "dm-thin-pool") ? "/usr/sbin/thin_check" : "", link->span}};
	row->fields[count++] = (struct field_value){
		"cache-check",
		{is_needed(needed, "dm-cache") ? "/usr/sbin/cache_check" : "", link->span}};
}

/* What lvm activates it may write to: the metadata of a pool, of a cache, of a raid's legs. Unless
 * there is no way around it, that waits until a hibernation image was ruled out. */
static const char *may_write_after(const struct chain *chain, uint32_t link)
{
	return chain->resume != NO_LINK && chain_stands_on(chain, chain->resume, link)
		       ? "uevents"
		       : "no-hibernation-image";
}

static const char *system_id_file(const struct model *model)
{
	return model->lvm_system_id_file != NULL ? model->lvm_system_id_file : "";
}

void rows_add_volumes(const struct model *model, row_list *rows, bool only_for_lvm)
{
	struct arena *arena = model->arena;

	for (uint32_t i = 0; i < model->chain->links.count; i++) {
		const struct chain_link *link = &model->chain->links.item[i];
		const char *group, *volume, *set;
		struct row row;

		if (link->kind != LINK_LV || !name_of_volume(arena, link->name, &group, &volume) ||
		    (only_for_lvm && !needs_lvm(model, link)))
			continue;
		set = arena_printf(arena, "lvm:%s/%s", group, volume);
		row = (struct row){
			{{"vg", {group, link->span}},
			 {"lv", {volume, link->span}},
			 {"set", {set, link->span}},
			 {"device", {link->name, link->span}},
			 {"path", {arena_printf(arena, "/dev/%s/%s", group, volume), link->span}},
			 {"may-write-after", {may_write_after(model->chain, i), link->span}},
			 {"system-id-file", {system_id_file(model), link->span}}}};
		if (only_for_lvm)
			add_kinds(model, link, &row, 7);
		vec_push(arena, rows, row);
	}
}
