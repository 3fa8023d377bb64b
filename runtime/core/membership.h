/* What a block device says of the sets it belongs to: groups of devices that only together are
 * something, like an md array, a logical volume, or a btrfs over several devices.
 *
 * The probe child reads it from the disk and sends it to PID 1, which trusts no byte of it before
 * membership_is_sane. All texts end in a NUL and are empty when unknown. */
#ifndef BOOTGRAPH_MEMBERSHIP_H
#define BOOTGRAPH_MEMBERSHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MEMBERSHIPS_MAX = 8, /* of one device: a PV is part of several volumes */
	SET_MAX = 192,
	MEMBER_LIST = 1536, /* all 384 slots of an array, or 39 physical volumes */
};

struct membership {
	/* Which set: "md:UUID" as ID_FS_UUID has it, "lvm:VG/LV" in plain names, "btrfs:FSID",
	 * "bcache:UUID" of the device that is cached.
	 * "lvm:" alone: this member of whichever set of that kind expects it. Then it expects
	 * nothing itself. */
	char set[SET_MAX];
	/* Another name of it, in the same form: "md:HOST:NAME". */
	char name[96];
	/* Which member this is: md's slot "0", "1", ...; a PV's UUID; btrfs's device number;
	 * "backing", or the UUID of bcache's cache set.
	 * "spare" for what is in the set but nobody waits for: spares, faulty devices, journals. */
	char member[40];
	/* How new its view is: md's events, LVM's sequence number, btrfs's generation; 0 if it has
	 * none. What the newest says counts. */
	uint64_t generation;
	/* How far behind the newest a member may be and still count. UINT32_MAX: any. */
	uint32_t slack;
	/* The members that belong to the set now, as this one has it: "0,1,3"; or "#3": three,
	 * whichever they are. */
	char expects[MEMBER_LIST];
	/* What must be there to start at all. Groups joined by ',', each with alternatives joined
	 * by
	 * '|' of which one is needed: "0|1,2|3"; or "#2": any two of those expected. */
	char enough[MEMBER_LIST];
	/* For people: "raid1, 2 devices". */
	char about[64];
};

/* Whether every text ends within its field and holds no control character, and there is a set. */
bool membership_is_sane(const struct membership *membership);

/* Appends an item to a list, after the separator unless the list is empty. False, and the list as
 * it was, if it does not fit; room is that of the whole list. */
bool membership_append(char *list, size_t room, char separator, const char *item);

#endif
