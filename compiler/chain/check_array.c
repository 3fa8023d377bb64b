/* Arrays that the boot needs, against mdadm.conf(5) and against what they were seen to be. */
#include "check.h"

#include <stdlib.h>
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

/* --- without facts, too --------------------------------------------------- */

static const char *level_of(const struct chain_link *link)
{
	if (link->device != NULL && link->device->md != NULL && link->device->md->level != NULL)
		return link->device->md->level;
	return link->array != NULL ? link->array->level.text : NULL;
}

/* mdadm(8), --level: names and numbers of what has no redundancy. */
static bool needs_every_member(const char *level)
{
	static const char *const names[] = {"linear", "raid0", "0", "stripe", "-1"};

	for (size_t i = 0; level != NULL && i < sizeof names / sizeof *names; i++)
		if (strcmp(level, names[i]) == 0)
			return true;
	return false;
}

/* Members that only their paths tell from others, or a container itself: nobody waits for such an
 * array. */
static const char *why_not_started(const struct model *model, const struct md_array *array)
{
	if (array->uuid.text == NULL && array->container.text != NULL)
		return md_container(model, array) != NULL ? NULL
							  : "no line says which container it is in";
	if (array->container.text == NULL && array->metadata.text != NULL &&
	    (strcmp(array->metadata.text, "imsm") == 0 || strcmp(array->metadata.text, "ddf") == 0))
		return "it is a container, which has volumes";
	if (array->uuid.text == NULL && array->name.text == NULL && array->super_minor.text == NULL)
		return "the line has neither UUID= nor name=";
	return NULL;
}

static void check_start(const struct chain_checker *checker, const struct chain_link *link,
			const char *goal)
{
	const char *reason =
		link->array != NULL ? why_not_started(checker->model, link->array) : NULL;

	if (reason != NULL)
		diag_report(checker->diag, DIAG_ARRAY_NOT_STARTED, link->array->span, NULL,
			    "%s needs %s, which is not started here: %s", goal, link->name, reason);
}

void chain_check_redundancy(const struct chain_checker *checker)
{
	for (uint32_t i = 0; i < checker->chain->links.count; i++) {
		const struct chain_link *link = &checker->chain->links.item[i];
		const char *level = link->kind == LINK_MD ? level_of(link) : NULL;
		const char *goal = chain_needed_by(checker->chain, i);

		if (goal != NULL)
			check_start(checker, link, goal);
		if (goal != NULL && needs_every_member(level))
			diag_report(checker->diag, DIAG_ARRAY_NOT_REDUNDANT, link->span, NULL,
				    "%s needs %s, which is of level %s: it does not start without "
				    "one of its members",
				    goal, link->name, level);
	}
}

enum { LAST_RESORT = 30 }; /* seconds: mdadm-last-resort@.timer, mdadm 4.2 */

/* systemd.time(7): "10", "10s", "1min", "1min 30s"; negative for what else there is. */
static double seconds_of(const char *text)
{
	static const struct {
		const char *unit;
		double seconds;
	} units[] = {{"ms", 0.001}, {"min", 60}, {"m", 60}, {"sec", 1}, {"s", 1}, {"h", 3600}};
	double sum = 0;
	char *end;

	while (*text != '\0') {
		double number = strtod(text, &end), seconds = 1;

		if (end == text)
			return -1;
		text = end + strspn(end, " ");
		for (size_t i = 0; i < sizeof units / sizeof *units; i++)
			if (strncmp(text, units[i].unit, strlen(units[i].unit)) == 0) {
				seconds = units[i].seconds;
				text += strlen(units[i].unit);
				break;
			}
		text += strspn(text, " ");
		sum += number * seconds;
	}
	return sum;
}

static bool is_array(const struct chain_checker *checker, const char *source)
{
	const struct facts *facts = checker->chain->facts;
	const struct facts_device *device = facts != NULL ? facts_resolve(facts, source) : NULL;

	return device != NULL ? device->md != NULL
			      : strncmp(source, "/dev/md", strlen("/dev/md")) == 0;
}

/* The real system's own wait, for what it mounts itself. */
void chain_check_device_timeouts(const struct chain_checker *checker)
{
	static const char name[] = "x-systemd.device-timeout=";

	for (size_t i = 0; i < checker->model->fstab.count; i++) {
		const struct fstab_row *row = &checker->model->fstab.item[i];
		const char *option =
			row->options.text != NULL ? strstr(row->options.text, name) : NULL;
		const char *value;
		double seconds;

		if (option == NULL || strcmp(row->where.text, "/") == 0 ||
		    strcmp(row->where.text, "/usr") == 0 || !is_array(checker, row->source.text))
			continue;
		option += strlen(name);
		value = arena_strndup(checker->arena, option, strcspn(option, ","));
		seconds = seconds_of(value);
		if (seconds > 0 && seconds <= LAST_RESORT)
			diag_report(checker->diag, DIAG_DEVICE_TIMEOUT_SHORT, row->options.span,
				    NULL,
				    "%s is given up after %s, and %s is started degraded after %d "
				    "s",
				    row->where.text, value, row->source.text, LAST_RESORT);
	}
}

/* --- with facts ----------------------------------------------------------- */

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
