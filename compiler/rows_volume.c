/* Rows for logical volumes: those that the boot stands on, as far as their names are known. */
#include "rows.h"

#include <string.h>

#include "chain.h"
#include "chain/name.h"

static bool is_simple_target(const char *type)
{
	return strcmp(type, "linear") == 0 || strcmp(type, "striped") == 0;
}

static bool is_on_volumes(const struct facts *facts, const struct facts_device *device)
{
	for (size_t i = 0; i < device->slaves.count; i++) {
		const struct facts_device *slave = facts_device(facts, device->slaves.item[i]);

		if (slave == NULL || (slave->dm != NULL && slave->dm->uuid != NULL &&
				      strncmp(slave->dm->uuid, "LVM-", 4) == 0))
			return true;
	}
	return false;
}

/* Whether only lvm can activate it, as far as the facts know: what the kernel had for it then was
 * more than linear or striped, or lay on hidden volumes. */
static bool needs_lvm(const struct model *model, const struct chain_link *link)
{
	if (model->lvm_decides != NULL || link->device == NULL || link->device->dm == NULL ||
	    link->device->dm->table.count == 0)
		return true;
	for (size_t i = 0; i < link->device->dm->table.count; i++)
		if (!is_simple_target(link->device->dm->table.item[i].type))
			return true;
	return is_on_volumes(model->chain->facts, link->device);
}

void rows_add_volumes(const struct model *model, row_list *rows, bool only_for_lvm)
{
	struct arena *arena = model->arena;

	for (size_t i = 0; i < model->chain->links.count; i++) {
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
			 {"path", {arena_printf(arena, "/dev/%s/%s", group, volume), link->span}}}};
		vec_push(arena, rows, row);
	}
}
