/* Facts of the running machine: the devices below the root file system, in sysfs. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "capture.h"

/* Device-mapper and md stack this deep at most here; a real machine has three or four layers. */
enum { STACK_MAX = 16 };

struct collector {
	struct arena *arena;
	struct facts *facts;
	const char *sys; /* canonical */
	bool network;	 /* it climbs from an adapter, not from a disk */
};

/* --- sysfs ---------------------------------------------------------------- */

static const char *canonical(struct arena *arena, const char *path)
{
	char *real = realpath(path, NULL);
	const char *kept = real == NULL ? NULL : arena_strdup(arena, real);

	free(real);
	return kept;
}

/* The alias in a modalias file, without its newline; NULL if there is none. */
static const char *read_alias(struct arena *arena, const char *directory)
{
	char line[4096] = "";
	FILE *file = fopen(arena_printf(arena, "%s/modalias", directory), "re");

	if (file == NULL)
		return NULL;
	if (fgets(line, sizeof line, file) == NULL)
		*line = '\0';
	fclose(file);
	line[strcspn(line, "\n")] = '\0';
	return *line == '\0' ? NULL : arena_strdup(arena, line);
}

/* The names in a directory but for those with a dot in front; sorted. */
static int list(const char *directory, struct dirent ***ret_items)
{
	int count = scandir(directory, ret_items, NULL, alphasort);

	return count < 0 ? 0 : count;
}

static bool exists(struct arena *arena, const char *directory, const char *name)
{
	struct stat status;

	return stat(arena_printf(arena, "%s/%s", directory, name), &status) == 0;
}

/* --- the devices above a block device ------------------------------------- */

/* The aliases of a device and of everything that it hangs on, from the root of the buses down. */
static void climb(struct collector *collector, const char *directory)
{
	const char *top = arena_printf(collector->arena, "%s/devices/", collector->sys);
	const char *end = directory + strlen(top);

	if (strncmp(directory, top, strlen(top)) != 0)
		return;
	while (*end != '\0') {
		const char *alias;

		end += strspn(end, "/");
		end += strcspn(end, "/");
		alias = read_alias(collector->arena, arena_strndup(collector->arena, directory,
								   (size_t)(end - directory)));
		if (alias != NULL && collector->network)
			facts_add_network(collector->arena, collector->facts, alias);
		else if (alias != NULL)
			facts_add_alias(collector->arena, collector->facts, alias);
	}
}

/* A disk reached over several NVMe controllers belongs to a virtual device that has links to them:
 * "nvme0" beside "nvme0n1". */
static void climb_subsystem(struct collector *collector, const char *disk)
{
	const char *slash = strrchr(disk, '/');
	const char *subsystem = arena_strndup(collector->arena, disk, (size_t)(slash - disk));
	struct dirent **items;
	int count = list(subsystem, &items);

	for (int i = 0; i < count; i++) {
		const char *name = items[i]->d_name;
		const char *controller = NULL;

		if (strncmp(name, "nvme", 4) == 0 &&
		    name[4 + strspn(name + 4, "0123456789")] == '\0')
			controller =
				canonical(collector->arena,
					  arena_printf(collector->arena, "%s/%s", subsystem, name));
		if (controller != NULL)
			climb(collector, controller);
		free(items[i]);
	}
	if (count > 0)
		free(items);
}

static void collect_disk(struct collector *collector, const char *directory, unsigned depth);

/* What a device-mapper device or an array is made of. Returns whether it is made of anything. */
static bool collect_slaves(struct collector *collector, const char *disk, unsigned depth)
{
	const char *slaves = arena_printf(collector->arena, "%s/slaves", disk);
	struct dirent **items;
	int count = list(slaves, &items);
	bool any = false;

	for (int i = 0; i < count; i++) {
		const char *path =
			arena_printf(collector->arena, "%s/%s", slaves, items[i]->d_name);

		path = *items[i]->d_name == '.' ? NULL : canonical(collector->arena, path);
		if (path != NULL) {
			any = true;
			collect_disk(collector, path, depth + 1);
		}
		free(items[i]);
	}
	if (count > 0)
		free(items);
	return any;
}

static void collect_disk(struct collector *collector, const char *directory, unsigned depth)
{
	const char *disk = directory;

	if (depth > STACK_MAX)
		return;
	if (exists(collector->arena, directory, "partition"))
		disk = arena_strndup(collector->arena, directory,
				     (size_t)(strrchr(directory, '/') - directory));
	if (collect_slaves(collector, disk, depth))
		return;
	if (strstr(disk, "/nvme-subsystem/") != NULL)
		climb_subsystem(collector, disk);
	climb(collector, disk);
}

static bool collect_device(struct collector *collector, unsigned major, unsigned minor)
{
	const char *directory =
		canonical(collector->arena, arena_printf(collector->arena, "%s/dev/block/%u:%u",
							 collector->sys, major, minor));

	if (directory == NULL)
		return false;
	collect_disk(collector, directory, 0);
	return true;
}

/* --- the network ---------------------------------------------------------- */

/* ARPHRD_ETHER (linux/if_arp.h); wireless adapters say so too, but need more than a driver. */
static bool is_ethernet(struct arena *arena, const char *interface)
{
	char text[16] = "";
	FILE *file = fopen(arena_printf(arena, "%s/type", interface), "re");

	if (file == NULL)
		return false;
	if (fgets(text, sizeof text, file) == NULL)
		*text = '\0';
	fclose(file);
	return strcmp(text, "1\n") == 0 && !exists(arena, interface, "phy80211");
}

static void collect_network(struct collector *collector)
{
	const char *top = arena_printf(collector->arena, "%s/class/net", collector->sys);
	struct dirent **items;
	int count = list(top, &items);

	collector->network = true;
	for (int i = 0; i < count; i++) {
		const char *interface =
			arena_printf(collector->arena, "%s/%s", top, items[i]->d_name);
		const char *device = canonical(
			collector->arena, arena_printf(collector->arena, "%s/device", interface));

		if (*items[i]->d_name != '.' && device != NULL &&
		    is_ethernet(collector->arena, interface))
			climb(collector, device);
		free(items[i]);
	}
	if (count > 0)
		free(items);
	collector->network = false;
}

/* --- the root file system ------------------------------------------------- */

struct mount {
	unsigned major, minor;
	char type[64], source[PATH_MAX];
};

/* The mount on a path, the topmost if there are several: proc(5), /proc/PID/mountinfo. */
static bool find_mount(const char *mountinfo, const char *path, struct mount *ret_mount)
{
	FILE *file = fopen(mountinfo, "re");
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	while (file != NULL && getline(&line, &size, file) > 0) {
		struct mount mount;
		char where[PATH_MAX];
		const char *rest = strstr(line, " - ");

		if (sscanf(line, "%*s %*s %u:%u %*s %4095s", &mount.major, &mount.minor, where) ==
			    3 &&
		    strcmp(where, path) == 0 && rest != NULL &&
		    sscanf(rest, " - %63s %4095s", mount.type, mount.source) == 2) {
			*ret_mount = mount;
			found = true;
		}
	}
	free(line);
	if (file != NULL)
		fclose(file);
	return found;
}

/* btrfs mounts have a device number of their own; its devices are all that any of its file systems
 * has together with the one that was named in the mount. */
static void collect_btrfs(struct collector *collector, const char *name)
{
	const char *top = arena_printf(collector->arena, "%s/fs/btrfs", collector->sys);
	struct dirent **systems, **devices;
	int count = list(top, &systems);

	for (int i = 0; i < count; i++) {
		const char *members =
			arena_printf(collector->arena, "%s/%s/devices", top, systems[i]->d_name);
		bool ours = exists(collector->arena, members, name);
		int device_count = ours ? list(members, &devices) : 0;

		for (int j = 0; j < device_count; j++) {
			const char *path = arena_printf(collector->arena, "%s/%s", members,
							devices[j]->d_name);

			path = *devices[j]->d_name == '.' ? NULL
							  : canonical(collector->arena, path);
			if (path != NULL)
				collect_disk(collector, path, 0);
			free(devices[j]);
		}
		if (device_count > 0)
			free(devices);
		free(systems[i]);
	}
	if (count > 0)
		free(systems);
}

static bool collect_mount(struct collector *collector, const struct mount *mount)
{
	const char *device;
	struct stat status;

	if (mount->major != 0)
		return collect_device(collector, mount->major, mount->minor);
	if (stat(mount->source, &status) < 0 || !S_ISBLK(status.st_mode))
		return false;
	if (!collect_device(collector, major(status.st_rdev), minor(status.st_rdev)))
		return false;
	device = canonical(collector->arena, mount->source);
	if (strcmp(mount->type, "btrfs") == 0 && device != NULL)
		collect_btrfs(collector, strrchr(device, '/') + 1);
	return true;
}

const char *capture_drivers(struct arena *arena, const char *sys, const char *mountinfo,
			    struct facts *facts)
{
	struct collector collector = {arena, facts, canonical(arena, sys), false};
	struct mount mount;
	const char *cpu;

	if (collector.sys == NULL || !find_mount(mountinfo, "/", &mount))
		return arena_printf(arena, "%s or %s cannot be read: %s", sys, mountinfo,
				    strerror(errno));
	if (!collect_mount(&collector, &mount))
		return arena_printf(arena,
				    "the root file system (%s, %s) is on no block device that "
				    "sysfs knows",
				    mount.type, mount.source);
	/* A /usr of its own may be on another disk. */
	if (find_mount(mountinfo, "/usr", &mount))
		(void)collect_mount(&collector, &mount);
	collect_network(&collector);
	cpu = read_alias(arena, arena_printf(arena, "%s/devices/system/cpu", collector.sys));
	if (cpu != NULL)
		facts_add_alias(arena, facts, cpu);
	return NULL;
}
