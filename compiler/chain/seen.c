/* Links from what the facts say a device is. */
#include "builder.h"
#include "name.h"

#include <string.h>

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void stand_on_slaves(struct builder *builder, struct draft *draft,
			    const struct facts_device *device)
{
	for (size_t i = 0; i < device->slaves.count; i++) {
		const struct facts_device *slave =
			facts_device(builder->facts, device->slaves.item[i]);

		chain_stand_on(builder, draft,
			       slave != NULL ? chain_fact_link(builder, &draft->frame, slave)
					     : NO_LINK);
	}
}

static uint32_t mapped_link(struct builder *builder, const struct frame *up,
			    const struct facts_device *device, struct word name)
{
	struct identity identity = {.what = device};
	const char *group, *volume;
	struct draft draft;
	uint32_t link;

	if (starts_with(device->dm->uuid, "LVM-") &&
	    name_split_volume(builder->arena, device->dm->name, &group, &volume))
		return chain_volume_link(builder, up, name, group, volume);
	if (chain_is_settled(builder, up, identity, &link))
		return link;
	draft = chain_begin(up, identity,
			    starts_with(device->dm->uuid, "CRYPT-") ? LINK_CRYPT : LINK_MAPPER,
			    name);
	draft.link.device = device;
	stand_on_slaves(builder, &draft, device);
	return chain_finish(builder, &draft);
}

static uint32_t plain_link(struct builder *builder, const struct frame *up,
			   const struct facts_device *device, struct word name)
{
	struct identity identity = {.what = device};
	enum link_kind kind = LINK_DISK;
	struct draft draft;
	uint32_t link;

	if (chain_is_settled(builder, up, identity, &link))
		return link;
	if (device->md != NULL)
		kind = LINK_MD;
	else if (device->parent != NULL)
		kind = LINK_PARTITION;
	else if (name_is_bcache(name.text))
		kind = LINK_BCACHE;
	draft = chain_begin(up, identity, kind, name);
	draft.link.device = device;
	if (device->md != NULL) {
		draft.link.array = chain_find_array_of(builder, device);
		if (draft.link.array != NULL)
			draft.link.span = draft.link.array->span;
		stand_on_slaves(builder, &draft, device);
	} else if (kind == LINK_BCACHE) {
		stand_on_slaves(builder, &draft, device);
	} else if (device->parent != NULL) {
		const struct facts_device *disk = facts_device(builder->facts, device->parent);

		chain_stand_on(builder, &draft,
			       disk != NULL ? chain_fact_link(builder, &draft.frame, disk)
					    : NO_LINK);
	}
	return chain_finish(builder, &draft);
}

uint32_t chain_fact_link(struct builder *builder, const struct frame *up,
			 const struct facts_device *device)
{
	struct word name = {arena_printf(builder->arena, "/dev/%s", device->name), device->span};
	const struct crypttab_row *row = NULL;
	uint32_t link;

	if (device->dm != NULL) {
		name.text = arena_printf(builder->arena, "/dev/mapper/%s", device->dm->name);
		row = chain_find_crypt(builder, name_of_mapping(builder->arena, name.text));
	}
	if (row != NULL)
		link = chain_crypt_link(builder, up, row);
	else if (device->dm != NULL)
		link = mapped_link(builder, up, device, name);
	else
		link = plain_link(builder, up, device, name);
	if (link != NO_LINK)
		chain_add_name(builder, link, name);
	return link;
}
