#include "members.h"
#include "component.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* For the text of two metadata areas and the trees made of it; only what is used is ever real
 * memory. */
enum { MEMORY_BYTES = 1 << 30 };

static struct lvm_memory take_memory(void)
{
	void *block = mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return block != MAP_FAILED ? (struct lvm_memory){block, MEMORY_BYTES, 0}
				   : (struct lvm_memory){NULL, 0, 0};
}

static bool read_open(struct lvm_memory *memory, struct member *member, int fd,
		      struct lvm_error *error)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISBLK(st.st_mode))
		return lvm_fail(error, "it is no block device");
	if (ioctl(fd, BLKGETSIZE64, &member->size) < 0)
		return lvm_fail(error, "its size is not known: %s", strerror(errno));
	snprintf(member->number, sizeof member->number, "%u:%u", major(st.st_rdev),
		 minor(st.st_rdev));
	return lvm_device_read_file(memory, fd, member->size, &member->device, error);
}

static bool read_member(struct lvm_memory *memory, struct member *member, struct lvm_error *error)
{
	int fd = open(member->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool fine;

	if (fd < 0)
		return lvm_fail(error, "it cannot be opened: %s", strerror(errno));
	fine = read_open(memory, member, fd, error);
	close(fd);
	return fine;
}

/* Whether a member has metadata of a group of this name, and if that counts, of one that is ours.
 */
static bool has_group(const struct member *member, const char *name, bool ours)
{
	struct lvm_error error;

	return member->device.has_group && strcmp(member->device.group.name, name) == 0 &&
	       (!ours || lvm_group_is_ours(&member->device.group, NULL, &error));
}

static bool any_is_ours(const struct members *members, const char *name)
{
	uint32_t i;

	for (i = 0; i < members->count; i++)
		if (has_group(&members->member[i], name, true))
			return true;
	return false;
}

/* The newest metadata of a group of this name. Its identifier tells it from another of that name,
 * from a disk of another machine, say; one that says so itself does not count beside ours. */
static bool choose_group(struct members *members, const char *name, struct lvm_error *error)
{
	bool ours = any_is_ours(members, name);
	const char *chosen = NULL;
	uint32_t i;

	for (i = 0; i < members->count; i++) {
		const struct lvm_group *group = &members->member[i].device.group;

		if (!has_group(&members->member[i], name, ours))
			continue;
		if (members->group != NULL && strcmp(group->id, members->group->id) != 0)
			return lvm_fail(error,
					"there are two volume groups %.64s, on %.32s and %.32s",
					name, chosen, members->member[i].path);
		if (members->group == NULL || group->seqno > members->group->seqno) {
			members->group = group;
			chosen = members->member[i].path;
		}
	}
	if (members->group == NULL)
		return lvm_fail(error, "no device has metadata of the volume group %.64s%s%s", name,
				members->unread[0] != '\0' ? "; " : "", members->unread);
	return true;
}

static void place_member(struct members *members, const struct member *member)
{
	uint32_t pv = lvm_group_find_pv(members->group, member->device.label.id);
	const struct member *other;

	if (pv == LVM_NONE)
		return; /* it was taken out of the group, or is in none */
	other = members->of_pv[pv];
	if (other != NULL && strcmp(other->number, member->number) != 0)
		lvm_set_error(&members->ambiguous,
			      "%.64s and %.64s are the same physical volume %s", other->path,
			      member->path, member->device.label.id);
	members->of_pv[pv] = member;
}

bool members_read(struct members *members, const char *group, char *const paths[], uint32_t count,
		  struct lvm_error *error)
{
	uint32_t i;

	memset(members, 0, sizeof *members);
	members->member = calloc(count, sizeof *members->member);
	if (members->member == NULL)
		return lvm_fail(error, "out of memory");
	for (i = 0; i < count; i++) {
		struct lvm_memory memory = take_memory();
		struct member *member = &members->member[members->count];

		member->path = paths[i];
		if (component_of_multipath(paths[i]))
			continue;
		if (read_member(&memory, member, error))
			members->count++;
		else
			snprintf(members->unread, sizeof members->unread, "%.40s: %s", paths[i],
				 error->text);
	}
	if (!choose_group(members, group, error))
		return false;
	members->of_pv = calloc(members->group->pv_count + 1, sizeof(struct member *));
	if (members->of_pv == NULL)
		return lvm_fail(error, "out of memory");
	for (i = 0; i < members->count; i++)
		place_member(members, &members->member[i]);
	return true;
}
