/* Arrays that the boot needs, against mdadm.conf(5) and against what they were seen to be. */
#include "check.h"

#include <string.h>

static bool has_uuid(const struct md_array *array, const char *uuid)
{
	char one[MD_UUID_SIZE], other[MD_UUID_SIZE];

	return array->uuid.text != NULL && uuid != NULL && md_uuid(array->uuid.text, one) &&
	       md_uuid(uuid, other) && strcmp(one, other) == 0;
}

static const struct md_array *find_ignored(const struct model *model, const char *uuid)
{
	for (size_t i = 0; i < model->arrays.count; i++)
		if (model->arrays.item[i].ignored && has_uuid(&model->arrays.item[i], uuid))
			return &model->arrays.item[i];
	return NULL;
}

/* Whether the line for an array is there, and right. Without any line the image gets what mdadm
 * finds when it is made, so there is nothing to miss. */
static void check_line(const struct chain_checker *checker, const struct chain_link *link,
		       const char *goal)
{
	const char *uuid = link->device->md->uuid;
	const struct md_array *ignored = find_ignored(checker->model, uuid);

	if (ignored != NULL) {
		diag_report(checker->diag, DIAG_ARRAY_IGNORED, ignored->span, NULL,
			    "%s needs /dev/%s, which this line says to ignore", goal,
			    link->device->name);
	} else if (link->array == NULL && checker->model->arrays.count > 0) {
		diag_report(checker->diag, DIAG_ARRAY_UNLISTED, link->span,
			    uuid != NULL ? arena_printf(checker->arena,
							"add the line: ARRAY /dev/%s UUID=%s",
							link->device->name, uuid)
					 : NULL,
			    "%s needs /dev/%s, and mdadm.conf has no line for it", goal,
			    link->device->name);
	} else if (link->array != NULL && link->array->uuid.text != NULL && uuid != NULL &&
		   !has_uuid(link->array, uuid)) {
		diag_report(checker->diag, DIAG_ARRAY_OTHER_UUID, link->array->uuid.span,
			    arena_printf(checker->arena, "it has UUID=%s", uuid),
			    "%s needs /dev/%s, which has another UUID than this line says", goal,
			    link->device->name);
	}
}

static void check_members(const struct chain_checker *checker, const struct chain_link *link,
			  const char *goal)
{
	const struct facts_md *md = link->device->md;

	if (md->degraded == 0)
		return;
	diag_report(checker->diag, DIAG_ARRAY_DEGRADED, link->span, NULL,
		    "%s needs /dev/%s, which has %u of %u members", goal, link->device->name,
		    md->degraded < md->raid_disks ? md->raid_disks - md->degraded : 0,
		    md->raid_disks);
	for (size_t i = 0; i < md->members.count; i++)
		diag_note(checker->diag, link->device->span, "/dev/%s: %s",
			  md->members.item[i].device,
			  md->members.item[i].state != NULL ? md->members.item[i].state
							    : "a member");
}

void chain_check_arrays(const struct chain_checker *checker)
{
	for (uint32_t i = 0; i < checker->chain->links.count; i++) {
		const struct chain_link *link = &checker->chain->links.item[i];
		const char *goal;

		if (link->kind != LINK_MD || link->device == NULL || link->device->md == NULL)
			continue;
		goal = chain_needed_by(checker->chain, i);
		if (goal == NULL)
			goal = "a row of crypttab that is marked initramfs";
		check_line(checker, link, goal);
		check_members(checker, link, goal);
	}
}
