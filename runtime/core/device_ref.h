/* Device references as fstab(5) and the kernel's root= write them, and whether they name a device.
 *
 *   UUID=x LABEL=x PARTUUID=x PARTLABEL=x      also quoted: UUID="x"
 *   /dev/disk/by-{uuid,label,partuuid,partlabel}/x   the same, with udev's \x20 escapes
 *   /dev/name                                  the kernel's name
 *   /dev/mapper/name                           a device-mapper name
 *   /dev/md/name                               an md array's name, or its number
 *   /dev/vg/lv                                 a logical volume, by its device-mapper name vg-lv,
 *                                              in which hyphens of vg and lv are doubled (lvm(8))
 *   8:1   0x801   801                          major:minor, or hex as the kernel takes it (kernel:
 *                                              block/early-lookup.c; initramfs-tools parse_numeric)
 *   COMPLETE=set   ENOUGH=set                  a level that a set of devices has reached (sets.h)
 *   HOST=late                                  an adapter of a kind that finds disks late: USB
 *                                              storage, SAS, Fibre Channel, iSCSI
 */
#ifndef BOOTGRAPH_DEVICE_REF_H
#define BOOTGRAPH_DEVICE_REF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

enum device_ref_kind {
	REF_UUID,      /* ID_FS_UUID, without regard to case */
	REF_LABEL,     /* ID_FS_LABEL */
	REF_PARTUUID,  /* ID_PART_ENTRY_UUID, without regard to case */
	REF_PARTLABEL, /* ID_PART_ENTRY_NAME, or the kernel's PARTNAME */
	REF_NAME,      /* DEVNAME, or vg/lv: DM_NAME */
	REF_MAPPER,    /* /dev/mapper/x: DM_NAME, both with their \xNN undone */
	REF_ARRAY,     /* /dev/md/x: MD_DEVNAME, or md followed by x, a number */
	REF_NUMBER,    /* MAJOR and MINOR */
	REF_COMPLETE,  /* SET or SET_NAME, with SET_LEVEL=complete */
	REF_ENOUGH,    /* the same with SET_LEVEL=enough */
	REF_HOST,      /* HOST=late, by SUBSYSTEM or DRIVER */
	REF_LINK,      /* another link below /dev that only udev's rules make: by-id, by-path */
	REF_OTHER,     /* nothing that a block device could match: nfs, tmpfs, a relative name */
	REF_KIND_COUNT
};

struct device_ref {
	enum device_ref_kind kind;
	const char *text; /* what to compare with, inside the reference; not NUL-terminated */
	size_t length;
	bool escaped;	 /* text has udev's \xNN escapes */
	uint32_t number; /* REF_NUMBER: as event_device_number */
};

void device_ref_parse(const char *reference, struct device_ref *ret_ref);
bool device_ref_names(const struct device_ref *ref, const struct event *event);
/* Whether two references are the same text once read; not whether they name the same device. */
bool device_ref_equal(const struct device_ref *a, const struct device_ref *b);

#endif
