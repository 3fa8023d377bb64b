/* Roots that lie on more than a partition: commands between the modules and the mount, which know
 * the machine's disks by name. They are the distribution's own tools. */
#include "floor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void run_step(char *line)
{
	char *command[16], *save;
	size_t count = 0;

	for (char *word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (count == sizeof command / sizeof *command - 1) {
			errno = E2BIG;
			die(line);
		}
		command[count++] = word;
	}
	if (count == 0)
		return;
	command[count] = NULL;
	wait_for(spawn(command), command[0], 0);
	mark("%.40s", command[0]);
}

void run_steps(void)
{
	static char list[4096];
	int fd = open("/steps", O_RDONLY | O_CLOEXEC);
	char *save;

	if (fd < 0 && errno == ENOENT)
		return;
	if (fd < 0 || read(fd, list, sizeof list - 1) < 0)
		die("/steps");
	close(fd);
	/* There is no udev: the tools make their nodes themselves, and wait for nobody. */
	setenv("DM_DISABLE_UDEV", "1", 1);
	setenv("MDADM_NO_UDEV", "1", 1);
	for (char *line = strtok_r(list, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		run_step(line);
	unsetenv("DM_DISABLE_UDEV");
	unsetenv("MDADM_NO_UDEV");
}

/* A superblock is told by a magic and has a UUID, each at an offset from the start of the device.
 * ext4: kernel, Documentation/filesystems/ext4/super.rst. btrfs:
 * Documentation/filesystems/btrfs.rst and struct btrfs_super_block, at 64 KiB. */
static const struct {
	const char *type;
	const char *magic;
	size_t magic_length;
	off_t magic_at, uuid_at;
} formats[] = {
	{"ext4", "\x53\xEF", 2, 1024 + 56, 1024 + 104},
	{"btrfs", "_BHRfS_M", 8, 65536 + 64, 65536 + 32},
};

const char *type_with_uuid(const char *node, const uint8_t uuid[16])
{
	int fd = open(node, O_RDONLY | O_CLOEXEC);
	const char *type = NULL;

	if (fd < 0)
		return NULL;
	for (size_t i = 0; !type && i < sizeof formats / sizeof *formats; i++) {
		char magic[8];
		uint8_t found[16];
		ssize_t length = (ssize_t)formats[i].magic_length;

		if (pread(fd, magic, (size_t)length, formats[i].magic_at) == length &&
		    memcmp(magic, formats[i].magic, (size_t)length) == 0 &&
		    pread(fd, found, sizeof found, formats[i].uuid_at) == sizeof found &&
		    memcmp(found, uuid, sizeof found) == 0)
			type = formats[i].type;
	}
	close(fd);
	return type;
}
