/* Logical volumes, their groups, and what those lie on. lvm's report is the best witness; without
 * it there are the devices that device-mapper shows; without any facts, the volume's name. */
#include "builder.h"
#include "name.h"

#include <string.h>

static bool is_volume(const struct facts_device *device)
{
	return device->dm != NULL && device->dm->uuid != NULL &&
	       strncmp(device->dm->uuid, "LVM-", 4) == 0;
}

/* Without lvm's report, what device-mapper shows of a group: whatever its volumes lie on. */
static void stand_on_seen(struct builder *builder, struct draft *draft, const char *group)
{
	draft->link.known = false;
	for (size_t i = 0; builder->facts != NULL && i < builder->facts->devices.count; i++) {
		const struct facts_device *device = &builder->facts->devices.item[i];
		const char *its_group, *volume;

		if (!is_volume(device) ||
		    !name_split_volume(builder->arena, device->dm->name, &its_group, &volume) ||
		    strcmp(its_group, group) != 0)
			continue;
		for (size_t k = 0; k < device->slaves.count; k++) {
			const struct facts_device *slave =
				facts_device(builder->facts, device->slaves.item[k]);

			/* A volume made of the group's own hidden ones is not what it lies on. */
			if (slave == NULL || is_volume(slave))
				continue;
			draft->link.known = true;
			chain_stand_on(builder, draft,
				       chain_fact_link(builder, &draft->frame, slave));
		}
	}
}

static uint32_t group_link(struct builder *builder, const struct frame *up, struct word name)
{
	struct identity identity = {.key = arena_printf(builder->arena, "group %s", name.text)};
	const struct facts_vg *group =
		builder->facts != NULL ? facts_group(builder->facts, name.text) : NULL;
	struct draft draft;
	uint32_t link;

	if (chain_is_settled(builder, up, identity, &link))
		return link;
	draft = chain_begin(up, identity, LINK_VG, name);
	if (group == NULL) {
		stand_on_seen(builder, &draft, name.text);
		return chain_finish(builder, &draft);
	}
	draft.link.group = group;
	draft.link.span = group->span;
	for (size_t i = 0; i < group->pvs.count; i++) {
		const struct facts_device *device =
			facts_device(builder->facts, group->pvs.item[i].device);

		if (device != NULL)
			chain_stand_on(builder, &draft,
				       chain_fact_link(builder, &draft.frame, device));
	}
	return chain_finish(builder, &draft);
}

static const struct facts_lv *find_volume(const struct facts_vg *group, const char *name)
{
	for (size_t i = 0; group != NULL && i < group->lvs.count; i++)
		if (strcmp(group->lvs.item[i].name, name) == 0)
			return &group->lvs.item[i];
	return NULL;
}

typedef VEC(char) escaped;

static void put_escaped(struct arena *arena, escaped *out, const char *name)
{
	for (; *name != '\0'; name++) {
		vec_push(arena, out, *name);
		if (*name == '-')
			vec_push(arena, out, '-');
	}
}

/* The escaped form, under which it is in /dev/mapper. */
static const char *volume_mapping(struct arena *arena, const char *group, const char *volume)
{
	escaped out = {0};

	put_escaped(arena, &out, group);
	vec_push(arena, &out, '-');
	put_escaped(arena, &out, volume);
	vec_push(arena, &out, '\0');
	return arena_printf(arena, "/dev/mapper/%s", out.item);
}

uint32_t chain_volume_link(struct builder *builder, const struct frame *up, struct word reference,
			   const char *group, const char *volume)
{
	struct word name = {volume_mapping(builder->arena, group, volume), reference.span};
	struct word group_name = {group, reference.span};
	struct identity identity = {.key = name.text};
	struct draft draft;
	uint32_t link;

	if (chain_is_settled(builder, up, identity, &link))
		return link;
	draft = chain_begin(up, identity, LINK_LV, name);
	if (builder->facts != NULL)
		draft.link.device = facts_resolve(builder->facts, name.text);
	draft.link.group = builder->facts != NULL ? facts_group(builder->facts, group) : NULL;
	draft.link.volume = find_volume(draft.link.group, volume);
	if (draft.link.device == NULL && draft.link.group != NULL && draft.link.volume == NULL)
		draft.link.known = false; /* a group that has no such volume */
	chain_stand_on(builder, &draft, group_link(builder, &draft.frame, group_name));
	link = chain_finish(builder, &draft);
	chain_add_name(builder, link, name);
	name.text = arena_printf(builder->arena, "/dev/%s/%s", group, volume);
	chain_add_name(builder, link, name);
	return link;
}
