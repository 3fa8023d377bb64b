#include "array.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* --- which array it is of -------------------------------------------------- */

/* The hexadecimal digits of a UUID, however it is grouped; false if it is none. */
static bool uuid_digits(const char *text, char digits[33])
{
	unsigned n = 0;

	for (; *text != '\0'; text++) {
		if (strchr(":-. ", *text) != NULL)
			continue;
		if (!isxdigit((unsigned char)*text) || n == 32)
			return false;
		digits[n++] = (char)tolower((unsigned char)*text);
	}
	digits[n] = '\0';
	return n == 32;
}

bool is_of_set(const struct md *md, const char *set)
{
	char text[37], wanted[33], is[33];

	if (strncmp(set, "md:", 3) != 0)
		return false;
	if (!uuid_digits(set + 3, wanted))
		return md->name[0] != '\0' && strcmp(set + 3, md->name) == 0;
	md_uuid_text(md, text);
	return uuid_digits(text, is) && strcmp(is, wanted) == 0;
}

/* --- reading --------------------------------------------------------------- */

bool read_member(const char *path, struct member *member, bool *ret_found)
{
	static struct disk disk;
	struct stat st;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), r;

	*member = (struct member){.path = path};
	if (fd < 0 || fstat(fd, &st) < 0) {
		r = errno;
		if (fd >= 0)
			close(fd);
		return report("%s: %s", path, strerror(r));
	}
	/* md writes its superblocks past the cache of its members. */
	if (S_ISBLK(st.st_mode))
		ioctl(fd, BLKFLSBUF, 0);
	r = disk_open(&disk, fd);
	if (r == 0)
		*ret_found = md_read(&disk, &member->md);
	close(fd);
	if (r < 0 || (!*ret_found && disk.failed))
		return report("%s: %s", path, strerror(r < 0 ? -r : EIO));
	member->device = st.st_rdev;
	block_name(path, member->name);
	block_first(member->name, "holders", member->holder);
	return true;
}

bool read_members(struct array *array, char **paths, unsigned count)
{
	unsigned i;

	for (i = 0; i < count && array->count < MD_SLOTS_MAX; i++) {
		struct member *member = &array->member[array->count];
		bool found = false;

		if (!read_member(paths[i], member, &found))
			continue; /* said; whether it can be done without is seen later */
		if (!found || !is_of_set(&member->md, array->set))
			fprintf(stderr, "bootgraph-md: %s is no member of %s\n", paths[i],
				array->set);
		else
			array->count++;
	}
	return array->count > 0 || report("none of the devices is a member of %s", array->set);
}

/* --- judging --------------------------------------------------------------- */

/* One that holds data of a slot, and all of it. */
static bool is_whole(const struct member *member)
{
	return member->md.role == MD_ACTIVE && !member->md.recovering && !member->md.replacement;
}

/* Like mdadm and the kernel: a difference of one event is a superblock that was not written any
 * more when the machine stopped. A spare that is ahead of all is a stray one. */
static bool is_fresh(const struct member *member, const struct md *newest)
{
	const struct md *md = &member->md;

	return md->events <= newest->events && newest->events - md->events <= 1 &&
	       memcmp(md->uuid, newest->uuid, sizeof md->uuid) == 0 &&
	       !(md->role == MD_ACTIVE && !newest->occupied[md->slot]) && md->role != MD_FAULTY;
}

static bool slot_is_here(const struct array *array, uint32_t slot)
{
	unsigned i;

	for (i = 0; i < array->count; i++)
		if (array->member[i].fresh && is_whole(&array->member[i]) &&
		    array->member[i].md.slot == slot)
			return true;
	return false;
}

bool judge_members(struct array *array)
{
	unsigned i;

	for (i = 0; i < array->count; i++)
		if (is_whole(&array->member[i]) &&
		    (array->newest == NULL ||
		     array->member[i].md.events > array->newest->md.events))
			array->newest = &array->member[i];
	if (array->newest == NULL)
		return report("no member of %s that is there is in sync", array->set);
	for (i = 0; i < array->count; i++) {
		array->member[i].fresh = is_fresh(&array->member[i], &array->newest->md);
		if (!array->member[i].fresh)
			fprintf(stderr, "bootgraph-md: %s is out of date, and left out\n",
				array->member[i].path);
	}
	for (i = 0; i < MD_SLOTS_MAX; i++) {
		array->expected += array->newest->md.occupied[i];
		array->present += array->newest->md.occupied[i] && slot_is_here(array, i);
	}
	return true;
}
