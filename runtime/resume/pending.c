#include "resume.h"
#include "../core/device_ref.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define RESCUE "/run/bootgraph/rescue"

/* --- once ----------------------------------------------------------------- */

/* The rescue of this boot: nothing of an earlier one is there any more. */
static void tell_rescue(struct resume *resume)
{
	FILE *report = fopen(RESCUE, "re");
	char line[512];

	if (report == NULL)
		return;
	journal_event(resume, LOG_WARNING, "rescue", "",
		      "this boot had stopped in the rescue shell, and went on from there");
	while (fgets(line, sizeof line, report) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0')
			journal_say(LOG_WARNING, "rescue: %s", line);
	}
	fclose(report);
}

static void name_other_sets(struct resume *resume)
{
	size_t i;

	for (i = 0; i < resume->left.set_count; i++) {
		const struct left_set *set = &resume->left.set[i];

		if (!set->on_path)
			journal_event(resume, LOG_INFO, "left-alone", set->set,
				      "%s (%s), of which %u of %u members were there, is not "
				      "needed by the boot and is left to the system's own rules",
				      set->array[0] != '\0' ? set->array : set->set, set->about,
				      set->present, set->expected);
	}
}

/* A unit is a part of the initramfs: nobody goes on with it. But what it would have made, an opened
 * volume or an array, the real system's own tables may name, too. */
static void name_unit(struct resume *resume, const struct left_pending *pending)
{
	if (strcmp(pending->kind, "device") == 0)
		return;
	if (pending->device_count > 0)
		journal_event(resume, LOG_INFO, "left-alone", pending->node,
			      "%s was not done by the initramfs, and %s is left to the system's "
			      "own rules",
			      pending->node, pending->device[0]);
	else
		journal_event(resume, LOG_INFO, "left-alone", pending->node,
			      "%s was not done by the initramfs, and nobody else will",
			      pending->node);
}

void pending_announce(struct resume *resume)
{
	size_t i;

	tell_rescue(resume);
	name_other_sets(resume);
	for (i = 0; i < resume->left.pending_count; i++)
		name_unit(resume, &resume->left.pending[i]);
}

/* --- devices -------------------------------------------------------------- */

/* Where udev's rules put the device of a reference, or "" if that cannot be said. */
static void link_of(const char *reference, char path[512])
{
	static const char *const directories[REF_KIND_COUNT] = {
		[REF_UUID] = "/dev/disk/by-uuid/",
		[REF_LABEL] = "/dev/disk/by-label/",
		[REF_PARTUUID] = "/dev/disk/by-partuuid/",
		[REF_PARTLABEL] = "/dev/disk/by-partlabel/",
	};
	struct device_ref ref;

	path[0] = '\0';
	device_ref_parse(reference, &ref);
	if (reference[0] == '/')
		snprintf(path, 512, "%s", reference);
	else if (directories[ref.kind] != NULL)
		snprintf(path, 512, "%s%.*s", directories[ref.kind], (int)ref.length, ref.text);
}

static bool is_there(const char *reference)
{
	char path[512];

	link_of(reference, path);
	return path[0] != '\0' && access(path, F_OK) == 0;
}

static bool has_made(const struct left_pending *pending)
{
	size_t i;

	for (i = 0; i < pending->device_count; i++)
		if (is_there(pending->device[i]))
			return true;
	return false;
}

void pending_look(struct resume *resume)
{
	size_t i;

	for (i = 0; i < resume->left.pending_count; i++) {
		const struct left_pending *pending = &resume->left.pending[i];
		bool device = strcmp(pending->kind, "device") == 0;

		if (resume->appeared[i] || !(device ? is_there(pending->node) : has_made(pending)))
			continue;
		resume->appeared[i] = true;
		if (device)
			journal_event(resume, LOG_INFO, "appeared", pending->node,
				      "%s, for which the boot did not wait, is there",
				      pending->node);
		else
			journal_event(resume, LOG_INFO, "appeared", pending->node,
				      "what %s would have made is there: %s", pending->node,
				      pending->device[0]);
	}
}
