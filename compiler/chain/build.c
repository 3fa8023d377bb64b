/* How the chain is made: from what the boot needs down to the disks. What a row declares is
 * believed before the facts, since it is what the boot will do; the facts say the rest. */
#include "builder.h"

#include <string.h>

enum { DEPTH_MAX = 64 }; /* layers; a real machine has five or six */

/* --- links ---------------------------------------------------------------- */

static bool same(struct identity a, struct identity b)
{
	if (a.what != NULL || b.what != NULL)
		return a.what == b.what;
	return strcmp(a.key, b.key) == 0;
}

/* The link is being made further up: somebody stands on himself. */
static void report_circle(struct builder *builder, const struct frame *from,
			  const struct frame *top)
{
	struct chain_circle circle = {0};
	VEC(struct word) upwards = {0};

	for (; from != top; from = from->up)
		vec_push(builder->arena, &upwards, from->name);
	vec_push(builder->arena, &circle.path, top->name);
	for (size_t i = upwards.count; i-- > 0;)
		vec_push(builder->arena, &circle.path, upwards.item[i]);
	vec_push(builder->arena, &builder->chain->circles, circle);
}

/* Whether there is nothing to make: the link is there already, or it never can be. */
bool chain_is_settled(struct builder *builder, const struct frame *up, struct identity identity,
		      uint32_t *ret_link)
{
	*ret_link = NO_LINK;
	for (size_t i = 0; i < builder->identities.count; i++)
		if (same(builder->identities.item[i], identity)) {
			*ret_link = (uint32_t)i;
			return true;
		}
	for (const struct frame *frame = up; frame != NULL; frame = frame->up)
		if (same(frame->identity, identity)) {
			report_circle(builder, up, frame);
			return true;
		}
	return up != NULL && up->depth == DEPTH_MAX;
}

struct draft chain_begin(const struct frame *up, struct identity identity, enum link_kind kind,
			 struct word name)
{
	return (struct draft){
		.link = {.kind = kind, .name = name.text, .span = name.span, .known = true},
		.frame = {up, identity, name, up != NULL ? up->depth + 1 : 0},
	};
}

void chain_stand_on(struct builder *builder, struct draft *draft, uint32_t link)
{
	if (link == NO_LINK)
		draft->link.known = false;
	for (size_t i = 0; link != NO_LINK && i < draft->link.on.count; i++)
		if (draft->link.on.item[i] == link)
			return;
	if (link != NO_LINK)
		vec_push(builder->arena, &draft->link.on, link);
}

uint32_t chain_finish(struct builder *builder, const struct draft *draft)
{
	vec_push(builder->arena, &builder->chain->links, draft->link);
	vec_push(builder->arena, &builder->identities, draft->frame.identity);
	return (uint32_t)builder->chain->links.count - 1;
}

void chain_add_name(struct builder *builder, uint32_t index, struct word name)
{
	struct chain_link *link = &builder->chain->links.item[index];

	for (size_t i = 0; i < link->names.count; i++)
		if (strcmp(link->names.item[i].text, name.text) == 0)
			return;
	vec_push(builder->arena, &link->names, name);
}

uint32_t chain_device_link(struct builder *builder, const struct frame *up, struct word reference)
{
	const struct facts_device *device =
		builder->facts != NULL ? facts_resolve(builder->facts, reference.text) : NULL;
	uint32_t link = device != NULL ? chain_fact_link(builder, up, device)
				       : chain_declared_link(builder, up, reference);

	if (link != NO_LINK)
		chain_add_name(builder, link, reference);
	return link;
}

/* --- what the boot needs -------------------------------------------------- */

static const struct fstab_row *find_mount(const struct model *model, const char *where)
{
	for (size_t i = 0; i < model->fstab.count; i++)
		if (strcmp(model->fstab.item[i].type.text, "swap") != 0 &&
		    strcmp(model->fstab.item[i].where.text, where) == 0)
			return &model->fstab.item[i];
	return NULL;
}

/* The other devices of a btrfs, by the UUID that all of them carry. */
static void stand_on_btrfs(struct builder *builder, struct draft *draft, const char *uuid)
{
	for (size_t i = 0; i < builder->facts->devices.count; i++) {
		const struct facts_device *device = &builder->facts->devices.item[i];
		const char *type = facts_property(device, "ID_FS_TYPE");
		const char *its_uuid = facts_property(device, "ID_FS_UUID");
		struct word name = {arena_printf(builder->arena, "/dev/%s", device->name),
				    device->span};
		struct draft member;
		uint32_t link;

		if (type == NULL || strcmp(type, "btrfs") != 0 || its_uuid == NULL ||
		    strcmp(its_uuid, uuid) != 0)
			continue;
		member = chain_begin(
			&draft->frame,
			(struct identity){
				.key = arena_printf(builder->arena, "btrfs %s", device->name)},
			LINK_BTRFS_DEVICE, name);
		member.link.device = device;
		if (!chain_is_settled(builder, &draft->frame, member.frame.identity, &link)) {
			chain_stand_on(builder, &member,
				       chain_fact_link(builder, &member.frame, device));
			link = chain_finish(builder, &member);
		}
		chain_stand_on(builder, draft, link);
	}
}

/* A file system or swap on what a reference names. */
static uint32_t content_link(struct builder *builder, enum link_kind kind, struct word name,
			     struct word source, const struct fstab_row *row)
{
	struct identity identity = {.key = arena_printf(builder->arena, "content %s", name.text)};
	struct draft draft = chain_begin(NULL, identity, kind, name);
	uint32_t device = chain_device_link(builder, &draft.frame, source);
	const struct facts_device *fact =
		device != NO_LINK ? builder->chain->links.item[device].device : NULL;
	const char *type = fact != NULL ? facts_property(fact, "ID_FS_TYPE") : NULL;
	const char *uuid = fact != NULL ? facts_property(fact, "ID_FS_UUID") : NULL;

	draft.link.mount = row;
	draft.link.span = source.span;
	draft.link.device = fact;
	if (kind == LINK_FS && type != NULL && uuid != NULL && strcmp(type, "btrfs") == 0)
		stand_on_btrfs(builder, &draft, uuid);
	else
		chain_stand_on(builder, &draft, device);
	/* Which other devices a btrfs has is on its disks alone. */
	if (fact == NULL && row != NULL && strcmp(row->type.text, "btrfs") == 0)
		draft.link.known = false;
	return chain_finish(builder, &draft);
}

static uint32_t mount_link(struct builder *builder, const char *where, struct word override)
{
	const struct fstab_row *row = find_mount(builder->model, where);
	struct word source = override;

	if (source.text == NULL && row != NULL)
		source = row->source;
	return source.text != NULL && source.text[0] != '\0'
		       ? content_link(builder, LINK_FS, (struct word){where, source.span}, source,
				      row)
		       : NO_LINK;
}

static uint32_t resume_link(struct builder *builder)
{
	struct word resume = chain_parameter(builder->model, PARAMETER_RESUME);

	return resume.text != NULL &&
			       chain_parameter(builder->model, PARAMETER_NORESUME).text == NULL
		       ? content_link(builder, LINK_SWAP, (struct word){"resume", resume.span},
				      resume, NULL)
		       : NO_LINK;
}

/* Whether fstab has a file system or swap on the mapping itself, so that nothing else lies there.
 */
static bool is_taken(const struct model *model, const struct crypttab_row *row)
{
	const char *mapping = arena_printf(model->arena, "/dev/mapper/%s", row->target.text);

	for (size_t i = 0; i < model->fstab.count; i++)
		if (strcmp(model->fstab.item[i].source.text, mapping) == 0)
			return true;
	return false;
}

/* Where it is not known what the root lies on, any line of crypttab may be part of it. */
static void add_open_crypt(struct builder *builder)
{
	const struct model *model = builder->model;

	if (!chain_is_open_to_crypt(builder->chain))
		return;
	for (size_t i = 0; i < model->crypttab.count; i++)
		if (!is_taken(model, &model->crypttab.item[i]))
			(void)chain_crypt_link(builder, NULL, &model->crypttab.item[i]);
}

struct chain *chain_build(const struct model *model, const struct facts *facts)
{
	struct chain *chain = arena_alloc(model->arena, sizeof *chain);
	struct builder builder = {model->arena, model, facts, chain, {0}};

	chain->arena = model->arena;
	chain->facts = facts != NULL && facts->has_devices ? facts : NULL;
	builder.facts = chain->facts;
	/* initramfs-tools gives root= the last word, too. */
	chain->root = mount_link(&builder, "/", chain_parameter(model, PARAMETER_ROOT));
	chain->usr = mount_link(&builder, "/usr", (struct word){0});
	chain->resume = resume_link(&builder);
	for (size_t i = 0; i < model->crypttab.count; i++) {
		const struct crypttab_row *row = &model->crypttab.item[i];
		uint32_t link;

		if (crypttab_find(row, CRYPTTAB_INITRAMFS) == NULL)
			continue;
		link = chain_crypt_link(&builder, NULL, row);
		if (link != NO_LINK)
			vec_push(builder.arena, &chain->marked, link);
	}
	add_open_crypt(&builder);
	return chain;
}
