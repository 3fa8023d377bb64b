#include "sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../source/text.h"

/* Nothing is ever mounted by a path of the host: trees are cloned by descriptor, made read-only,
 * and only then attached. The old root stays mounted, out of reach of whoever has no capabilities.
 */

#define PLACE_OPTIONS "size=64m,mode=1777"

static const char *const fresh[] = {"/tmp", "/var/tmp", "/run"};
enum { FRESH_COUNT = sizeof fresh / sizeof fresh[0] };

/* What the sysroot's own directories of these names hold is the machine's state, not its files. */
static const char *const own[] = {"dev", "proc", "sys", "run", "tmp"};

static const char *const devices[] = {"null", "zero", "full", "random", "urandom"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- pieces ---------------------------------------------------------------------------------- */

static bool closed(int fd, bool result)
{
	int error = errno;

	close(fd);
	errno = error;
	return result;
}

/* An empty file system of our own, attached at a directory; a descriptor of its top, or -1. */
static int mount_empty(const char *path)
{
	int context = fsopen("tmpfs", FSOPEN_CLOEXEC);
	int fd = -1;

	if (context < 0)
		return -1;
	if (fsconfig(context, FSCONFIG_SET_STRING, "mode", "0755", 0) == 0 &&
	    fsconfig(context, FSCONFIG_SET_STRING, "size", "64m", 0) == 0 &&
	    fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		fd = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	closed(context, true);
	if (fd >= 0 && move_mount(fd, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) < 0) {
		closed(fd, false);
		fd = -1;
	}
	return fd;
}

/* Attaches a clone of what is at from/name, with all that is mounted below it, over to/target. */
static bool attach(int from, const char *name, int to, const char *target, uint64_t attributes)
{
	struct mount_attr attribute = {.attr_set = attributes};
	int fd = open_tree(from, name,
			   OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH |
				   AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT);

	if (fd < 0)
		return false;
	return closed(fd, mount_setattr(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attribute,
					sizeof attribute) == 0 &&
				  move_mount(fd, "", to, target, MOVE_MOUNT_F_EMPTY_PATH) == 0);
}

static const uint64_t files_only = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

static bool make_file(int at, const char *name)
{
	int fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	return fd >= 0 && closed(fd, true);
}

/* --- a directory whose entries are there, and that more can be added to ---------------------- */

static bool show_link(int from, int to, const char *name)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(from, name, target, sizeof target - 1);

	if (length < 0)
		return false;
	target[length] = '\0';
	return symlinkat(target, to, name) == 0;
}

static bool show_entry(int from, int to, const char *name)
{
	struct stat status;

	if (fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0)
		return false;
	if (S_ISLNK(status.st_mode))
		return show_link(from, to, name);
	if (!(S_ISDIR(status.st_mode) ? mkdirat(to, name, 0755) == 0 : make_file(to, name)))
		return false;
	return attach(from, name, to, name, files_only);
}

static bool is_own(const char *name)
{
	for (size_t i = 0; i < COUNT(own); i++)
		if (strcmp(own[i], name) == 0)
			return true;
	return false;
}

/* Shows each entry of a directory in another one; at the top without those that are our own. */
static bool show_entries(int from, int to, bool top)
{
	int fd = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *item;
	bool shown = true;

	if (stream == NULL)
		return false;
	while (shown && (item = readdir(stream)) != NULL) {
		if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0 ||
		    (top && is_own(item->d_name)))
			continue;
		/* What cannot be looked at (another user's FUSE mount) is not there. */
		shown = show_entry(from, to, item->d_name) || errno == EACCES;
	}
	closedir(stream);
	return shown;
}

/* Replaces a directory of the view by an empty one that shows the same entries. */
static bool open_up(const char *path)
{
	int from = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int to = from < 0 ? -1 : mount_empty(path);
	bool shown = to >= 0 && show_entries(from, to, false);

	if (to >= 0)
		closed(to, true);
	return from >= 0 && closed(from, shown);
}

/* Makes a directory in the view, which is read-only but for what is our own, with all above it. */
static bool ensure_directory(const char *path)
{
	char prefix[PATH_MAX], above[PATH_MAX] = "/";
	size_t length = 0;

	do {
		length += strspn(path + length, "/");
		length += strcspn(path + length, "/");
		if (length >= sizeof prefix) {
			errno = ENAMETOOLONG;
			return false;
		}
		memcpy(prefix, path, length);
		prefix[length] = '\0';
		if (mkdir(prefix, 0755) < 0 && errno != EEXIST &&
		    !(open_up(above) && mkdir(prefix, 0755) == 0))
			return false;
		memcpy(above, prefix, length + 1);
	} while (path[length] != '\0');
	return true;
}

/* --- places ---------------------------------------------------------------------------------- */

/* Puts the sources over a place: one is attached as it is, several are copied together. */
static bool fill_place(const char *path, const int *sources, size_t count)
{
	int fd;
	bool filled = true;

	if (count == 1)
		return attach(sources[0], "", AT_FDCWD, path, files_only);
	fd = mount_empty(path);
	if (fd < 0)
		return false;
	for (size_t i = 0; i < count && filled; i++)
		filled = sandbox_copy(sources[i], fd);
	return closed(fd, filled);
}

static int open_source(const struct sandbox_source *source)
{
	int flags = O_PATH | O_DIRECTORY | O_CLOEXEC, root, fd;

	if (source->root == NULL)
		return open(source->path, flags);
	root = open(source->root, flags);
	if (root < 0)
		return -1;
	fd = sysroot_open(root, source->path, flags);
	closed(root, true);
	return fd;
}

/* --- the view -------------------------------------------------------------------------------- */

/* All that is needed from the old root, as descriptors: names lead nowhere once it is left. The
 * keeper has few of them open, and they are closed before anything runs. */
struct old_root {
	int root, dev;
	int sources[64];
	size_t source_count;
};

static const char *open_old(const struct sandbox_view *view, struct old_root *old)
{
	old->root = open(view->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (old->root < 0)
		return "the sysroot";
	old->dev = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (old->dev < 0)
		return "/dev";
	for (size_t i = 0; i < view->places.count; i++)
		for (size_t j = 0; j < view->places.item[i].sources.count; j++) {
			if (old->source_count == COUNT(old->sources)) {
				errno = EMFILE;
				return "the directories";
			}
			old->sources[old->source_count] =
				open_source(&view->places.item[i].sources.item[j]);
			if (old->sources[old->source_count++] < 0)
				return view->places.item[i].path;
		}
	return NULL;
}

static const char *make_devices(int from)
{
	int to;

	if (mkdir("/dev", 0755) < 0 || (to = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
		return "/dev";
	for (size_t i = 0; i < COUNT(devices); i++)
		if (!make_file(to, devices[i]) ||
		    !attach(from, devices[i], to, devices[i], MOUNT_ATTR_NOSUID))
			return devices[i];
	closed(to, true);
	return NULL;
}

static const char *make_places(const struct sandbox_view *view, const struct old_root *old)
{
	const int *sources = old->sources;

	for (size_t i = 0; i < view->places.count; i++) {
		const struct sandbox_place *place = &view->places.item[i];

		if (!ensure_directory(place->path) ||
		    !fill_place(place->path, sources, place->sources.count))
			return place->path;
		sources += place->sources.count;
	}
	return NULL;
}

/* A file that is missing is made, empty, in a directory that is opened up for it. */
static bool want_file(const char *path)
{
	const char *slash = strrchr(path, '/');
	char directory[PATH_MAX];
	int fd;

	if (access(path, F_OK) == 0)
		return true;
	snprintf(directory, sizeof directory, "%.*s", (int)(slash - path), path);
	if (!ensure_directory(directory))
		return false;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 && open_up(directory))
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	return fd >= 0 && closed(fd, true);
}

static const char *make_view(const struct sandbox_view *view, const struct old_root *old)
{
	struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};
	const char *failed;
	int top = mount_empty("/");

	/* Mounted over the root, which this process still has as its own. */
	if (top < 0 || fchdir(top) < 0 || chroot(".") < 0)
		return "a new root";
	if (!show_entries(old->root, top, true))
		return "the sysroot";
	if ((failed = make_devices(old->dev)) != NULL)
		return failed;
	if (mkdir("/proc", 0555) < 0 || mkdir("/sys", 0555) < 0)
		return "/proc";
	for (size_t i = 0; i < FRESH_COUNT; i++)
		if (!ensure_directory(fresh[i]))
			return fresh[i];
	if ((failed = make_places(view, old)) != NULL)
		return failed;
	for (size_t i = 0; i < view->wanted.count; i++)
		if (!want_file(view->wanted.item[i]))
			return view->wanted.item[i];
	if (mount_setattr(top, "", AT_EMPTY_PATH | AT_RECURSIVE, &read_only, sizeof read_only) < 0)
		return "mount_setattr";
	closed(top, true);
	return NULL;
}

/* In a chroot, where images are made when systems are installed, / is mostly no mount, and what is
 * mounted there would show outside. To enter the own namespace once more leads to its own root
 * (setns(2), CLONE_NEWNS). */
static bool leave_chroot(void)
{
	int namespace = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	return namespace >= 0 && closed(namespace, setns(namespace, CLONE_NEWNS) == 0);
}

/* What is mounted from now on is seen by nobody else. */
static bool make_private(void)
{
	if (mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		return true;
	return errno == EINVAL && leave_chroot() &&
	       mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

const char *sandbox_enter_view(const struct sandbox_view *view)
{
	struct old_root old = {.root = -1, .dev = -1};
	const char *failed;

	if ((failed = open_old(view, &old)) != NULL)
		return failed;
	if (!make_private())
		return "mount namespace";
	umask(022);
	if ((failed = make_view(view, &old)) != NULL)
		return failed;
	for (size_t i = 0; i < old.source_count; i++)
		closed(old.sources[i], true);
	closed(old.root, true);
	closed(old.dev, true);
	return NULL;
}

/* --- what each program gets anew ------------------------------------------------------------- */

static bool make_parents(const char *path)
{
	char prefix[PATH_MAX];

	for (const char *slash = strchr(path + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		if ((size_t)(slash - path) >= sizeof prefix) {
			errno = ENAMETOOLONG;
			return false;
		}
		memcpy(prefix, path, (size_t)(slash - path));
		prefix[slash - path] = '\0';
		if (mkdir(prefix, 0755) < 0 && errno != EEXIST)
			return false;
	}
	return true;
}

static bool make_fresh_file(const struct sandbox_file *file)
{
	int fd;

	if (!make_parents(file->path))
		return false;
	if (file->data == NULL)
		return mkdir(file->path, file->mode) == 0 || errno == EEXIST;
	fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	return closed(fd, write(fd, file->data, file->size) == (ssize_t)file->size &&
				  fchmod(fd, file->mode) == 0);
}

const char *sandbox_fresh_places(const struct sandbox_view *view)
{
	for (size_t i = 0; i < FRESH_COUNT; i++)
		if (mount("tmpfs", fresh[i], "tmpfs", MS_NOSUID | MS_NODEV, PLACE_OPTIONS) < 0)
			return fresh[i];
	umask(0);
	for (size_t i = 0; i < view->files.count; i++)
		if (!make_fresh_file(&view->files.item[i]))
			return view->files.item[i].path;
	return NULL;
}
