/* What one physical volume says about its group. */
#ifndef BOOTGRAPH_LVM_DEVICE_H
#define BOOTGRAPH_LVM_DEVICE_H

#include "group.h"

struct lvm_device {
	struct lvm_label label;
	bool has_group; /* false: it has no metadata; another volume of its group may know it */
	struct lvm_group group; /* of the newest of its metadata areas */
};

/* A damaged area does not matter while another one is whole. */
bool lvm_device_read(struct lvm_memory *memory, const struct lvm_source *source,
		     struct lvm_device *ret_device, struct lvm_error *error);

/* The same for an open block device or an image of one. */
bool lvm_device_read_file(struct lvm_memory *memory, int fd, uint64_t size,
			  struct lvm_device *ret_device, struct lvm_error *error);

/* Whether the system has to leave the group alone, as lvm does: it is exported, shared, or has
 * another system's id. system_id is this one's, or NULL. */
bool lvm_group_is_ours(const struct lvm_group *group, const char *system_id,
		       struct lvm_error *error);

/* Device-mapper's name of a volume, "vg--data-root": hyphens of the names are doubled. False if it
 * does not fit. */
bool lvm_mapping_name(char *to, size_t room, const char *group, const char *volume);

#endif
