/* What is on a device that udev's database says nothing of, read from the device itself by
 * libblkid. Only root can; the others get what udev knows. */
#include "capture.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* libblkid's names and udev's (systemd: src/udev/udev-builtin-blkid.c). */
static const struct {
	const char *name, *key;
} values[] = {
	{"TYPE", "ID_FS_TYPE"},
	{"USAGE", "ID_FS_USAGE"},
	{"UUID", "ID_FS_UUID"},
	{"UUID_SUB", "ID_FS_UUID_SUB"},
	{"LABEL", "ID_FS_LABEL"},
	{"VERSION", "ID_FS_VERSION"},
	{"PTTYPE", "ID_PART_TABLE_TYPE"},
	{"PART_ENTRY_SCHEME", "ID_PART_ENTRY_SCHEME"},
	{"PART_ENTRY_NAME", "ID_PART_ENTRY_NAME"},
	{"PART_ENTRY_UUID", "ID_PART_ENTRY_UUID"},
	{"PART_ENTRY_TYPE", "ID_PART_ENTRY_TYPE"},
};

static bool is_known(const struct facts_device *device)
{
	return facts_property(device, "ID_FS_TYPE") != NULL ||
	       facts_property(device, "ID_PART_TABLE_TYPE") != NULL ||
	       facts_property(device, "ID_PART_ENTRY_UUID") != NULL;
}

static void keep(struct arena *arena, struct facts_device *device, blkid_probe probe)
{
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		const char *text;

		if (blkid_probe_lookup_value(probe, values[i].name, &text, NULL) == 0 &&
		    *text != '\0')
			vec_push(arena, &device->properties,
				 (struct facts_property){values[i].key, arena_strdup(arena, text)});
	}
}

/* Returns 0, or an errno. */
static int probe_device(struct capture *capture, struct facts_device *device)
{
	const char *path = arena_printf(capture->arena, "%s/%s", capture->port->dev, device->name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error = 0;
	blkid_probe probe = blkid_new_probe();

	if (fd < 0 || probe == NULL || blkid_probe_set_device(probe, fd, 0, 0) < 0) {
		error = errno;
	} else {
		blkid_probe_enable_partitions(probe, 1);
		blkid_probe_set_partitions_flags(probe, BLKID_PARTS_ENTRY_DETAILS);
		blkid_probe_set_superblocks_flags(
			probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE | BLKID_SUBLKS_UUID |
				       BLKID_SUBLKS_LABEL | BLKID_SUBLKS_VERSION);
		/* 1: nothing; -2: several things at once, which is not for us to decide. */
		if (blkid_do_safeprobe(probe) == 0)
			keep(capture->arena, device, probe);
	}
	blkid_free_probe(probe);
	if (fd >= 0)
		close(fd);
	return error;
}

/* A device-mapper device that is suspended would keep a reader waiting. */
static bool is_suspended(const struct capture *capture, const struct facts_device *device)
{
	const char *state = device->dm == NULL
				    ? NULL
				    : capture_line(capture->arena,
						   arena_printf(capture->arena,
								"%s/class/block/%s/dm/suspended",
								capture->port->sys, device->name));

	return state != NULL && strcmp(state, "1") == 0;
}

void capture_blkid(struct capture *capture)
{
	size_t failed = 0;
	int error = 0;

	for (size_t i = 0; i < capture->facts->devices.count; i++) {
		struct facts_device *device = &capture->facts->devices.item[i];
		int its_error;

		if (is_known(device) || is_suspended(capture, device))
			continue;
		its_error = probe_device(capture, device);
		/* An empty drive is no news. */
		if (its_error == 0 || its_error == ENOMEDIUM)
			continue;
		failed++;
		error = its_error;
	}
	if (failed > 0)
		capture_partial(capture, capture->port->dev,
				"what is on %zu device%s cannot be read: %s", failed,
				failed > 1 ? "s" : "", strerror(error));
}
