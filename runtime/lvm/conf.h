/* lvm.conf(5), as far as it decides which volumes may be activated. */
#ifndef BOOTGRAPH_LVM_CONF_H
#define BOOTGRAPH_LVM_CONF_H

#include "config.h"

/* The file in which LVM keeps the devices that it may use, if there is one: lvmdevices(8). */
#define LVM_DEVICES_FILE "/etc/lvm/devices/system.devices"
#define LVM_CONF_FILE	 "/etc/lvm/lvm.conf"

/* Bytes of memory that are enough for a text of this length. */
#define LVM_CONF_MEMORY(length) (64 * (size_t)(length) + 4096)

/* A setting that has a say in it, so that lvm itself has to be asked: "filter"; NULL if there is
 * none. Lists for autoactivation do not count: what the boot needs is asked for by name. False: it
 * cannot be read, and the error has the line. */
bool lvm_conf_decides(struct lvm_memory *memory, const char *text, size_t length,
		      const char **ret_setting, struct lvm_error *error);

/* The file from which lvm takes this machine's system id, which a group may be bound to
 * (lvmsystemid(7)): machine-id(5), or the one that the settings name. "" if it is in none, as in
 * lvmlocal.conf. What cannot be read names none either. */
const char *lvm_conf_system_id_file(struct lvm_memory *memory, const char *text, size_t length);

/* Whether lvm knows this machine by a system id at all. */
bool lvm_conf_has_system_id(struct lvm_memory *memory, const char *text, size_t length);

#endif
