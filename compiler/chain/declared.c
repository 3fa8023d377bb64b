/* Links from what the machine declares: crypttab(5), mdadm.conf(5), and names that speak for
 * themselves. */
#include "builder.h"
#include "name.h"

#include <string.h>

#include "../../runtime/core/device_ref.h"

/* --- crypttab ------------------------------------------------------------- */

const struct crypttab_row *chain_find_crypt(const struct builder *builder, const char *target)
{
	for (size_t i = 0; target != NULL && i < builder->model->crypttab.count; i++)
		if (strcmp(builder->model->crypttab.item[i].target.text, target) == 0)
			return &builder->model->crypttab.item[i];
	return NULL;
}

/* keyscript=.../decrypt_derived: the key comes out of another mapping, which the key field names.
 */
static void stand_on_key(struct builder *builder, struct draft *draft,
			 const struct crypttab_row *row)
{
	const struct crypttab_option *option = crypttab_find(row, CRYPTTAB_KEYSCRIPT);
	const char *script = option != NULL ? option->value.text : NULL;
	const char *slash = script != NULL ? strrchr(script, '/') : NULL;
	struct word key = row->key;

	if (script == NULL || key.text == NULL ||
	    strcmp(slash != NULL ? slash + 1 : script, "decrypt_derived") != 0)
		return;
	key.text = arena_printf(builder->arena, "/dev/mapper/%s", key.text);
	chain_stand_on(builder, draft, chain_device_link(builder, &draft->frame, key));
}

uint32_t chain_crypt_link(struct builder *builder, const struct frame *up,
			  const struct crypttab_row *row)
{
	struct identity identity = {.what = row};
	struct word name = row->target;
	struct draft draft;
	uint32_t link;

	if (chain_is_settled(builder, up, identity, &link))
		return link;
	name.text = arena_printf(builder->arena, "/dev/mapper/%s", name.text);
	draft = chain_begin(up, identity, LINK_CRYPT, name);
	draft.link.crypt = row;
	if (builder->facts != NULL)
		draft.link.device = facts_resolve(builder->facts, name.text);
	stand_on_key(builder, &draft, row);
	chain_stand_on(builder, &draft, chain_device_link(builder, &draft.frame, row->source));
	link = chain_finish(builder, &draft);
	chain_add_name(builder, link, name);
	return link;
}

/* md's UUIDs are written with colons, hyphens or nothing in between. */
static bool same_md_uuid(const char *a, const char *b)
{
	char one[MD_UUID_SIZE], other[MD_UUID_SIZE];

	return md_uuid(a, one) && md_uuid(b, other) && strcmp(one, other) == 0;
}

static bool same_array_name(struct builder *builder, struct word word, const char *name)
{
	const char *other = word.text != NULL ? name_of_array(builder->arena, word.text) : NULL;

	return other != NULL && strcmp(other, name) == 0;
}

/* The ARRAY line for a name as name_of_array has it. */
static const struct md_array *find_array(struct builder *builder, const char *name)
{
	for (size_t i = 0; name != NULL && i < builder->model->arrays.count; i++) {
		const struct md_array *array = &builder->model->arrays.item[i];

		if (!array->ignored && (same_array_name(builder, array->device, name) ||
					same_array_name(builder, array->name, name)))
			return array;
	}
	return NULL;
}

const struct md_array *chain_find_array_of(struct builder *builder,
					   const struct facts_device *device)
{
	const struct facts_md *md = device->md;
	const struct md_array *found = NULL;

	for (size_t i = 0; md->uuid != NULL && i < builder->model->arrays.count; i++) {
		const struct md_array *array = &builder->model->arrays.item[i];

		if (!array->ignored && array->uuid.text != NULL &&
		    same_md_uuid(array->uuid.text, md->uuid))
			return array;
	}
	if (md->name != NULL)
		found = find_array(builder, name_of_array(builder->arena, md->name));
	for (size_t i = 0; found == NULL && i < device->links.count; i++)
		if (strncmp(device->links.item[i], "/dev/md", 7) == 0)
			found = find_array(builder,
					   name_of_array(builder->arena, device->links.item[i]));
	return found != NULL
		       ? found
		       : find_array(builder, name_of_array(builder->arena,
							   arena_printf(builder->arena, "/dev/%s",
									device->name)));
}

/* devices= may hold patterns, which are the boot's to match; mdadm.conf(5). */
static void stand_on_declared(struct builder *builder, struct draft *draft,
			      const struct md_array *array)
{
	draft->link.known = array->devices.count > 0;
	for (size_t i = 0; i < array->devices.count; i++) {
		struct word device = array->devices.item[i];

		if (strpbrk(device.text, "*?[") != NULL)
			draft->link.known = false;
		else
			chain_stand_on(builder, draft,
				       chain_device_link(builder, &draft->frame, device));
	}
}

static uint32_t array_link(struct builder *builder, const struct frame *up,
			   const struct md_array *array, struct word reference)
{
	struct identity identity = {.what = array};
	struct draft draft;
	uint32_t link;

	if (chain_is_settled(builder, up, identity, &link))
		return link;
	if (array->device.text != NULL)
		reference.span = array->device.span;
	else
		reference.span = array->span;
	draft = chain_begin(up, identity, LINK_MD, reference);
	draft.link.array = array;
	stand_on_declared(builder, &draft, array);
	return chain_finish(builder, &draft);
}

/* --- by name -------------------------------------------------------------- */

/* A device of which only the name is known. */
static uint32_t named_link(struct builder *builder, const struct frame *up, struct word reference)
{
	struct identity identity = {.key = reference.text};
	const char *disk = name_of_disk(builder->arena, reference.text);
	struct device_ref ref;
	struct draft draft;
	uint32_t link;

	if (chain_is_settled(builder, up, identity, &link))
		return link;
	draft = chain_begin(up, identity, LINK_UNKNOWN, reference);
	device_ref_parse(reference.text, &ref);
	if (disk != NULL) {
		draft.link.kind = LINK_PARTITION;
		chain_stand_on(builder, &draft,
			       chain_device_link(builder, &draft.frame,
						 (struct word){disk, reference.span}));
	} else if (name_is_disk(reference.text)) {
		draft.link.kind = LINK_DISK;
	} else if (name_is_bcache(reference.text)) {
		draft.link.kind = LINK_BCACHE;
		draft.link.known = false;
	} else if (ref.kind == REF_PARTUUID || ref.kind == REF_PARTLABEL) {
		draft.link.kind = LINK_PARTITION;
		draft.link.known = false;
	} else {
		draft.link.known = false;
	}
	return chain_finish(builder, &draft);
}

uint32_t chain_declared_link(struct builder *builder, const struct frame *up, struct word reference)
{
	const struct crypttab_row *row =
		chain_find_crypt(builder, name_of_mapping(builder->arena, reference.text));
	const char *name = name_of_array(builder->arena, reference.text), *group, *volume;
	const struct md_array *array = find_array(builder, name);

	if (row != NULL)
		return chain_crypt_link(builder, up, row);
	if (array != NULL)
		return array_link(builder, up, array, reference);
	if (name_of_volume(builder->arena, reference.text, &group, &volume))
		return chain_volume_link(builder, up, reference, group, volume);
	return named_link(builder, up, reference);
}
