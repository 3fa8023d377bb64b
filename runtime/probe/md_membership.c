/* From a superblock to what PID 1 is told: whom an array expects, and with whom it could start. */
#include "md.h"

#include <stdio.h>
#include <string.h>

static bool add_slot(char *list, size_t room, char separator, uint32_t slot)
{
	char number[11];

	snprintf(number, sizeof number, "%u", (unsigned)slot);
	return membership_append(list, room, separator, number);
}

/* Every slot that has a device, or every slot there is. */
static bool list_slots(const struct md *md, bool occupied_only, char separator, char *list,
		       size_t room)
{
	uint32_t slot, count = occupied_only ? MD_SLOTS_MAX : md->raid_disks;
	bool fits = true;

	list[0] = '\0';
	for (slot = 0; slot < count && fits; slot++)
		if (!occupied_only || md->occupied[slot])
			fits = add_slot(list, room, separator, slot);
	return fits;
}

/* Slots but this device's own, which is not in sync with the others yet. */
static bool list_others(const struct md *md, char separator, char *list, size_t room)
{
	struct md others = *md;

	others.occupied[md->slot] = false;
	return list_slots(&others, true, separator, list, room);
}

/* One of the copies that begin in each place must be there: what the kernel's raid10 counts
 * (drivers/md/raid10.c, _enough), which does not ask whether copies stay within sets of disks. */
static bool list_raid10(const struct md *md, char *list, size_t room)
{
	uint32_t near = md->layout & 0xff, far = md->layout >> 8 & 0xff, first = 0;

	if (near == 0 || far == 0 || near * far > md->raid_disks)
		return false;
	list[0] = '\0';
	do {
		char group[64] = "";
		uint32_t k, slot;

		for (k = 0; k < near * far; k++) {
			slot = (first + k) % md->raid_disks;
			if (md->occupied[slot] && !(md->recovering && slot == md->slot) &&
			    !add_slot(group, sizeof group, '|', slot))
				return false;
		}
		if (group[0] == '\0' && !add_slot(group, sizeof group, '|', first))
			return false; /* nobody has these blocks: they are asked for in vain */
		if (!membership_append(list, room, ',', group))
			return false;
		first = (first + near) % md->raid_disks;
	} while (first != 0);
	return true;
}

/* How many disks an array with parity can be without. One that was not shut down in order needs all
 * of them: which of data and parity was written last is not known (md(4), DIRTY SHUTDOWN). */
static uint32_t parity_disks(const struct md *md)
{
	if (!md->clean && !md->has_ppl)
		return 0;
	return md->level == 6 ? 2 : 1;
}

/* What is enough to start, by level. False where that cannot be said: then it is all of them. */
static bool list_by_level(const struct md *md, char *list, size_t room)
{
	uint32_t parity = parity_disks(md);

	switch (md->level) {
	case 1:
	case -4:
		return md->recovering ? list_others(md, '|', list, room)
				      : list_slots(md, true, '|', list, room);
	case 10:
		return list_raid10(md, list, room);
	case 4:
	case 5:
	case 6:
		if (md->has_journal || parity >= md->raid_disks)
			return false;
		if (md->recovering && parity == 1)
			return list_others(md, ',', list, room);
		snprintf(list, room, "#%u", (unsigned)(md->raid_disks - parity));
		return true;
	default:
		return false;
	}
}

/* raid0 and linear need every slot there is; whatever else is not known needs all that are left. */
static bool list_all(const struct md *md, char *list, size_t room)
{
	bool redundant = md->level > 0 || md->level == -4;

	return list_slots(md, redundant && !md->reshaping, ',', list, room) &&
	       (!md->has_journal || membership_append(list, room, ',', "journal"));
}

static void name_member(const struct md *md, struct membership *m)
{
	if (md->role == MD_ACTIVE && !md->replacement)
		snprintf(m->member, sizeof m->member, "%u", (unsigned)md->slot);
	else if (md->role == MD_JOURNAL)
		snprintf(m->member, sizeof m->member, "journal");
	else
		snprintf(m->member, sizeof m->member, "spare");
}

bool md_membership(const struct md *md, struct membership *m)
{
	char uuid[37];

	/* An array that nobody writes to, like a linear one, stays at 0 events; but this member
	 * does know something. A container counts every write of its metadata, and a disk that it
	 * still takes for a member is one. */
	*m = (struct membership){.generation = md->events + 1,
				 .slack = md->major == MD_EXTERNAL ? UINT32_MAX : 1};
	md_uuid_text(md, uuid);
	if (uuid[0] == '\0')
		return false; /* all zero */
	snprintf(m->set, sizeof m->set, "md:%s", uuid);
	if (md->name[0] != '\0')
		snprintf(m->name, sizeof m->name, "md:%s", md->name);
	name_member(md, m);
	snprintf(m->about, sizeof m->about, "%s, %u devices%s", md_level_name(md->level),
		 (unsigned)md->raid_disks, md->reshaping ? ", being reshaped" : "");
	if (!list_slots(md, true, ',', m->expects, sizeof m->expects) ||
	    (md->has_journal && !membership_append(m->expects, sizeof m->expects, ',', "journal")))
		return false;
	return (!md->reshaping && list_by_level(md, m->enough, sizeof m->enough) &&
		m->enough[0] != '\0') ||
	       list_all(md, m->enough, sizeof m->enough);
}

uint32_t md_members(struct disk *disk, struct membership *m)
{
	struct md md;

	return md_read(disk, &md) && md_membership(&md, m);
}
