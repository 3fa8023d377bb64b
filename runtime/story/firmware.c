#include "firmware.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A file of efivarfs is the variable's name and its vendor's GUID, which is bootgraph's own. */
#define VARIABLE "BootgraphRescue-" GUID
#define GUID	 "aea60e8a-10fe-45bf-9276-b934433c18fe"

enum {
	/* UEFI specification, 8.2: kept without power, and there for the firmware and for systems.
	 */
	NON_VOLATILE = 1,
	BOOT_SERVICE_ACCESS = 2,
	RUNTIME_ACCESS = 4,
	ATTRIBUTES_BYTES = 4, /* come before the data, little-endian */
	DATA_MAX = 2048,
};

bool firmware_has_variables(void)
{
	return access("/sys/firmware/efi/efivars", F_OK) == 0;
}

int firmware_open(void)
{
	int context = (int)syscall(SYS_fsopen, "efivarfs", FSOPEN_CLOEXEC), variables = -1;

	if (context < 0)
		return -errno;
	if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		variables = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC,
					 MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (variables < 0)
		variables = -errno;
	close(context);
	return variables;
}

ssize_t firmware_read(int variables, char *text, size_t room)
{
	char data[ATTRIBUTES_BYTES + DATA_MAX];
	int fd = openat(variables, VARIABLE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd >= 0 ? read(fd, data, sizeof data) : -1;
	int error = errno;

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return -error;
	if (n < ATTRIBUTES_BYTES)
		return -ENOENT; /* a file without a variable: a write that failed */
	n -= ATTRIBUTES_BYTES;
	if ((size_t)n >= room)
		return -EFBIG;
	memcpy(text, data + ATTRIBUTES_BYTES, (size_t)n);
	text[n] = '\0';
	return n;
}

/* Variables whose loss could hurt are protected from a careless rm by a flag, and those that the
 * kernel does not know are taken for such (fs/efivarfs, efivar_variable_is_removable). */
static void unprotect(int variables)
{
	int fd = openat(variables, VARIABLE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), flags;

	if (fd < 0)
		return;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_IMMUTABLE_FL) != 0) {
		flags &= ~FS_IMMUTABLE_FL;
		ioctl(fd, FS_IOC_SETFLAGS, &flags); /* what needs it will fail, and say so */
	}
	close(fd);
}

int firmware_write(int variables, const char *text, size_t length)
{
	unsigned char data[ATTRIBUTES_BYTES + DATA_MAX] = {NON_VOLATILE | BOOT_SERVICE_ACCESS |
							   RUNTIME_ACCESS};
	struct stat left;
	int fd, error;
	ssize_t n;

	if (length > DATA_MAX)
		return -EFBIG;
	memcpy(data + ATTRIBUTES_BYTES, text, length);
	unprotect(variables);
	fd = openat(variables, VARIABLE, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	n = write(fd, data, ATTRIBUTES_BYTES + length); /* one call sets the variable */
	error = n < 0 ? errno : 0;
	if (error != 0 && fstat(fd, &left) == 0 && left.st_size == 0)
		unlinkat(variables, VARIABLE, 0); /* the file of a variable that came to nothing */
	close(fd);
	return -error;
}

int firmware_delete(int variables)
{
	unprotect(variables);
	return unlinkat(variables, VARIABLE, 0) == 0 ? 0 : -errno;
}
