#include "capture.h"
#include "../model.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct capture_port capture_live = {.sys = "/sys",
					  .mountinfo = "/proc/self/mountinfo",
					  .swaps = "/proc/swaps",
					  .dev = "/dev",
					  .udev = true};

struct capture_port capture_recorded(struct arena *arena, const char *directory)
{
	return (struct capture_port){
		.sys = arena_printf(arena, "%s/sys", directory),
		.mountinfo = arena_printf(arena, "%s/proc/mountinfo", directory),
		.swaps = arena_printf(arena, "%s/proc/swaps", directory),
		.dev = arena_printf(arena, "%s/dev", directory),
		.lvm_report = arena_printf(arena, "%s/lvm.json", directory),
		.tables = arena_printf(arena, "%s/dm", directory),
	};
}

void capture_partial(struct capture *capture, const char *what, const char *format, ...)
{
	char message[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	diag_report(capture->diag, DIAG_FACTS_PARTIAL, (struct span){.name = what}, NULL, "%s",
		    message);
}

const char *capture_line(struct arena *arena, const char *path)
{
	char line[4096] = "";
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return NULL;
	if (fgets(line, sizeof line, file) == NULL)
		*line = '\0';
	fclose(file);
	line[strcspn(line, "\n")] = '\0';
	return *line != '\0' ? arena_strdup(arena, line) : NULL;
}

/* --- order ---------------------------------------------------------------- */

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int compare_properties(const void *a, const void *b)
{
	return strcmp(((const struct facts_property *)a)->key,
		      ((const struct facts_property *)b)->key);
}

static int compare_devices(const void *a, const void *b)
{
	return strcmp(((const struct facts_device *)a)->name,
		      ((const struct facts_device *)b)->name);
}

static int compare_groups(const void *a, const void *b)
{
	return strcmp(((const struct facts_vg *)a)->name, ((const struct facts_vg *)b)->name);
}

static int compare_mounts(const void *a, const void *b)
{
	return strcmp(((const struct facts_mount *)a)->where,
		      ((const struct facts_mount *)b)->where);
}

static int compare_swaps(const void *a, const void *b)
{
	return strcmp(((const struct facts_swap *)a)->path, ((const struct facts_swap *)b)->path);
}

#define SORT(list, compare)                                                                        \
	do {                                                                                       \
		if ((list).count > 0)                                                              \
			qsort((list).item, (list).count, sizeof *(list).item, compare);            \
	} while (0)

static void sort(struct facts *facts)
{
	for (size_t i = 0; i < facts->devices.count; i++) {
		SORT(facts->devices.item[i].links, compare_texts);
		SORT(facts->devices.item[i].slaves, compare_texts);
		SORT(facts->devices.item[i].properties, compare_properties);
	}
	SORT(facts->devices, compare_devices);
	SORT(facts->groups, compare_groups);
	SORT(facts->mounts, compare_mounts);
	SORT(facts->swaps, compare_swaps);
}

/* --- md by its members ---------------------------------------------------- */

/* mdadm's way to write a UUID, whatever libblkid's is. */
static const char *mdadm_uuid(struct arena *arena, const char *uuid)
{
	char digits[MD_UUID_SIZE];

	return md_uuid(uuid, digits) ? arena_printf(arena, "%.8s:%.8s:%.8s:%.8s", digits,
						    digits + 8, digits + 16, digits + 24)
				     : uuid;
}

/* An array's UUID and name: in udev's database, else in the superblock of any member. */
static void name_array(struct arena *arena, const struct facts *facts, struct facts_device *device)
{
	struct facts_md *md = device->md;

	if (md->uuid == NULL)
		md->uuid = facts_property(device, "MD_UUID");
	if (md->name == NULL)
		md->name = facts_property(device, "MD_NAME");
	for (size_t i = 0; i < md->members.count; i++) {
		const struct facts_device *member = facts_device(facts, md->members.item[i].device);
		const char *type = member != NULL ? facts_property(member, "ID_FS_TYPE") : NULL;

		if (type == NULL || strcmp(type, "linux_raid_member") != 0)
			continue;
		if (md->uuid == NULL)
			md->uuid = facts_property(member, "ID_FS_UUID");
		if (md->name == NULL)
			md->name = facts_property(member, "ID_FS_LABEL");
	}
	if (md->uuid != NULL)
		md->uuid = mdadm_uuid(arena, md->uuid);
}

struct facts *capture_machine(struct arena *arena, struct diag *diag,
			      const struct capture_port *port)
{
	struct facts *facts = arena_alloc(arena, sizeof *facts);
	struct capture capture = {arena, diag, port, facts};

	facts->has_devices = true;
	facts->no_modalias = capture_drivers(arena, port->sys, port->mountinfo, facts);
	capture_sysfs(&capture);
	if (port->udev)
		capture_udev(&capture);
	capture_blkid(&capture);
	for (size_t i = 0; i < facts->devices.count; i++)
		if (facts->devices.item[i].md != NULL)
			name_array(arena, facts, &facts->devices.item[i]);
	capture_tables(&capture);
	capture_lvm(&capture);
	capture_mounts(&capture);
	capture_swaps(&capture);
	sort(facts);
	return facts;
}

struct facts *facts_obtain(struct arena *arena, struct diag *diag, const char *path)
{
	return strcmp(path, "live") == 0 ? capture_machine(arena, diag, &capture_live)
					 : facts_read(arena, diag, path);
}
