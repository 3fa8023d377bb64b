/* A disk of the btrfs that the boot stands on which comes too late: the kernel is told of it, as
 * udev's rules do, so that the next mount has it. One that is mounted already goes on without
 * (kernel: fs/btrfs/volumes.c, device_list_add opens nothing), and nobody can change that. */
#include "resume.h"
#include "../core/membership.h"
#include "../probe/btrfs.h"
#include "../probe/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Which one it is part of: "btrfs:UUID", as in left. */
static bool read_set(const char *path, struct membership *ret_membership)
{
	static struct disk disk;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	bool found =
		fd >= 0 && disk_open(&disk, fd) == 0 && btrfs_membership(&disk, ret_membership) > 0;

	if (fd >= 0)
		close(fd);
	return found;
}

static bool was_there(const struct left_set *set, const char *name)
{
	size_t i;

	for (i = 0; i < set->member_count; i++)
		if (strcmp(set->member[i], name) == 0)
			return true;
	return false;
}

/* 0 or an errno. */
static int tell_kernel(const char *path)
{
	struct btrfs_ioctl_vol_args arguments = {0};
	int fd = open("/dev/btrfs-control", O_RDWR | O_CLOEXEC), error = 0;

	snprintf(arguments.name, sizeof arguments.name, "%s", path);
	if (fd < 0 || ioctl(fd, BTRFS_IOC_SCAN_DEV, &arguments) < 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	return error;
}

static void take(struct resume *resume, size_t index, const char *name, const char *path)
{
	const struct left_set *set = &resume->left.set[index];
	int error = tell_kernel(path);

	resume->late[index]--; /* one that is refused now is refused again */
	if (error != 0)
		journal_event(resume, LOG_WARNING, "refused", name,
			      "%s of %s (%s) cannot be registered: %s", name, set->set, set->about,
			      strerror(error));
	else
		journal_event(resume, LOG_NOTICE, "registered", name,
			      "%s of %s (%s) is there; the file system, mounted without it, has it "
			      "from its next mount on, and wants a scrub then",
			      name, set->set, set->about);
}

void btrfs_consider(struct resume *resume, struct udev_device *device)
{
	const char *type = udev_device_get_property_value(device, "ID_FS_TYPE");
	const char *name = udev_device_get_sysname(device);
	const char *path = udev_device_get_devnode(device);
	struct membership membership;
	bool known = false, is_one = false;
	size_t i;

	if (path == NULL || (resume->has_udevd && (type == NULL || strcmp(type, "btrfs") != 0)))
		return;
	for (i = 0; i < resume->left.set_count; i++) {
		const struct left_set *set = &resume->left.set[i];

		if (resume->late[i] == 0 || strncmp(set->set, "btrfs:", 6) != 0 ||
		    was_there(set, name))
			continue;
		if (!known) /* only now is the disk worth reading */
			is_one = read_set(path, &membership);
		known = true;
		if (is_one && strcmp(membership.set, set->set) == 0)
			take(resume, i, name, path);
	}
}
