/* RESUME=auto, which is also what no RESUME means: what mkinitramfs's hook `resume` would choose
 * (initramfs-tools 0.142), on the machine of the facts. */
#include "chain.h"

#include <string.h>

#include "source/crypttab_check.h"
#include "source/initramfs_conf.h"

static const char *name_in_dev(const char *path)
{
	return strncmp(path, "/dev/", 5) == 0 ? path + 5 : path;
}

static bool has_key_of_this_boot(const struct model *model, const struct facts_device *device)
{
	for (size_t i = 0; device->dm != NULL && i < model->crypttab.count; i++) {
		const struct crypttab_row *row = &model->crypttab.item[i];

		if (strcmp(row->target.text, device->dm->name) == 0)
			return crypttab_has_random_key(row);
	}
	return false;
}

/* Whether what is on it outlives the boot, and is there as early as the next one begins. */
static bool is_lasting(const struct model *model, const struct facts_device *device)
{
	return strncmp(device->name, "zram", 4) != 0 && strncmp(device->name, "zd", 2) != 0 &&
	       !has_key_of_this_boot(model, device);
}

/* The largest swap space in use that is a device of its own; a file has no name to resume from. */
static const struct facts_device *largest(const struct model *model, const struct facts *facts)
{
	const struct facts_device *best = NULL;

	for (size_t i = 0; facts != NULL && i < facts->swaps.count; i++) {
		const struct facts_swap *swap = &facts->swaps.item[i];
		const struct facts_device *device =
			swap->file ? NULL : facts_device(facts, name_in_dev(swap->path));

		if (device != NULL && is_lasting(model, device) &&
		    (best == NULL || device->size > best->size))
			best = device;
	}
	return best;
}

/* A name that is the same at the next boot, where it has one. */
static const char *lasting_name(struct arena *arena, const struct facts_device *device)
{
	const char *uuid = facts_property(device, "ID_FS_UUID");

	if (device->dm != NULL && device->dm->name != NULL)
		return arena_printf(arena, "/dev/mapper/%s", device->dm->name);
	return uuid != NULL ? arena_printf(arena, "UUID=%s", uuid)
			    : arena_printf(arena, "/dev/%s", device->name);
}

void chain_choose_resume(struct model *model, const struct facts *facts)
{
	const struct word *wanted = initramfs_conf_value(model, "RESUME");
	bool said = wanted != NULL && wanted->text != NULL && *wanted->text != '\0' &&
		    strcmp(wanted->text, "auto") != 0;
	const struct facts_device *device = largest(model, facts);

	if (said || device == NULL || chain_parameter(model, PARAMETER_RESUME).text != NULL ||
	    chain_parameter(model, PARAMETER_NORESUME).text != NULL)
		return;
	vec_push(model->arena, &model->parameters,
		 (struct parameter_given){PARAMETER_RESUME,
					  {lasting_name(model->arena, device), device->span}});
}
