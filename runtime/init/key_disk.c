#include "key_disk.h"
#include "init.h"
#include "log.h"
#include "mount.h"
#include "named.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

void key_disk_mount(struct init *init, const char *reference)
{
	static const char options[] = "nosuid,nodev,noexec,noatime";
	const struct seen *seen = *reference != '\0' ? named_find(&init->devices, reference) : NULL;
	struct report report = {0};

	if (seen == NULL)
		return;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		say(SAY_WARNING, "bootgraph: %s is not mounted: no namespace for it: %s", reference,
		    strerror(errno));
		return;
	}
	/* A hibernated system may have it mounted. */
	if (mount_disk(init,
		       &(struct mount_wanted){seen->number, KEY_DISK_MOUNT, "", options, "ro",
					      .unwritten = true},
		       &report) != 0)
		say(SAY_WARNING, "bootgraph: %s", report.text);
}

void key_disk_unmount(void)
{
	/* Without a disk there is neither. */
	umount2(KEY_DISK_MOUNT, MNT_DETACH);
	rmdir(KEY_DISK_MOUNT);
}
