/* The links below /dev that udev's rules make for block devices, by which scripts, people and the
 * real system know them (Debian 12: 55-dm.rules, 56-lvm.rules, 60-persistent-storage*.rules,
 * 63-md-raid-arrays.rules). */
#ifndef BOOTGRAPH_LINKS_H
#define BOOTGRAPH_LINKS_H

#include "devices.h"

enum {
	LINK_MAX =
		1200, /* bytes of a link's path: a label of 260 with every byte written as \xNN */
};

/* Called for each link, with its path below /dev. */
typedef void link_visit(void *context, const char *path);

/* By what is on the device and where it is in a partition table: disk/by-uuid, by-label,
 * by-partuuid and by-partlabel. Not of what is only a part of something else. */
void links_by_content(const struct seen *seen, link_visit *visit, void *context);

/* By what made it: mapper/NAME, VG/LV, disk/by-id/dm-name-NAME and dm-uuid-UUID of a mapping;
 * md/NAME of an array is its starter's. */
void links_by_mapping(const char *device, link_visit *visit, void *context);

/* By what a bcache device caches: bcache/by-uuid/UUID and bcache/by-label/LABEL of the backing
 * device (bcache-tools: 69-bcache.rules). */
void links_by_cache(const struct devices *devices, const char *device, link_visit *visit,
		    void *context);

/* Makes the links by content, in place of another device's: of two with the same UUID the later one
 * stands on the other. Nothing is said if it fails: /dev/NAME is there. */
void links_make(const struct seen *seen);
/* The same for the links by mapping: as soon as it can be used, since people name it by them. */
void links_make_mapping(const char *device);
/* Takes away those that still lead to the device. */
void links_remove(const struct seen *seen);

/* Makes one; whatever has its place, a node of libdevmapper for one, goes. */
void link_make(const char *path, const char *name);

/* libblkid's blkid_encode_string: what could be misunderstood in a path becomes \xNN. */
void link_encode(char *to, size_t room, const char *text);

/* Divides "vg--data-root" and "vg-lv-layer": hyphens of the parts are doubled (lvm(8)). A part that
 * is missing is empty; false if one does not fit. */
enum { LINK_NAME_MAX = 128 };
struct volume_name {
	char group[LINK_NAME_MAX], volume[LINK_NAME_MAX], layer[LINK_NAME_MAX];
};
void link_split_volume(const char *mapping, struct volume_name *name);

#endif
