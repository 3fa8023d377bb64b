/* md(4)'s attributes (kernel: Documentation/admin-guide/md.rst), looked at whenever /proc/mdstat
 * says that something has changed. */
#include "resume.h"
#include "../helper/attribute.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ATTRIBUTE_MAX = 64, PATH_ROOM = 128 + KERNEL_NAME_MAX };

/* --- looking -------------------------------------------------------------- */

/* dev-sda/state is a list: "in_sync,write_mostly", "faulty", "spare". One that is brought up to
 * date is a spare until it is. */
static bool member_works(const char *array, const char *entry, bool *ret_spare)
{
	char attribute[24 + KERNEL_NAME_MAX], state[ATTRIBUTE_MAX];

	snprintf(attribute, sizeof attribute, "md/%.40s/state", entry);
	attribute_read(array, attribute, state, sizeof state);
	*ret_spare = strstr(state, "spare") != NULL;
	return state[0] != '\0' && strstr(state, "faulty") == NULL;
}

/* Whether there are spares among them. */
static bool look_at_members(struct array_view *view)
{
	bool spares = false, spare;
	char path[PATH_ROOM];
	struct dirent *entry;
	DIR *members;

	snprintf(path, sizeof path, "/sys/block/%s/md", view->name);
	members = opendir(path);
	while (members != NULL && view->member_count < ARRAY_MEMBERS_MAX &&
	       (entry = readdir(members)) != NULL)
		if (strncmp(entry->d_name, "dev-", 4) == 0 &&
		    strlen(entry->d_name) < KERNEL_NAME_MAX &&
		    member_works(view->name, entry->d_name, &spare)) {
			strcpy(view->member[view->member_count++], entry->d_name + 4);
			spares |= spare;
		}
	if (members != NULL)
		closedir(members);
	return spares;
}

/* False if it does not run. An array without redundancy has no count of what it lacks. */
static bool look_at(const char *name, struct array_view *view)
{
	char state[ATTRIBUTE_MAX], disks[ATTRIBUTE_MAX], missing[ATTRIBUTE_MAX],
		action[ATTRIBUTE_MAX];

	*view = (struct array_view){.seen = true};
	strcpy(view->name, name);
	attribute_read(name, "md/array_state", state, sizeof state);
	if (state[0] == '\0' || strcmp(state, "clear") == 0 || strcmp(state, "inactive") == 0)
		return false;
	attribute_read(name, "md/raid_disks", disks, sizeof disks);
	attribute_read(name, "md/degraded", missing, sizeof missing);
	attribute_read(name, "md/sync_action", action, sizeof action);
	view->expected = (unsigned)strtoul(disks, NULL, 10);
	view->missing = (unsigned)strtoul(missing, NULL, 10);
	/* Without a spare it says so, too, for the moment in which md finds that out. */
	view->recovering = look_at_members(view) && strcmp(action, "recover") == 0;
	return true;
}

/* --- telling -------------------------------------------------------------- */

static bool has_member(const struct array_view *view, const char *member)
{
	unsigned i;

	for (i = 0; i < view->member_count; i++)
		if (strcmp(view->member[i], member) == 0)
			return true;
	return false;
}

static const char *needed(const struct resume *resume, const char *array)
{
	size_t i;

	for (i = 0; i < resume->left.set_count; i++)
		if (strcmp(resume->left.set[i].array, array) == 0)
			return resume->left.set[i].on_path ? "" : ", which the boot did not need,";
	return "";
}

static void tell_first(struct resume *resume, const struct array_view *now)
{
	if (now->missing > 0)
		journal_event(resume, LOG_WARNING, "degraded", now->name,
			      "%s%s lacks %u of its %u members", now->name,
			      needed(resume, now->name), now->missing, now->expected);
	if (now->recovering)
		journal_event(resume, LOG_NOTICE, "recovering", now->name,
			      "%s is being brought up to date", now->name);
}

static void tell_lost(struct resume *resume, const struct array_view *before,
		      const struct array_view *now)
{
	char lacks[64] = ""; /* a spare, or one without redundancy, is not counted by md */
	unsigned i;

	if (now->missing > 0)
		snprintf(lacks, sizeof lacks, ", and lacks %u of its %u members", now->missing,
			 now->expected);
	for (i = 0; i < before->member_count; i++)
		if (!has_member(now, before->member[i]))
			journal_event(resume, LOG_ERR, "lost", now->name, "%s%s has lost %s%s",
				      now->name, needed(resume, now->name), before->member[i],
				      lacks);
}

static void tell_difference(struct resume *resume, const struct array_view *before,
			    const struct array_view *now)
{
	tell_lost(resume, before, now);
	if (now->recovering && !before->recovering)
		journal_event(resume, LOG_NOTICE, "recovering", now->name,
			      "%s is being brought up to date", now->name);
	if (now->missing == 0 && before->missing > 0)
		journal_event(resume, LOG_NOTICE, "whole", now->name,
			      "%s has all of its %u members", now->name, now->expected);
}

/* --- all of them ---------------------------------------------------------- */

struct array_view *arrays_find(const struct resume *resume, const char *name)
{
	size_t i;

	for (i = 0; i < resume->array_count; i++)
		if (strcmp(resume->array[i].name, name) == 0)
			return &resume->array[i];
	return NULL;
}

static void take(struct resume *resume, const struct array_view *now)
{
	struct array_view *before = arrays_find(resume, now->name), *more;

	if (before != NULL) {
		tell_difference(resume, before, now);
		*before = *now;
		return;
	}
	tell_first(resume, now);
	more = realloc(resume->array, (resume->array_count + 1) * sizeof *more);
	if (more == NULL)
		return; /* it is told of anew the next time */
	resume->array = more;
	resume->array[resume->array_count++] = *now;
}

static void forget_stopped(struct resume *resume)
{
	size_t i = 0;

	while (i < resume->array_count) {
		struct array_view *array = &resume->array[i];

		if (array->seen) {
			array->seen = false;
			i++;
			continue;
		}
		journal_event(resume, LOG_NOTICE, "stopped", array->name, "%s was stopped",
			      array->name);
		*array = resume->array[--resume->array_count];
	}
}

/* Reading it to its end is what makes poll(2) wait for the next change (kernel: drivers/md/md.c,
 * mdstat_poll). It is there once md is. */
static void read_mdstat(struct resume *resume)
{
	char text[4096];

	if (resume->mdstat < 0)
		resume->mdstat = open("/proc/mdstat", O_RDONLY | O_CLOEXEC);
	if (resume->mdstat < 0 || lseek(resume->mdstat, 0, SEEK_SET) < 0)
		return;
	while (read(resume->mdstat, text, sizeof text) > 0)
		;
}

void arrays_look(struct resume *resume)
{
	struct array_view now;
	struct dirent *entry;
	DIR *blocks;

	read_mdstat(resume); /* first: what changes from here on ends the next wait */
	blocks = opendir("/sys/block");
	while (blocks != NULL && (entry = readdir(blocks)) != NULL)
		if (strncmp(entry->d_name, "md", 2) == 0 &&
		    strlen(entry->d_name) < KERNEL_NAME_MAX && look_at(entry->d_name, &now))
			take(resume, &now);
	if (blocks != NULL)
		closedir(blocks);
	forget_stopped(resume);
}
