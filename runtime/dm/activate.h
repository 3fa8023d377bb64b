/* Making a logical volume's device, by device-mapper tables or by lvm. */
#ifndef BOOTGRAPH_DM_ACTIVATE_H
#define BOOTGRAPH_DM_ACTIVATE_H

#include "../lvm/needs.h"
#include "members.h"

/* A volume of a group, and what it stands on. */
struct volume {
	const struct members *members;
	const struct lvm_lv *lv;
	bool native; /* lvm is not to be run */
	struct lvm_needs needs;
	char mapping[128];	   /* its name below /dev/mapper: vg-lv */
	char uuid[4 + 2 * 32 + 1]; /* of the mapping: LVM-, the group's and the volume's */
};

/* Whether the mapping is there already, and is this volume. False with an error: something else
 * has its name. */
bool volume_is_active(const struct volume *volume, bool *ret_active, struct lvm_error *error);

/* Creates the mapping from the metadata. */
bool volume_map(const struct volume *volume, struct lvm_error *error);

/* The names that programs look for: /dev/mapper/vg-lv and /dev/vg/lv. */
bool volume_link(const struct volume *volume, struct lvm_error *error);

/* Lets lvm(8) do it; group and volume by name. */
bool volume_run_lvm(const char *group, const char *volume, struct lvm_error *error);
bool lvm_is_there(void);

/* What of lvm.conf(5) decides whether a volume may be activated here, so that lvm has to be asked;
 * NULL: nothing. */
const char *conf_decides(struct lvm_error *error);

#endif
