/* Volumes in containers of the firmware's, IMSM and DDF. Only mdadm(8) knows their metadata well
 * enough to start them, and only mdmon(8), which it starts then, writes it while they run. */
#include "array.h"
#include "../helper/attribute.h"
#include "../probe/container.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- reading ------------------------------------------------------------------ */

bool contained_read(const char *path, const char *set, struct contained *contained)
{
	static struct container container;
	static struct disk disk;
	struct md name = {.major = MD_EXTERNAL};
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	bool is_container =
		fd >= 0 && disk_open(&disk, fd) == 0 && container_read(&disk, &container);
	unsigned i;

	if (fd >= 0)
		close(fd);
	for (i = 0; is_container && i < container.count; i++) {
		if (!is_of_set(&container.volume[i], set))
			continue;
		*contained = (struct contained){
			.path = path, .format = container.format, .volume = container.volume[i]};
		memcpy(name.uuid, container.uuid, sizeof name.uuid);
		md_uuid_text(&name, contained->container);
		return true;
	}
	return false;
}

/* --- what runs ---------------------------------------------------------------- */

/* The array whose metadata is called so, and that has the disk; "" if there is none. A volume's is
 * external:/md127/0, with '-' for '/' while mdmon is asked to leave it alone. */
static void find_array(const char *metadata, const char *disk, char name[KERNEL_NAME_MAX])
{
	DIR *blocks = opendir("/sys/class/block");
	struct dirent *item;
	char is[ATTRIBUTE_ROOM];

	name[0] = '\0';
	while (blocks != NULL && name[0] == '\0' && (item = readdir(blocks)) != NULL) {
		if (strncmp(item->d_name, "md", 2) != 0 || strlen(item->d_name) >= KERNEL_NAME_MAX)
			continue;
		attribute_read(item->d_name, "md/metadata_version", is, sizeof is);
		if (strncmp(is, "external:-", 10) == 0)
			is[9] = '/';
		if (strcmp(is, metadata) == 0 && block_has(item->d_name, "slaves", disk))
			strcpy(name, item->d_name);
	}
	if (blocks != NULL)
		closedir(blocks);
}

static void find_container(const struct contained *contained, char name[KERNEL_NAME_MAX])
{
	char metadata[ATTRIBUTE_ROOM], disk[KERNEL_NAME_MAX];

	block_name(contained->path, disk);
	snprintf(metadata, sizeof metadata, "external:%s", contained->format);
	find_array(metadata, disk, name);
}

static void find_volume(const struct contained *contained, const char *container,
			char name[KERNEL_NAME_MAX])
{
	char metadata[ATTRIBUTE_ROOM], disk[KERNEL_NAME_MAX];

	block_name(contained->path, disk);
	snprintf(metadata, sizeof metadata, "external:/%s/%d", container, contained->volume.minor);
	find_array(metadata, disk, name);
}

/* --- starting ----------------------------------------------------------------- */

/* As mdadm names containers itself: /dev/md/imsm0. */
static void choose_name(const struct contained *contained, char path[PATH_ROOM])
{
	struct {
		char text[PATH_ROOM];
	} link;
	unsigned number = 0;

	do
		snprintf(path, PATH_ROOM, "/dev/md/%s%u", contained->format, number++);
	while (readlink(path, link.text, sizeof link.text) >= 0 || errno != ENOENT);
}

static bool make_container(const struct contained *contained, char **paths, unsigned count,
			   char name[KERNEL_NAME_MAX])
{
	const char *arguments[MD_SLOTS_MAX + 8];
	char path[PATH_ROOM], uuid[48], said[MDADM_SAID];
	unsigned n = 0, i;

	choose_name(contained, path);
	snprintf(uuid, sizeof uuid, "--uuid=%s", contained->container);
	arguments[n++] = MDADM;
	arguments[n++] = "--assemble";
	arguments[n++] = path;
	arguments[n++] = "--metadata";
	arguments[n++] = contained->format;
	arguments[n++] = uuid;
	arguments[n++] = "--run";
	for (i = 0; i < count && i < MD_SLOTS_MAX; i++)
		arguments[n++] = paths[i];
	arguments[n] = NULL;
	mdadm_run(arguments, said);
	find_container(contained, name);
	return name[0] != '\0' ||
	       report("mdadm did not put the container of %s together: %s", contained->path, said);
}

/* Disks that a container lacks which was put together before them, for another volume. */
static bool complete_container(const char *container, char **paths, unsigned count)
{
	char name[KERNEL_NAME_MAX];
	bool done = true;
	unsigned i;

	for (i = 0; i < count; i++) {
		struct contained contained = {.path = paths[i]};

		block_name(paths[i], name);
		if (!block_has(container, "slaves", name))
			done = contained_add(&contained) && done;
	}
	return done;
}

/* mdadm runs mdmon, which marks itself with an '@' as a daemon that the root stands on, and leaves
 * the volume read-only if it cannot. */
static bool start_volume(const struct array *array, const char *container)
{
	const char *arguments[10];
	char uuid[48], text[37], volume[KERNEL_NAME_MAX + 8], node[KERNEL_NAME_MAX + 8],
		said[MDADM_SAID], state[ATTRIBUTE_ROOM];
	unsigned n = 0;

	md_uuid_text(&array->newest->md, text);
	snprintf(uuid, sizeof uuid, "--uuid=%s", text);
	snprintf(volume, sizeof volume, "/dev/%s", array->kernel_name);
	snprintf(node, sizeof node, "/dev/%s", container);
	arguments[n++] = MDADM;
	arguments[n++] = "--assemble";
	arguments[n++] = volume;
	arguments[n++] = uuid;
	arguments[n++] = "--offroot";
	if (array->degraded)
		arguments[n++] = "--run";
	arguments[n++] = node;
	arguments[n] = NULL;
	mdadm_run(arguments, said);
	if (!array_runs(array->kernel_name))
		return report("mdadm did not start %s: %s", array->path,
			      said[0] != '\0' ? said : "it does not say why");
	attribute_read(array->kernel_name, "md/array_state", state, sizeof state);
	return strcmp(state, "readonly") != 0 ||
	       report("%s stays read-only: %s", array->path,
		      said[0] != '\0' ? said : "mdmon does not run");
}

bool contained_assemble(struct array *array, const struct contained *contained, char **paths,
			unsigned count)
{
	char container[KERNEL_NAME_MAX], volume[KERNEL_NAME_MAX];
	bool done;

	if (!mdadm_is_there())
		return report("%s needs mdadm, which is not in the image", array->set);
	find_container(contained, container);
	if (container[0] == '\0' ? !make_container(contained, paths, count, container)
				 : !complete_container(container, paths, count))
		return false;
	find_volume(contained, container, volume);
	if (volume[0] != '\0' && array_runs(volume))
		return true; /* somebody was quicker, and has named it */
	array->member[0].md = contained->volume;
	array->newest = &array->member[0];
	if (!name_choose(array))
		return false;
	done = name_hold(array->kernel_name) && start_volume(array, container) &&
	       name_publish(array);
	name_release(array->kernel_name);
	return done && name_announce(array->kernel_name);
}

/* --- adding ------------------------------------------------------------------- */

/* mdadm finds the container by what the disk says; what becomes of the disk is then mdmon's. */
bool contained_add(const struct contained *contained)
{
	const char *arguments[] = {MDADM, "--incremental", "--offroot", contained->path, NULL};
	char said[MDADM_SAID], disk[KERNEL_NAME_MAX], holder[KERNEL_NAME_MAX];

	block_name(contained->path, disk);
	block_first(disk, "holders", holder);
	if (holder[0] != '\0')
		return true; /* it is in it */
	if (mdadm_run(arguments, said) == 0)
		return true;
	return report("%s cannot be added to its container: %s", contained->path,
		      said[0] != '\0' ? said : "mdadm does not say why");
}
