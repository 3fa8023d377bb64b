#include "print.h"

#include "../../runtime/lvm/device.h"

#include <inttypes.h>
#include <stdlib.h>

static void print_table(FILE *out, const struct lvm_group *group, const struct lvm_lv *lv,
			const char *const *device)
{
	char parameters[16384], name[300];
	uint32_t i;

	if (!lvm_mapping_name(name, sizeof name, group->name, lv->name))
		snprintf(name, sizeof name, "(its name is too long)");
	for (i = 0; i < lv->segment_count; i++) {
		struct lvm_target target = lvm_target_of(group, &lv->segment[i]);

		if (!lvm_table_parameters(parameters, sizeof parameters, group, &target, device))
			snprintf(parameters, sizeof parameters, "(too many stripes)");
		fprintf(out, "%s: %" PRIu64 " %" PRIu64 " %s %s\n", name, target.start,
			target.length, lvm_table_type(&target), parameters);
	}
}

static void print_volume(FILE *out, struct lvm_memory *memory, const struct lvm_group *group,
			 uint32_t lv, const char *const *device)
{
	struct lvm_error error;
	struct lvm_needs needs;
	uint32_t i;

	fprintf(out, "%s%s%s", group->lv[lv].name,
		group->lv[lv].flags & LVM_VISIBLE ? "" : " hidden",
		group->lv[lv].flags & LVM_WRITE ? "" : " read-only");
	if (!lvm_needs(memory, group, lv, &needs, &error)) {
		fprintf(out, " refused: %s\n", error.text);
		return;
	}
	fputs(" on", out);
	for (i = 0; i < group->pv_count; i++)
		if (needs.pv[i])
			fprintf(out, " %s", group->pv[i].name);
	if (needs.by_lvm != NULL)
		fprintf(out, ", by lvm: %s", needs.by_lvm);
	fputc('\n', out);
	if (needs.by_lvm == NULL)
		print_table(out, group, &group->lv[lv], device);
}

void print_group(FILE *out, struct lvm_memory *memory, const struct lvm_group *group,
		 const char *const *device)
{
	const char **names = calloc(group->pv_count + 1, sizeof *names);
	struct lvm_error error;
	size_t used;
	uint32_t i;

	if (names == NULL)
		abort();
	fprintf(out, "group %s %s, change %" PRIu64 ", extents of %" PRIu64 "%s\n", group->name,
		group->id, group->seqno, group->extent_size, group->exported ? ", exported" : "");
	if (!lvm_group_is_ours(group, NULL, &error))
		fprintf(out, "left alone: %s\n", error.text);
	for (i = 0; i < group->pv_count; i++) {
		fprintf(out, "%s %s%s\n", group->pv[i].name, group->pv[i].id,
			group->pv[i].missing ? " missing" : "");
		names[i] = device != NULL && device[i] != NULL ? device[i] : group->pv[i].name;
	}
	for (i = 0; i < group->lv_count; i++) {
		used = memory->used;
		print_volume(out, memory, group, i, names);
		memory->used = used;
	}
	free(names);
}
