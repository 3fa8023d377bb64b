#include "mount.h"
#include "btrfs.h"
#include "init.h"
#include "log.h"
#include "mapping.h"
#include "mount_helper.h"
#include "../probe/helper.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- directories ---------------------------------------------------------- */

int make_directories(const char *path, unsigned mode)
{
	char part[512];
	size_t i;

	if (strlen(path) >= sizeof part)
		return -ENAMETOOLONG;
	for (i = 1; path[i - 1] != '\0'; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, path[i] == '\0' ? mode : 0755) < 0 && errno != EEXIST)
			return -errno;
	}
	return 0;
}

/* --- virtual file systems ------------------------------------------------- */

/* These are all in the kernel: mounting them waits for nothing. */
static bool is_quick(const char *type)
{
	static const char *const types[] = {
		"proc",	      "sysfs",	  "devtmpfs", "tmpfs",	   "ramfs",  "devpts",
		"securityfs", "debugfs",  "tracefs",  "cgroup2",   "cgroup", "configfs",
		"pstore",     "efivarfs", "mqueue",   "hugetlbfs", "bpf",
	};
	unsigned i;

	for (i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

bool is_mount_point(const char *path)
{
	char above[512];
	struct stat here, there;

	return snprintf(above, sizeof above, "%s/..", path) < (int)sizeof above &&
	       stat(path, &here) == 0 && stat(above, &there) == 0 && here.st_dev != there.st_dev;
}

/* PID 1 has mounted /proc before, to read the command line; and somebody may have been quicker. */
static int mount_once(const char *what, const char *where, const char *type,
		      const struct mount_options *options)
{
	unsigned long flags = options->flags;

	if (strcmp(type, "proc") == 0 && is_mount_point(where))
		flags |= MS_REMOUNT;
	if (mount(what, where, type, flags, options->data) == 0 || errno == EBUSY)
		return 0;
	return -errno;
}

static int32_t do_mount(const struct effect *effect, char *reason, size_t room)
{
	const char *what = effect->text[0], *where = effect->text[1], *type = effect->text[2];
	struct mount_options options;
	char size[64];
	int r = mount_read_options(&options, effect->text[3], "") ? 0 : -E2BIG;

	if (r == 0 && *effect->text[4] != '\0') {
		int n = snprintf(size, sizeof size, "size=%s", effect->text[4]);

		r = n < (int)sizeof size && mount_add_data(&options, size, (size_t)n) ? 0 : -E2BIG;
	}
	if (r == 0)
		r = make_directories(where, 0755);
	if (r == 0)
		r = mount_once(what, where, type, &options);
	if (r == -EINVAL && *effect->text[4] != '\0' &&
	    mount_read_options(&options, effect->text[3], "")) {
		/* A size that nobody understands is a typing error, not the end of the boot. */
		say(SAY_WARNING, "bootgraph: %s is no size for %s", effect->text[4], where);
		r = mount_once(what, where, type, &options);
	}
	if (r < 0)
		snprintf(reason, room, "mount %s on %s as %s: %s", what, where, type, strerror(-r));
	return r;
}

bool mount_virtual(struct init *init, const struct effect *effect, int32_t *ret_status)
{
	char reason[256];

	if (!is_quick(effect->text[2]))
		return false;
	*ret_status = do_mount(effect, reason, sizeof reason);
	if (*ret_status != 0)
		notes_reason(&init->notes, effect->node, "%s", reason);
	log_open(); /* it may have been /dev */
	tracefile_open(&init->trace);
	return true;
}

int32_t work_mount(struct init *init, const struct effect *effect, struct report *report)
{
	(void)init;
	return do_mount(effect, report->text, sizeof report->text);
}

/* --- file systems on devices ---------------------------------------------- */

bool device_path(const struct init *init, uint32_t number, char *path, size_t room)
{
	const struct seen *seen = devices_find(&init->devices, number);

	if (seen == NULL || seen->name == NULL)
		return false;
	/* What the real system shows as the source of its root is what it was mounted by. */
	return mapping_path(seen->name, path, room) ||
	       snprintf(path, room, "/dev/%s", seen->name) < (int)room;
}

const char *device_type(const struct init *init, const char *given, uint32_t number)
{
	const struct seen *seen = devices_find(&init->devices, number);

	if (*given != '\0' && strcmp(given, "auto") != 0)
		return given;
	return seen != NULL && seen->type != NULL ? seen->type : "";
}

const char *device_type_asked(const struct init *init, const char *given, uint32_t number)
{
	static struct answer answer; /* the worker ends before it is needed again */
	const char *type = device_type(init, given, number);
	char path[128];

	if (*type != '\0' || !helper_exists() || !device_path(init, number, path, sizeof path))
		return type;
	helper_ask(path, &answer);
	return answer_is_sane(&answer) ? answer.type : "";
}

struct mount_try {
	const char *device, *where, *access;
	struct mount_options options;
};

/* vfat asks for the modules of its characters when it is mounted, and the kernel would have
 * modprobe load them (Debian's kernel: CONFIG_FAT_DEFAULT_CODEPAGE, CONFIG_FAT_DEFAULT_IOCHARSET).
 */
static void load_characters(struct init *init, struct report *report)
{
	static const char *const names[] = {"nls_cp437", "nls_ascii"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		unsigned module = modules_find(&init->modules, names[i]);

		if (module != MODULE_NONE && !modules_is_loaded(&init->modules, module))
			modules_load(&init->modules, &init->boot, module, "", report);
	}
}

static int try_type(struct init *init, struct mount_try *try, const char *type,
		    struct report *report)
{
	unsigned module = modules_find_file_system(&init->modules, type);

	if (strcmp(type, "vfat") == 0)
		load_characters(init, report);
	/* What cannot be loaded may be built in: the mount will tell. */
	if (module != MODULE_NONE && !modules_is_loaded(&init->modules, module))
		modules_load(&init->modules, &init->boot, module, "", report);
	if (mount_has_helper(type))
		return mount_by_helper(init, try->device, try->where, type, &try->options, report);
	if (mount(try->device, try->where, type, try->options.flags, try->options.data) == 0)
		return 0;
	return -errno;
}

/* Without a type: each that the kernel has by now and that wants a device (filesystems(5)). */
static int try_all_types(struct init *init, struct mount_try *try, struct report *report)
{
	FILE *file = fopen("/proc/filesystems", "re");
	char line[64];
	int r = -ENODEV;

	while (file != NULL && r != 0 && fgets(line, sizeof line, file) != NULL) {
		char *end = strchr(line, '\n');

		if (line[0] != '\t' || end == NULL)
			continue;
		*end = '\0';
		r = try_type(init, try, line + 1, report);
	}
	if (file != NULL)
		fclose(file);
	return r;
}

/* Read-only is not unwritten: a journal that was not emptied is replayed all the same, unless the
 * file system is told not to (its page in Documentation/filesystems, ext4(5), xfs(5), btrfs(5)). */
static bool add_unwritten(struct mount_options *options, const char *type)
{
	static const struct {
		const char *type, *option;
	} words[] = {
		{"ext3", "noload"},	{"ext4", "noload"},
		{"xfs", "norecovery"},	{"btrfs", "rescue=nologreplay"},
		{"f2fs", "norecovery"},
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(type, words[i].type) == 0)
			return mount_add_data(options, words[i].option, strlen(words[i].option));
	return true;
}

int32_t mount_disk(struct init *init, const struct mount_wanted *wanted, struct report *report)
{
	struct mount_try try = {.where = wanted->where, .access = wanted->access};
	const char *type = device_type_asked(init, wanted->type, wanted->number);
	char device[128];
	int r;

	try.device = device;
	if (!device_path(init, wanted->number, device, sizeof device))
		return report_say(report, -ENODEV, "the device to mount on %s has no name",
				  try.where);
	if (!mount_read_options(&try.options, wanted->options, try.access) ||
	    (wanted->unwritten && !add_unwritten(&try.options, type)))
		return report_say(report, -E2BIG, "the mount options of %s are too long",
				  try.where);
	if (strcmp(type, "btrfs") == 0 && !btrfs_add_options(init, wanted->number, &try.options))
		return report_say(report, -E2BIG, "the btrfs for %s has too many devices",
				  try.where);
	r = make_directories(try.where, 0755);
	if (r == 0 || r == -EROFS)
		r = *type != '\0' ? try_type(init, &try, type, report)
				  : try_all_types(init, &try, report);
	if (r == 0) {
		report->text[0] = '\0';
		return 0;
	}
	if (r == -ENODEV && *type != '\0')
		return report_say(report, r,
				  "mount %s on %s: the kernel has no file system %s, and the image "
				  "no module for it",
				  device, try.where, type);
	return report_say(report, r, "mount %s on %s%s%s: %s", device, try.where,
			  *type != '\0' ? " as " : "", type, strerror(-r));
}

int32_t work_mount_device(struct init *init, const struct effect *effect, struct report *report)
{
	return mount_disk(init,
			  &(struct mount_wanted){effect->device_number, effect->text[1],
						 effect->text[2], effect->text[3], effect->text[4],
						 .unwritten = false},
			  report);
}
