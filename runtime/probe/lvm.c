#include "lvm.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lvm/conf.h"
#include "../lvm/device.h"
#include "../lvm/needs.h"

/* For texts of two areas and their trees. Mapped for one device at a time: what is not touched is
 * never real. */
enum { MEMORY_BYTES = 256 << 20 };

/* Whether the physical volumes of one image of a raid are a single one; which. */
static uint32_t only_pv(const struct lvm_needs *needs, uint32_t count)
{
	uint32_t i, only = LVM_NONE;

	for (i = 0; i < count; i++)
		if (needs->pv[i])
			only = only == LVM_NONE ? i : count;
	return only < count ? only : LVM_NONE;
}

/* The k-th image of a raid, by name: raids = ["r_rmeta_0", "r_rimage_0", "r_rmeta_1", ...]. */
static uint32_t raid_image(const struct lvm_group *group, const struct lvm_segment *segment,
			   uint32_t k)
{
	const struct lvm_node *raids = lvm_find(segment->node->child, "raids");
	const struct lvm_value *value = raids != NULL ? raids->value : NULL;
	uint32_t i;

	for (i = 0; value != NULL && i < 2 * k + 1; i++)
		value = value->next;
	return value != NULL && value->kind == LVM_TEXT ? lvm_group_find_lv(group, value->text)
							: LVM_NONE;
}

/* A mirror of which each image lies on one physical volume starts with any of them, as lvm's
 * activation_mode "degraded", the default, has it. Everything else needs all it lies on. */
static bool write_mirror(struct membership *membership, struct lvm_memory *memory,
			 const struct lvm_group *group, const struct lvm_lv *lv)
{
	const struct lvm_segment *segment = &lv->segment[0];
	char list[sizeof membership->enough] = "";
	uint32_t k, image, pv;

	if (lv->segment_count != 1 || strcmp(segment->type, "raid1") != 0)
		return false;
	for (k = 0; (image = raid_image(group, segment, k)) != LVM_NONE; k++) {
		struct lvm_needs needs;
		struct lvm_error error;

		if (!lvm_needs(memory, group, image, &needs, &error))
			return false;
		pv = only_pv(&needs, group->pv_count);
		if (pv == LVM_NONE || !membership_append(list, sizeof list, '|', group->pv[pv].id))
			return false;
	}
	memcpy(membership->enough, list, sizeof list);
	return k > 1;
}

/* A group may have the name of ours and be another machine's: its disks came with an enclosure, or
 * a stick. Then lvm takes ours, and so it has to be waited for. Whose the others are only lvm can
 * tell if this machine has a system id. */
static bool is_ours(struct lvm_memory *memory, const struct lvm_group *group)
{
	struct lvm_error error;
	int fd = -1;
	struct stat st;
	char *text;
	bool has_id = false;

	if (lvm_group_is_ours(group, NULL, &error))
		return true;
	if (!group->exported)
		fd = open(LVM_CONF_FILE, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0 &&
	    (text = lvm_take(memory, (size_t)st.st_size, 1)) != NULL &&
	    read(fd, text, (size_t)st.st_size) == st.st_size)
		has_id = lvm_conf_has_system_id(memory, text, (size_t)st.st_size);
	if (fd >= 0)
		close(fd);
	return has_id;
}

/* As one that nothing is ever enough for, and that is older than ours. */
static void disown(struct membership *membership, const struct lvm_group *group, const char *volume)
{
	static const char nobody[] = "nobody";

	membership->generation = 0;
	/* Where it does not fit there is one less, and it is still not all. */
	membership_append(membership->expects, sizeof membership->expects, ',', nobody);
	snprintf(membership->enough, sizeof membership->enough, "%s", nobody);
	if (group->exported)
		snprintf(membership->about, sizeof membership->about, "%.20s/%.20s, exported",
			 group->name, volume);
	else
		snprintf(membership->about, sizeof membership->about,
			 "%.16s/%.16s of another machine", group->name, volume);
}

/* False: there is no such volume, or it lies on more than a membership can name. */
static bool describe(struct membership *membership, struct lvm_memory *memory,
		     const struct lvm_device *device, const char *volume)
{
	const struct lvm_group *group = &device->group;
	uint32_t lv = lvm_group_find_lv(group, volume), i;
	struct lvm_needs needs;
	struct lvm_error error;

	if (lv == LVM_NONE || !lvm_needs(memory, group, lv, &needs, &error))
		return false;
	memset(membership, 0, sizeof *membership);
	snprintf(membership->set, sizeof membership->set, "lvm:%.90s/%.90s", group->name, volume);
	memcpy(membership->member, device->label.id, sizeof device->label.id);
	membership->generation = group->seqno;
	membership->slack = UINT32_MAX;
	snprintf(membership->about, sizeof membership->about, "the volume %.20s/%.20s", group->name,
		 volume);
	for (i = 0; i < group->pv_count; i++)
		if (needs.pv[i] &&
		    !membership_append(membership->expects, sizeof membership->expects, ',',
				       group->pv[i].id)) {
			fprintf(stderr, "bootgraph: %s/%s lies on too many disks to wait for\n",
				group->name, volume);
			return false;
		}
	if (!write_mirror(membership, memory, group, &group->lv[lv]))
		memcpy(membership->enough, membership->expects, sizeof membership->expects);
	if (!is_ours(memory, group))
		disown(membership, group, volume);
	return true;
}

static uint32_t describe_wanted(struct membership *membership, struct lvm_memory *memory,
				const struct lvm_device *device, const struct wanted *wanted)
{
	size_t length = strlen(device->group.name);
	uint32_t i, count = 0;

	for (i = 0; i < wanted->count && count < MEMBERSHIPS_MAX; i++) {
		const char *volume = wanted->volume[i];

		if (strncmp(volume, device->group.name, length) == 0 && volume[length] == '/' &&
		    describe(&membership[count], memory, device, volume + length + 1))
			count++;
	}
	return count;
}

static void describe_bare(struct membership *membership, const struct lvm_device *device)
{
	memset(membership, 0, sizeof *membership);
	strcpy(membership->set, "lvm:");
	memcpy(membership->member, device->label.id, sizeof device->label.id);
	membership->slack = UINT32_MAX;
}

uint32_t lvm_memberships(const struct disk *disk, const struct wanted *wanted,
			 struct membership membership[MEMBERSHIPS_MAX])
{
	void *block = wanted->count == 0 ? MAP_FAILED
					 : mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE,
						MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct lvm_memory memory = {block, MEMORY_BYTES, 0};
	struct lvm_device device;
	struct lvm_error error;
	uint32_t count = 0;

	if (block == MAP_FAILED)
		return 0;
	if (!lvm_device_read_file(&memory, disk->fd, disk->size, &device, &error))
		fprintf(stderr, "bootgraph: a physical volume is not understood: %s\n", error.text);
	else if (device.has_group)
		count = describe_wanted(membership, &memory, &device, wanted);
	else {
		describe_bare(membership, &device);
		count = 1;
	}
	munmap(block, MEMORY_BYTES);
	return count;
}
