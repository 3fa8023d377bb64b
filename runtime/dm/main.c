/* bootgraph-dm: activates one logical volume.
 *
 * Linear and striped volumes get their device-mapper table straight from the metadata on the
 * devices given; that is a fiftieth of what lvm takes for it. Whatever is more than that, or what
 * lvm.conf or a devices file have a say in, lvm activates, if the image has it. */
#include "../helper/confine.h"
#include "../helper/report.h"
#include "activate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char usage[] =
	"usage: bootgraph-dm activate [--native] GROUP VOLUME DEVICE...\n"
	"       bootgraph-dm --help\n"
	"\n"
	"Activates the logical volume GROUP/VOLUME, which lies on the given physical volumes.\n"
	"With --native it fails rather than have lvm do it.\n"
	"Why it failed goes to descriptor 3 if that is a pipe, else to standard error.\n";

/* The physical volumes that it lies on have to be there, and up to date. */
static bool check_present(const struct volume *volume, struct lvm_error *error)
{
	const struct lvm_group *group = volume->members->group;
	uint32_t i;

	for (i = 0; i < group->pv_count; i++) {
		if (!volume->needs.pv[i])
			continue;
		if (volume->members->of_pv[i] == NULL)
			return lvm_fail(error,
					"%s lies on the physical volume %s, which is missing",
					volume->lv->name, group->pv[i].id);
		if (group->pv[i].missing)
			return lvm_fail(error,
					"%s is back, but the group was changed without it: "
					"vgextend --restoremissing",
					volume->members->of_pv[i]->path);
	}
	return true;
}

static void write_uuid(struct volume *volume)
{
	const char *id[] = {volume->members->group->id, volume->lv->id};
	char *to = stpcpy(volume->uuid, "LVM-");
	size_t i, k;

	for (i = 0; i < 2; i++)
		for (k = 0; id[i][k] != '\0'; k++)
			if (id[i][k] != '-')
				*to++ = id[i][k];
	*to = '\0';
}

static bool find_volume(struct volume *volume, const char *name, struct lvm_memory *memory,
			struct lvm_error *error)
{
	const struct lvm_group *group = volume->members->group;
	uint32_t lv = lvm_group_find_lv(group, name);

	if (lv == LVM_NONE)
		return lvm_fail(error, "the volume group %.64s has no volume %.64s", group->name,
				name);
	volume->lv = &group->lv[lv];
	write_uuid(volume);
	if (!lvm_mapping_name(volume->mapping, sizeof volume->mapping, group->name, name))
		return lvm_fail(error, "the name of %.64s/%.64s is too long", group->name, name);
	return lvm_needs(memory, group, lv, &volume->needs, error);
}

/* Of all kinds of volumes the one whose module is no part of Debian's kernel, nor of the image:
 * dm-vdo, or kvdo before Linux 6.9. */
static bool lacks_vdo(const char *why)
{
	return strcmp(why, "vdo") == 0 && access("/sys/module/dm_vdo", F_OK) < 0 &&
	       access("/sys/module/kvdo", F_OK) < 0;
}

/* lvm knows better: about kinds of volumes, and about what the administrator configured. */
static bool leave_to_lvm(const struct volume *volume, const char *why, struct lvm_error *error)
{
	bool active;

	if (volume->native)
		return lvm_fail(error, "%s needs lvm (%.64s)", volume->lv->name, why);
	if (!lvm_is_there())
		return lvm_fail(error, "%s needs lvm (%.64s), and the image has none",
				volume->lv->name, why);
	if (lacks_vdo(why))
		return lvm_fail(
			error,
			"%s is of type vdo, and nobody has loaded the module for it (dm-vdo or "
			"kvdo)",
			volume->lv->name);
	if (!volume_run_lvm(volume->members->group->name, volume->lv->name, error) ||
	    !volume_is_active(volume, &active, error))
		return false;
	/* It calls it a success when a volume is not to be activated. */
	return active || lvm_fail(error, "lvm left %s as it is (%.64s)", volume->lv->name, why);
}

static bool activate(const struct volume *volume, struct lvm_error *error)
{
	const char *decides = conf_decides(error);
	bool active;

	if (!volume_is_active(volume, &active, error))
		return false;
	if (active)
		return volume_link(volume, error);
	if (decides != NULL)
		return leave_to_lvm(volume, decides, error) && volume_link(volume, error);
	if (volume->members->ambiguous.text[0] != '\0')
		return lvm_fail(error, "%s", volume->members->ambiguous.text);
	if (!lvm_group_is_ours(volume->members->group, NULL, error))
		return false;
	if (volume->needs.by_lvm != NULL)
		return leave_to_lvm(volume, volume->needs.by_lvm, error) &&
		       volume_link(volume, error);
	return check_present(volume, error) && volume_map(volume, error) &&
	       volume_link(volume, error);
}

static int run(bool native, const char *group, const char *name, char *const devices[],
	       uint32_t count)
{
	struct lvm_error error = {.line = 0};
	struct members members;
	struct volume volume = {.members = &members, .native = native};
	struct lvm_memory memory = {.size = 64 << 20};

	memory.block = mmap(NULL, memory.size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory.block == MAP_FAILED)
		return report_failure("out of memory");
	if (!members_read(&members, group, devices, count, &error) ||
	    !find_volume(&volume, name, &memory, &error) || !activate(&volume, &error))
		return report_failure("%s", error.text);
	return 0;
}

int main(int argc, char *argv[])
{
	bool native;

	report_begin();
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return 0;
	}
	native = argc > 2 && strcmp(argv[2], "--native") == 0;
	if (argc < 5 + native || strcmp(argv[1], "activate") != 0) {
		fputs(usage, stderr);
		return 2;
	}
	argv += native;
	if (confine(CONFINED_TOOL) < 0)
		fprintf(stderr, "bootgraph-dm: not confined\n");
	return run(native, argv[2], argv[3], argv + 4, (uint32_t)(argc - native - 4));
}
