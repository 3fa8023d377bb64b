/* Starting and extending an array by ioctl. */
#include "array.h"
#include "../helper/attribute.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <linux/major.h>
#include <linux/raid/md_p.h>
#include <linux/raid/md_u.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define NEW_ARRAY "/sys/module/md_mod/parameters/new_array"

/* --- what is safe ----------------------------------------------------------- */

/* Whether two members tell the same story. */
static bool agree(const struct md *a, const struct md *b)
{
	return a->major == b->major && a->minor == b->minor && a->created == b->created &&
	       a->level == b->level && a->layout == b->layout && a->chunk == b->chunk &&
	       a->raid_disks == b->raid_disks && a->events == b->events && a->clean == b->clean &&
	       memcmp(a->occupied, b->occupied, sizeof a->occupied) == 0;
}

static bool is_plain(const struct md *md)
{
	return !md->reshaping && !md->has_journal && !md->has_ppl && !md->recovering &&
	       !md->replacement && md->role != MD_JOURNAL;
}

static bool share_a_slot(const struct member *a, const struct member *b)
{
	return a->md.number == b->md.number ||
	       (a->md.role == MD_ACTIVE && b->md.role == MD_ACTIVE && a->md.slot == b->md.slot);
}

static const char *reason_against(const struct array *array)
{
	const struct md *md = &array->newest->md;
	unsigned i, k;

	if (md->major != 1 || (md->level != 0 && md->level != 1 && md->level != 10))
		return "its kind";
	if (!md->clean)
		return "it was not shut down in order";
	if (md->clustered)
		return "a cluster shares it";
	if (array->present != array->expected)
		return "members are missing";
	for (i = 0; i < array->count; i++) {
		if (!array->member[i].fresh)
			continue;
		if (!is_plain(&array->member[i].md))
			return "it is being changed";
		if (!agree(&array->member[i].md, md))
			return "its members do not agree";
		for (k = 0; k < i; k++)
			if (array->member[k].fresh &&
			    share_a_slot(&array->member[i], &array->member[k]))
				return "two members take the same place";
	}
	return NULL;
}

bool native_is_safe(const struct array *array, const char **ret_reason)
{
	*ret_reason = reason_against(array);
	return *ret_reason == NULL;
}

/* --- starting ----------------------------------------------------------------- */

/* Makes the array's device. Opening its node would do too, but the kernel may have that switched
 * off (CONFIG_MD_AUTODETECT's heir, create_on_open). */
static int open_array(const char *name)
{
	char path[PATH_ROOM];
	int fd = open(NEW_ARRAY, O_WRONLY | O_CLOEXEC);
	bool there = block_exists(name);

	if (fd < 0) {
		report("cannot make %s: the module md-mod is not loaded", name);
		return -1;
	}
	if (!there && write(fd, name, strlen(name)) < 0) {
		report("cannot make %s: %s", name, strerror(errno));
		close(fd);
		return -1;
	}
	close(fd);
	snprintf(path, sizeof path, "/dev/%s", name);
	fd = open(path, O_RDWR | O_EXCL | O_CLOEXEC);
	if (fd < 0)
		report("%s: %s", path, strerror(errno));
	return fd;
}

/* A member's own partitions, which the kernel saw in what is the array's table. */
static void remove_partitions(const struct member *member)
{
	int fd = open(member->path, O_RDONLY | O_CLOEXEC), number;
	struct blkpg_partition partition = {0};
	struct blkpg_ioctl_arg request = {
		.op = BLKPG_DEL_PARTITION, .datalen = sizeof partition, .data = &partition};

	/* One that is not there is an error nobody minds; a device that is a partition has none. */
	for (number = 1; fd >= 0 && number <= 16; number++) {
		partition.pno = number;
		if (ioctl(fd, BLKPG, &request) < 0 && errno != ENXIO)
			break;
	}
	if (fd >= 0)
		close(fd);
}

static mdu_disk_info_t disk_info(const struct member *member)
{
	mdu_disk_info_t info = {.number = (int)member->md.number,
				.major = (int)major(member->device),
				.minor = (int)minor(member->device),
				.raid_disk = -1};

	if (member->md.role == MD_ACTIVE) {
		info.raid_disk = (int)member->md.slot;
		info.state = 1 << MD_DISK_ACTIVE | 1 << MD_DISK_SYNC;
	}
	return info;
}

static bool add_members(const struct array *array, int fd)
{
	unsigned i;

	for (i = 0; i < array->count; i++) {
		mdu_disk_info_t info = disk_info(&array->member[i]);

		if (!array->member[i].fresh)
			continue;
		remove_partitions(&array->member[i]);
		if (ioctl(fd, ADD_NEW_DISK, &info) < 0)
			return report("%s cannot become part of %s: %s", array->member[i].path,
				      array->kernel_name, strerror(errno));
	}
	return true;
}

static bool start(const struct array *array, int fd)
{
	mdu_array_info_t info = {.major_version = array->newest->md.major,
				 .minor_version = array->newest->md.minor};

	if (ioctl(fd, SET_ARRAY_INFO, &info) < 0)
		return report("%s: %s", array->kernel_name, strerror(errno));
	if (!add_members(array, fd))
		return false;
	if (ioctl(fd, RUN_ARRAY, NULL) == 0)
		return true;
	return report("the kernel does not start %s, a %s: %s", array->kernel_name,
		      md_level_name(array->newest->md.level),
		      errno == EINVAL ? "is the module for that level loaded?" : strerror(errno));
}

bool native_start(const struct array *array)
{
	int fd = open_array(array->kernel_name);
	bool done;

	if (fd < 0)
		return false;
	done = start(array, fd);
	if (!done)
		ioctl(fd, STOP_ARRAY, NULL);
	close(fd);
	return done;
}

/* --- adding to one that runs -------------------------------------------------- */

/* As the member that it was: the kernel takes that if it missed nothing, or only what the bitmap
 * knows, which is then all that is written to it. */
static bool add_again(int fd, const struct member *member)
{
	mdu_disk_info_t info = disk_info(member);

	errno = EINVAL;
	return member->md.role == MD_ACTIVE && ioctl(fd, ADD_NEW_DISK, &info) == 0;
}

/* As a new one, which is written over with what the others have. */
static bool add_anew(int fd, const struct member *member)
{
	mdu_disk_info_t info = disk_info(member);

	info.raid_disk = -1;
	info.state = 0;
	return ioctl(fd, ADD_NEW_DISK, &info) == 0;
}

/* The array that has somebody in each place was given another device in place of this one. */
static bool is_replaced(const char *array, const struct member *member)
{
	char degraded[ATTRIBUTE_ROOM];

	attribute_read(array, "md/degraded", degraded, sizeof degraded);
	return member->md.role == MD_ACTIVE && strcmp(degraded, "0") == 0;
}

static bool add_to(const char *array, int fd, const struct member *member)
{
	if (add_again(fd, member)) {
		fprintf(stderr, "bootgraph-md: %s is again a member of %s\n", member->path, array);
		return true;
	}
	/* As mdadm --add: these say nothing of whether it fits. */
	if (errno == ENOMEM || errno == EROFS)
		return report("%s cannot be added to %s: %s", member->path, array, strerror(errno));
	if (is_replaced(array, member))
		return report("%s is out of date, and %s has all its members without it",
			      member->path, array);
	if (!add_anew(fd, member))
		return report("%s cannot be added to %s: %s", member->path, array, strerror(errno));
	fprintf(stderr, "bootgraph-md: %s becomes a new member of %s\n", member->path, array);
	return true;
}

bool native_add(const char *array, const struct member *member)
{
	char path[PATH_ROOM];
	int fd;
	bool done;

	snprintf(path, sizeof path, "/dev/%s", array);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return report("%s: %s", path, strerror(errno));
	done = add_to(array, fd, member);
	close(fd);
	return done;
}
