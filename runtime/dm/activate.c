#include "activate.h"

#include "../helper/udevd.h"
#include "../lvm/table.h"

#include <errno.h>
#include <libdevmapper.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

/* libdevmapper says what went wrong to a callback that has no context. */
static char last_message[160];

__attribute__((format(printf, 5, 6))) static void remember(int level, const char *file, int line,
							   int error, const char *format, ...)
{
	va_list arguments;

	(void)file, (void)line, (void)error;
	if ((level & LOG_PRIMASK) > LOG_ERR) /* above these are flags of its own */
		return;
	va_start(arguments, format);
	vsnprintf(last_message, sizeof last_message, format, arguments);
	va_end(arguments);
}

static struct dm_task *begin(int type, const struct volume *volume, struct lvm_error *error)
{
	struct dm_task *task;

	dm_log_with_errno_init(remember);
	last_message[0] = '\0';
	task = dm_task_create(type);
	if (task != NULL && dm_task_set_name(task, volume->mapping))
		return task;
	lvm_set_error(error, "device-mapper cannot be asked: %s", last_message);
	if (task != NULL)
		dm_task_destroy(task);
	return NULL;
}

bool volume_is_active(const struct volume *volume, bool *ret_active, struct lvm_error *error)
{
	struct dm_task *task = begin(DM_DEVICE_INFO, volume, error);
	struct dm_info info;
	bool fine;

	*ret_active = false;
	if (task == NULL)
		return false;
	fine = dm_task_run(task) && dm_task_get_info(task, &info);
	if (!fine)
		lvm_set_error(error, "device-mapper cannot be asked: %s", last_message);
	else if (info.exists && strcmp(dm_task_get_uuid(task), volume->uuid) != 0)
		fine = lvm_fail(error, "/dev/mapper/%s is there already, and something else",
				volume->mapping);
	else
		*ret_active = info.exists && info.live_table && !info.suspended;
	dm_task_destroy(task);
	return fine;
}

/* --- the table ---------------------------------------------------------------- */

/* The kernel would refuse it as well, but could not say which disk is too small. */
static bool check_sizes(const struct volume *volume, const struct lvm_target *target,
			struct lvm_error *error)
{
	const struct lvm_group *group = volume->members->group;
	uint32_t i;

	for (i = 0; i < target->area_count; i++) {
		struct lvm_region region = lvm_area_region(group, target, &target->area[i]);
		const struct member *member = volume->members->of_pv[target->area[i].pv];

		if (region.at + region.size > member->size / LVM_SECTOR)
			return lvm_fail(error, "%s is smaller than its metadata says",
					member->path);
	}
	return true;
}

static bool add_target(const struct volume *volume, struct dm_task *task,
		       const struct lvm_segment *segment, const char *const *numbers,
		       struct lvm_error *error)
{
	struct lvm_target target = lvm_target_of(volume->members->group, segment);
	char parameters[16384]; /* lvm allows 128 stripes */

	if (!check_sizes(volume, &target, error))
		return false;
	if (!lvm_table_parameters(parameters, sizeof parameters, volume->members->group, &target,
				  numbers))
		return lvm_fail(error, "a segment has too many stripes");
	return dm_task_add_target(task, target.start, target.length, lvm_table_type(&target),
				  parameters) ||
	       lvm_fail(error, "the table cannot be made: %s", last_message);
}

static bool add_targets(const struct volume *volume, struct dm_task *task, struct lvm_error *error)
{
	const struct lvm_group *group = volume->members->group;
	const char *numbers[group->pv_count > 0 ? group->pv_count : 1];
	uint32_t i;

	for (i = 0; i < group->pv_count; i++)
		numbers[i] = volume->needs.pv[i] ? volume->members->of_pv[i]->number : NULL;
	for (i = 0; i < volume->lv->segment_count; i++)
		if (!add_target(volume, task, &volume->lv->segment[i], numbers, error))
			return false;
	return true;
}

static bool create(const struct volume *volume, struct dm_task *task, struct lvm_error *error)
{
	/* Without udevd nobody has to be waited for, and the node is this program's to make. */
	bool udevd = udevd_runs(), fine;
	uint16_t flags = DM_UDEV_DISABLE_LIBRARY_FALLBACK;
	uint32_t cookie = 0;

	dm_udev_set_sync_support(udevd);
	fine = dm_task_set_uuid(task, volume->uuid) &&
	       ((volume->lv->flags & LVM_WRITE) || dm_task_set_ro(task)) &&
	       (volume->lv->read_ahead < 0 ||
		dm_task_set_read_ahead(task, (uint32_t)volume->lv->read_ahead, 0)) &&
	       dm_task_set_cookie(task, &cookie, flags) && dm_task_run(task);
	if (!fine)
		lvm_set_error(error, "device-mapper refuses %s: %s", volume->mapping,
			      last_message[0] != '\0' ? last_message : strerror(errno));
	/* Its links are there when its rules have run; also what failed holds a semaphore. */
	if (udevd && cookie != 0)
		dm_udev_wait(cookie);
	return fine;
}

bool volume_map(const struct volume *volume, struct lvm_error *error)
{
	struct dm_task *task = begin(DM_DEVICE_CREATE, volume, error);
	bool fine = task != NULL && add_targets(volume, task, error) && create(volume, task, error);

	if (task != NULL)
		dm_task_destroy(task);
	return fine;
}

/* --- its names ------------------------------------------------------------------ */

/* A link, unless there is something that leads to the same device. */
static bool make_link(const char *path, const char *target, struct lvm_error *error)
{
	struct stat there, wanted;
	char beside[300];

	if (stat(path, &there) == 0 && stat(target, &wanted) == 0 && S_ISBLK(there.st_mode) &&
	    there.st_rdev == wanted.st_rdev)
		return true;
	snprintf(beside, sizeof beside, "%s.new", path);
	if ((unlink(beside) < 0 && errno != ENOENT) || symlink(target, beside) < 0 ||
	    rename(beside, path) < 0)
		return lvm_fail(error, "%s cannot be made: %s", path, strerror(errno));
	return true;
}

static bool device_minor(const struct volume *volume, uint32_t *ret_minor, struct lvm_error *error)
{
	struct dm_task *task = begin(DM_DEVICE_INFO, volume, error);
	struct dm_info info = {0};

	if (task == NULL)
		return false;
	if (dm_task_run(task) && dm_task_get_info(task, &info) && info.exists)
		*ret_minor = info.minor;
	else
		lvm_set_error(error, "%s has left again", volume->mapping);
	dm_task_destroy(task);
	return info.exists != 0;
}

bool volume_link(const struct volume *volume, struct lvm_error *error)
{
	const char *group = volume->members->group->name;
	char path[300], target[64];
	uint32_t minor = 0;

	if (!device_minor(volume, &minor, error))
		return false;
	/* As udev's rules have it; absolute, since two directories share the code. */
	snprintf(target, sizeof target, "/dev/dm-%u", (unsigned)minor);
	snprintf(path, sizeof path, "/dev/mapper/%s", volume->mapping);
	if (!make_link(path, target, error))
		return false;
	snprintf(path, sizeof path, "/dev/%.127s", group);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return lvm_fail(error, "%s cannot be made: %s", path, strerror(errno));
	snprintf(path, sizeof path, "/dev/%.127s/%.127s", group, volume->lv->name);
	return make_link(path, target, error);
}
