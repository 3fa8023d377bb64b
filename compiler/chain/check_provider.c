/* What the boot needs, and nothing on the machine of the facts provides. resume is not among it:
 * the boot goes on without. */
#include "check.h"
#include "name.h"

#include <string.h>

/* A name that is the same but for escapes: hyphens doubled by LVM, \x2d by udev, \040 by fstab. */
static const char *other_spelling(const struct chain_checker *checker, const char *reference)
{
	const char *plain = name_plain(checker->arena, reference);
	const struct facts *facts = checker->chain->facts;

	for (size_t i = 0; i < checker->model->crypttab.count; i++) {
		const char *name = arena_printf(checker->arena, "/dev/mapper/%s",
						checker->model->crypttab.item[i].target.text);

		if (strcmp(name, reference) != 0 &&
		    strcmp(name_plain(checker->arena, name), plain) == 0)
			return name;
	}
	for (size_t i = 0; i < facts->devices.count; i++) {
		const struct facts_device *device = &facts->devices.item[i];
		const char *name;

		if (device->dm == NULL)
			continue;
		name = arena_printf(checker->arena, "/dev/mapper/%s", device->dm->name);
		if (strcmp(name, reference) != 0 &&
		    strcmp(name_plain(checker->arena, name), plain) == 0)
			return name;
	}
	return NULL;
}

/* The reference as it was written, if it was. */
static const char *written_name(const struct chain_link *link)
{
	return link->names.count > 0 ? link->names.item[link->names.count - 1].text : link->name;
}

static void report_absent(const struct chain_checker *checker, const struct chain_link *link,
			  const char *goal, const char *why)
{
	const char *name = written_name(link);
	const char *other = other_spelling(checker, name);

	if (other != NULL)
		diag_report(checker->diag, DIAG_NAME_ESCAPING, link->span,
			    arena_printf(checker->arena, "did you mean %s?", other),
			    "%s needs %s, which differs from %s only by escapes", goal, name,
			    other);
	else
		diag_report(checker->diag, DIAG_NO_PROVIDER, link->span, NULL, "%s needs %s, %s",
			    goal, name, why);
}

/* --- logical volumes ------------------------------------------------------ */

static const struct facts_pv *find_pv(const struct facts_vg *group, const char *uuid)
{
	for (size_t i = 0; i < group->pvs.count; i++)
		if (strcmp(group->pvs.item[i].uuid, uuid) == 0)
			return &group->pvs.item[i];
	return NULL;
}

/* Whether a volume lies on a physical volume that nobody has. */
static bool lacks_pv(const struct facts_vg *group, const struct facts_lv *volume)
{
	for (size_t i = 0; i < volume->pvs.count; i++) {
		const struct facts_pv *pv = find_pv(group, volume->pvs.item[i]);

		if (pv == NULL || pv->device == NULL)
			return true;
	}
	return false;
}

static size_t count_missing(const struct facts_vg *group)
{
	size_t missing = 0;

	for (size_t i = 0; i < group->pvs.count; i++)
		missing += group->pvs.item[i].device == NULL;
	return missing;
}

static void check_volume(const struct chain_checker *checker, const struct chain_link *link,
			 const char *goal)
{
	const struct facts_vg *group = link->group;
	size_t missing;

	if (group == NULL && link->device == NULL) {
		report_absent(checker, link, goal, "and the facts have no such volume group");
		return;
	}
	if (group == NULL)
		return;
	if (link->volume == NULL && link->device == NULL) {
		report_absent(checker, link, goal, "and the volume group has no such volume");
		return;
	}
	missing = count_missing(group);
	if (missing == 0)
		return;
	diag_report(checker->diag,
		    link->volume != NULL && lacks_pv(group, link->volume) ? DIAG_VOLUME_INCOMPLETE
									  : DIAG_GROUP_INCOMPLETE,
		    link->span, NULL, "%s needs %s, and %s lacks %zu of %zu physical volumes", goal,
		    link->name, group->name, missing, group->pvs.count);
	for (size_t i = 0; i < group->pvs.count; i++)
		if (group->pvs.item[i].device == NULL)
			diag_note(checker->diag, group->span, "missing: %s",
				  group->pvs.item[i].uuid);
}

/* --- arrays --------------------------------------------------------------- */

/* Whether any device is a member of the array that a line declares by its UUID. */
static bool has_members(const struct facts *facts, const struct md_array *array)
{
	char declared[MD_UUID_SIZE], seen[MD_UUID_SIZE];

	if (array->uuid.text == NULL || !md_uuid(array->uuid.text, declared))
		return true; /* nothing to know them by */
	for (size_t i = 0; i < facts->devices.count; i++) {
		const struct facts_device *device = &facts->devices.item[i];
		const char *type = facts_property(device, "ID_FS_TYPE");
		const char *uuid = facts_property(device, "ID_FS_UUID");

		if (type != NULL && uuid != NULL && strcmp(type, "linux_raid_member") == 0 &&
		    md_uuid(uuid, seen) && strcmp(seen, declared) == 0)
			return true;
	}
	return false;
}

void chain_check_providers(const struct chain_checker *checker)
{
	const struct chain *chain = checker->chain;

	for (uint32_t i = 0; i < chain->links.count; i++) {
		const struct chain_link *link = &chain->links.item[i];
		const char *goal = chain_needed_by(chain, i);

		if (goal == NULL || strcmp(goal, "resume") == 0)
			continue;
		if (link->kind == LINK_LV)
			check_volume(checker, link, goal);
		else if (link->kind == LINK_MD && link->device == NULL && link->array != NULL &&
			 !has_members(chain->facts, link->array))
			report_absent(checker, link, goal,
				      "and no device of the facts is a member of it");
		else if (link->device == NULL && link->on.count == 0 &&
			 (link->kind == LINK_UNKNOWN || link->kind == LINK_DISK ||
			  link->kind == LINK_PARTITION))
			report_absent(checker, link, goal, "and no device of the facts is that");
		else if (link->kind == LINK_CRYPT && link->crypt == NULL)
			diag_report(checker->diag, DIAG_CRYPT_UNDECLARED, link->span, NULL,
				    "%s needs %s, and no line of etc/crypttab opens it", goal,
				    link->name);
	}
}
