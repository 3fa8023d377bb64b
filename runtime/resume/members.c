#include "resume.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REPORT_FD = 3, SAID_MAX = 400, ATTEMPTS_MAX = 10 };

extern char **environ;

/* What is made of it, md127, or "" if nothing is. */
static void find_holder(const char *name, char holder[KERNEL_NAME_MAX])
{
	char path[64 + KERNEL_NAME_MAX];
	struct dirent *entry;
	DIR *holders;

	holder[0] = '\0';
	snprintf(path, sizeof path, "/sys/class/block/%s/holders", name);
	holders = opendir(path);
	while (holders != NULL && (entry = readdir(holders)) != NULL)
		if (entry->d_name[0] != '.' && strlen(entry->d_name) < KERNEL_NAME_MAX)
			strcpy(holder, entry->d_name);
	if (holders != NULL)
		closedir(holders);
}

/* It is beside this program, as in the build tree, or in ../lib/bootgraph from there. */
static bool find_program(char path[PATH_MAX])
{
	static const char *const places[] = {"bootgraph-md", "../lib/bootgraph/bootgraph-md"};
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 64);
	char *slash;
	unsigned i;

	path[length > 0 ? length : 0] = '\0';
	slash = strrchr(path, '/');
	for (i = 0; slash != NULL && i < sizeof places / sizeof places[0]; i++) {
		strcpy(slash + 1, places[i]);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

/* Runs bootgraph-md add; its exit status, -1 if it has none, and what it says on descriptor 3. */
static int run_add(const char *set, const char *path, char said[SAID_MAX])
{
	char option[256], program[PATH_MAX];
	char *arguments[] = {program, "add", option, (char *)path, NULL};
	posix_spawn_file_actions_t actions;
	int ends[2], status = -1, error;
	ssize_t n;
	pid_t pid;

	said[0] = '\0';
	snprintf(option, sizeof option, "--set=%s", set);
	if (!find_program(program)) {
		strcpy(said, "bootgraph-md is not installed");
		return -1;
	}
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], REPORT_FD);
	error = posix_spawn(&pid, program, &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (error != 0) {
		snprintf(said, SAID_MAX, "%.300s: %s", program, strerror(error));
	} else {
		n = read(ends[0], said, SAID_MAX - 1);
		said[n > 0 ? n : 0] = '\0';
		said[strcspn(said, "\n")] = '\0';
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	}
	close(ends[0]);
	return status;
}

/* --- attempts ------------------------------------------------------------- */

/* Its place; a free one, if it has none and one is asked for; else NULL. */
static struct retry *find_retry(struct resume *resume, const char *syspath)
{
	size_t i;

	for (i = 0; i < RETRIES_MAX; i++)
		if (strcmp(resume->retry[i].syspath, syspath) == 0)
			return &resume->retry[i];
	return NULL;
}

/* udev's rules, and whoever looks at a new disk, may have it open for a moment: then md cannot take
 * it. False once that was tried often enough. */
static bool will_retry(struct resume *resume, const char *syspath)
{
	struct retry *retry = find_retry(resume, syspath);

	if (retry == NULL && strlen(syspath) < sizeof retry->syspath) {
		retry = find_retry(resume, "");
		if (retry != NULL) {
			strcpy(retry->syspath, syspath);
			retry->left = ATTEMPTS_MAX;
		}
	}
	return retry != NULL && --retry->left > 0;
}

static void forget_retry(struct resume *resume, const char *syspath)
{
	struct retry *retry = find_retry(resume, syspath);

	if (retry != NULL)
		*retry = (struct retry){.syspath = ""};
}

bool members_has_retries(const struct resume *resume)
{
	size_t i;

	for (i = 0; i < RETRIES_MAX && resume->retry[i].syspath[0] == '\0'; i++)
		;
	return i < RETRIES_MAX;
}

void members_retry(struct resume *resume)
{
	size_t i;

	for (i = 0; i < RETRIES_MAX; i++) {
		struct retry *retry = &resume->retry[i];
		unsigned left = retry->left;
		struct udev_device *device;

		if (retry->syspath[0] == '\0')
			continue;
		device = udev_device_new_from_syspath(resume->udev, retry->syspath);
		if (device != NULL) {
			members_consider(resume, device);
			udev_device_unref(device);
		}
		if (retry->left == left) /* it has left, or is part of something by now */
			retry->syspath[0] = '\0';
	}
}

/* --- adding --------------------------------------------------------------- */

/* bootgraph-md knows whether the device belongs there; if not, nothing comes of it. */
static bool add_to(struct resume *resume, const struct left_set *set, struct udev_device *device)
{
	const char *name = udev_device_get_sysname(device);
	const char *syspath = udev_device_get_syspath(device);
	char said[SAID_MAX], holder[KERNEL_NAME_MAX];
	int status = run_add(set->set, udev_device_get_devnode(device), said);

	find_holder(name, holder);
	if (status != 0 && will_retry(resume, syspath))
		return false;
	forget_retry(resume, syspath);
	if (status == 0 && holder[0] != '\0')
		journal_event(resume, LOG_NOTICE, "added", name, "%s was added to %s (%s)", name,
			      holder, set->about);
	else if (status != 0)
		journal_event(resume, LOG_WARNING, "refused", name, "%s was not added to %s: %s",
			      name, set->array[0] != '\0' ? set->array : set->set,
			      said[0] != '\0' ? said : "bootgraph-md does not say why");
	return status == 0 && holder[0] != '\0';
}

/* Metadata at the end of the last partition is at the end of the disk, too. */
static bool has_partitions(const char *name)
{
	char path[64 + KERNEL_NAME_MAX];
	bool found = false;
	struct dirent *entry;
	DIR *below;

	snprintf(path, sizeof path, "/sys/class/block/%s", name);
	below = opendir(path);
	while (below != NULL && !found && (entry = readdir(below)) != NULL)
		found = strncmp(entry->d_name, name, strlen(name)) == 0;
	if (below != NULL)
		closedir(below);
	return found;
}

/* With udevd its probe has said what is on it; without, bootgraph-md looks for itself. */
static bool may_be_member(const struct resume *resume, struct udev_device *device)
{
	const char *type = udev_device_get_property_value(device, "ID_FS_TYPE");
	const char *name = udev_device_get_sysname(device);

	if (udev_device_get_devnode(device) == NULL)
		return false;
	if (resume->has_udevd)
		return type != NULL && strstr(type, "_raid_member") != NULL;
	return strncmp(name, "loop", 4) != 0 && strncmp(name, "ram", 3) != 0 &&
	       strncmp(name, "zram", 4) != 0 && !has_partitions(name);
}

/* A member may have come while the initramfs was at its end: then it was there, but not added. */
bool members_count_late(struct resume *resume)
{
	size_t i;

	resume->late = calloc(resume->left.set_count + 1, sizeof *resume->late);
	for (i = 0; resume->late != NULL && i < resume->left.set_count; i++) {
		const struct left_set *set = &resume->left.set[i];
		const struct array_view *array = arrays_find(resume, set->array);

		if (!set->on_path)
			continue;
		if (set->expected > set->present)
			resume->late[i] = set->expected - set->present;
		if (array != NULL && array->missing > resume->late[i])
			resume->late[i] = array->missing;
	}
	return resume->late != NULL;
}

void members_consider(struct resume *resume, struct udev_device *device)
{
	const char *name = udev_device_get_sysname(device);
	char holder[KERNEL_NAME_MAX];
	size_t i;

	if (strlen(name) >= KERNEL_NAME_MAX || !may_be_member(resume, device))
		return;
	for (i = 0; i < resume->left.set_count; i++) {
		const struct left_set *set = &resume->left.set[i];

		if (strncmp(set->set, "md:", 3) != 0)
			continue;
		find_holder(name, holder);
		if (holder[0] != '\0')
			return; /* it is part of something */
		if (resume->late[i] > 0 && add_to(resume, set, device))
			resume->late[i]--;
	}
}
