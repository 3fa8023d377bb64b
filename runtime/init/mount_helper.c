#include "mount_helper.h"
#include "init.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HELPER_PATH_MAX = 64 };

static bool helper_path(const char *type, char path[HELPER_PATH_MAX])
{
	return *type != '\0' && strchr(type, '/') == NULL &&
	       snprintf(path, HELPER_PATH_MAX, "/sbin/mount.%s", type) < HELPER_PATH_MAX;
}

bool mount_has_helper(const char *type)
{
	char path[HELPER_PATH_MAX];

	return helper_path(type, path) && access(path, X_OK) == 0;
}

/* Such a program would have modprobe load it. */
static void load_fuse(struct init *init, struct report *report)
{
	unsigned module = modules_find(&init->modules, "fuse");

	if (module != MODULE_NONE && !modules_is_loaded(&init->modules, module))
		modules_load(&init->modules, &init->boot, module, "", report);
}

/* What serves a mount is not to be ended before it: its name says so to our handoff, and to systemd
 * (ROOT_STORAGE_DAEMONS). */
static _Noreturn void become(const char *path, const char *device, const char *where,
			     const char *options)
{
	char name[HELPER_PATH_MAX + 1];
	char *const argument[] = {name, (char *)device, (char *)where, "-o", (char *)options, NULL};

	snprintf(name, sizeof name, "@%s", path);
	execv(path, argument);
	_exit(127);
}

int mount_by_helper(struct init *init, const char *device, const char *where, const char *type,
		    const struct mount_options *options, struct report *report)
{
	char path[HELPER_PATH_MAX], text[MOUNT_DATA_MAX];
	int status;
	pid_t pid;

	if (!helper_path(type, path))
		return -ENAMETOOLONG;
	if (!mount_write_options(options, text, sizeof text))
		return -E2BIG;
	load_fuse(init, report);
	pid = fork();
	if (pid == 0)
		become(path, device, where, text);
	if (pid < 0)
		return -errno;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}
