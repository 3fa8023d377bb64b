#include "array.h"
#include "../helper/report.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
	"usage: bootgraph-md assemble --set=md:UUID|md:NAME [--device=DEVICE] [--degraded] DEV...\n"
	"       bootgraph-md add --set=md:UUID|md:NAME DEV\n"
	"\n"
	"assemble starts the array from these devices; --degraded also without all its members.\n"
	"add makes a device that turned up late part of the array, which runs; devices of other\n"
	"arrays are left alone.\n";

/* --- arrays that run -------------------------------------------------------- */

/* What the newest member of a running array says of itself, if they are this set's. A member that
 * has died may still be listed, and an older one not be taken out yet. */
static bool read_running(const char *name, const char *set, struct md *ret_md)
{
	char path[PATH_ROOM];
	struct dirent *item;
	struct member member;
	bool found = false;
	DIR *slaves;

	snprintf(path, sizeof path, "/sys/class/block/%s/slaves", name);
	slaves = opendir(path);
	while (slaves != NULL && (item = readdir(slaves)) != NULL) {
		bool has = false;

		if (item->d_name[0] == '.' ||
		    snprintf(path, sizeof path, "/dev/%s", item->d_name) >= PATH_ROOM ||
		    !read_member(path, &member, &has) || !has || !is_of_set(&member.md, set))
			continue;
		if (!found || member.md.events > ret_md->events)
			*ret_md = member.md;
		found = true;
	}
	if (slaves != NULL)
		closedir(slaves);
	return found;
}

/* The array that runs and is this set. */
static bool find_running(const char *set, char name[KERNEL_NAME_MAX], struct md *ret_md)
{
	DIR *blocks = opendir("/sys/class/block");
	struct dirent *item;
	bool found = false;

	while (blocks != NULL && !found && (item = readdir(blocks)) != NULL) {
		if (strncmp(item->d_name, "md", 2) != 0 ||
		    strlen(item->d_name) >= KERNEL_NAME_MAX || !array_runs(item->d_name) ||
		    !read_running(item->d_name, set, ret_md))
			continue;
		strcpy(name, item->d_name);
		found = true;
	}
	if (blocks != NULL)
		closedir(blocks);
	return found;
}

/* --- assemble --------------------------------------------------------------- */

static bool is_redundant(int level)
{
	return level > 0 || level == -4;
}

static bool may_start(const struct array *array)
{
	const struct md *md;
	unsigned needed;

	if (array->newest == NULL)
		return false; /* judge_members has said so */
	md = &array->newest->md;
	needed = is_redundant(md->level) ? array->expected : md->raid_disks;
	if (array->present >= needed || (array->degraded && is_redundant(md->level)))
		return true;
	return report("%s has %u of %u members%s", array->set, array->present, needed,
		      is_redundant(md->level) ? "" : ", and cannot start without one of them");
}

/* Nobody was asked, and nothing was waited for: the trace is to have the reason (PID 1 keeps what a
 * program that succeeds reports). */
static void record_reason(const struct array *array)
{
	const struct md *md = &array->newest->md;

	if (is_redundant(md->level) && array->present >= array->expected &&
	    array->expected < md->raid_disks)
		(void)report("%s was started with %u of %u members: it expects no others "
			     "(complete-without-it)",
			     array->set, array->present, (unsigned)md->raid_disks);
}

static bool start_native(struct array *array)
{
	/* The kernel announces the array as soon as it runs: then it has to have its name. */
	if (name_publish(array) && native_start(array))
		return true;
	name_withdraw(array);
	return false;
}

static bool start(struct array *array)
{
	const char *reason;
	bool done;

	if (native_is_safe(array, &reason))
		return start_native(array);
	if (!mdadm_is_there())
		return report("%s is left to mdadm (%s), which is not in the image", array->set,
			      reason);
	fprintf(stderr, "bootgraph-md: %s is left to mdadm: %s\n", array->set, reason);
	done = name_hold(array->kernel_name) && mdadm_assemble(array) && name_publish(array);
	name_release(array->kernel_name);
	return done && name_announce(array->kernel_name);
}

static bool assemble(struct array *array, char **paths, unsigned count)
{
	struct contained contained;
	struct md md;
	unsigned i;

	for (i = 0; i < count; i++)
		if (contained_read(paths[i], array->set, &contained))
			return contained_assemble(array, &contained, paths, count);
	if (find_running(array->set, array->kernel_name, &md))
		return true; /* somebody was quicker, and has named it */
	if (!read_members(array, paths, count) || !judge_members(array) || !may_start(array) ||
	    !name_choose(array) || !start(array))
		return false;
	record_reason(array);
	return true;
}

/* --- add ---------------------------------------------------------------------- */

static bool add(const char *set, const char *path)
{
	char name[KERNEL_NAME_MAX];
	struct contained contained;
	struct member member;
	struct md running;
	bool found = false;

	if (contained_read(path, set, &contained))
		return contained_add(&contained);
	if (!read_member(path, &member, &found))
		return false;
	if (!found || !is_of_set(&member.md, set))
		return true; /* of another array: nothing to do with this one */
	if (!find_running(set, name, &running))
		return report("%s does not run", set);
	if (strcmp(member.holder, name) == 0)
		return true; /* it is in it */
	if (member.holder[0] != '\0')
		return report("%s is part of %s", path, member.holder);
	if (!is_redundant(running.level))
		return report("nothing can be added to a %s", md_level_name(running.level));
	/* Both have run without the other: which of them is right, no program can know. */
	if (member.md.events > running.events ||
	    (running.role == MD_ACTIVE && member.md.events > 0 &&
	     !member.md.occupied[running.slot]))
		return report("%s was written to without the others of %s, and is left alone", path,
			      name);
	return native_add(name, &member);
}

/* --- the command line ----------------------------------------------------------- */

static bool option(const char *argument, const char *name, const char **value)
{
	size_t length = strlen(name);

	if (strncmp(argument, name, length) != 0)
		return false;
	*value = argument + length;
	return true;
}

int main(int argc, char **argv)
{
	static struct array array; /* large, and zero: no part of the file */
	const char *verb = argc > 1 ? argv[1] : "";
	int at = 2;
	bool done;

	report_begin();
	array.set = array.device = "";
	for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
		if (strcmp(argv[at], "--degraded") == 0)
			array.degraded = true;
		else if (!option(argv[at], "--set=", &array.set) &&
			 !option(argv[at], "--device=", &array.device))
			break;
	}
	if (strcmp(verb, "assemble") == 0 && array.set[0] != '\0' && at < argc)
		done = assemble(&array, argv + at, (unsigned)(argc - at));
	else if (strcmp(verb, "add") == 0 && array.set[0] != '\0' && at + 1 == argc)
		done = add(array.set, argv[at]);
	else
		return fputs(usage, stderr), 2;
	return done ? 0 : 1;
}
