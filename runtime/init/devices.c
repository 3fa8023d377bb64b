#include "devices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t first_slot(const struct devices *devices, uint32_t number)
{
	return number * 2654435761u % (2 * devices->room); /* Knuth's multiplier */
}

static uint32_t *find_slot(const struct devices *devices, uint32_t number)
{
	uint32_t at = first_slot(devices, number);

	while (devices->slot[at] != 0 && devices->seen[devices->slot[at] - 1].number != number)
		at = (at + 1) % (2 * devices->room);
	return &devices->slot[at];
}

const struct seen *devices_find(const struct devices *devices, uint32_t number)
{
	uint32_t slot;

	if (devices->room == 0)
		return NULL;
	slot = *find_slot(devices, number);
	return slot != 0 ? &devices->seen[slot - 1] : NULL;
}

static bool make_room(struct devices *devices)
{
	uint32_t i, room = devices->room > 0 ? 2 * devices->room : 16;
	uint32_t *slot;
	struct seen *seen;

	if (devices->count < devices->room)
		return true;
	if (devices->count >= DEVICES_MAX)
		return false;
	slot = calloc(2 * (size_t)room, sizeof *slot);
	seen = slot != NULL ? realloc(devices->seen, room * sizeof *seen) : NULL;
	if (seen == NULL) {
		free(slot);
		return false;
	}
	free(devices->slot);
	devices->seen = seen;
	devices->slot = slot;
	devices->room = room;
	for (i = 0; i < devices->count; i++)
		*find_slot(devices, seen[i].number) = i + 1;
	return true;
}

static struct seen *find_or_add(struct devices *devices, uint32_t number)
{
	uint32_t *slot;

	if (!make_room(devices))
		return NULL;
	slot = find_slot(devices, number);
	if (*slot == 0) {
		devices->seen[devices->count] =
			(struct seen){.number = number, .outcome = PROBE_OUTCOME_COUNT};
		*slot = ++devices->count;
	}
	return &devices->seen[*slot - 1];
}

static void set(char **text, const char *value)
{
	if (value == NULL || (*text != NULL && strcmp(*text, value) == 0))
		return;
	free(*text);
	*text = *value != '\0' ? strdup(value) : NULL;
}

/* What libdevmapper has for udev's rules rides on the event of a mapping's resumption (kernel:
 * Documentation/admin-guide/device-mapper/uevent.rst). */
static void note_cookie(struct seen *seen, const struct event *event)
{
	enum { PRIMARY_SOURCE = 1 << 22 }; /* libdevmapper.h: not of an event that it only causes */
	const char *cookie = event_property(event, "DM_COOKIE");
	uint32_t number = cookie != NULL ? (uint32_t)strtoul(cookie, NULL, 10) : 0;

	if ((number & PRIMARY_SOURCE) != 0)
		seen->cookie = number;
}

bool devices_event(struct devices *devices, const struct event *event, uint32_t walk)
{
	const char *action = event_property(event, "ACTION");
	const char *subsystem = event_property(event, "SUBSYSTEM");
	uint32_t number = event_device_number(event);
	bool removed = action != NULL && strcmp(action, "remove") == 0, was_present;
	struct seen *seen;

	if (number == 0 || subsystem == NULL || strcmp(subsystem, "block") != 0)
		return false;
	seen = find_or_add(devices, number);
	if (seen == NULL)
		return !removed;
	set(&seen->name, event_property(event, "DEVNAME"));
	note_cookie(seen, event);
	was_present = seen->present;
	seen->walk = walk;
	seen->present = !removed;
	if (removed)
		seen->cookie = 0;
	seen->thorough &= was_present; /* another device may have taken its number */
	if (was_present != seen->present)
		devices->present += seen->present ? 1u : UINT32_MAX;
	return seen->present && !was_present;
}

void devices_answer(struct devices *devices, uint32_t number, const struct answer *answer)
{
	struct seen *seen = number != 0 ? find_or_add(devices, number) : NULL;

	if (seen == NULL)
		return;
	seen->outcome = answer->outcome;
	seen->size = answer->size;
	set(&seen->type, answer->type);
	set(&seen->uuid, answer->uuid);
	set(&seen->label, answer->label);
	set(&seen->part_uuid, answer->part_uuid);
	set(&seen->part_name, answer->part_name);
}

void devices_add_identity(struct properties *properties, const struct seen *seen)
{
	char number[12];

	properties_add(properties, "SUBSYSTEM", "block");
	if (seen->name != NULL)
		properties_add(properties, "DEVNAME", seen->name);
	snprintf(number, sizeof number, "%u", (unsigned)(seen->number >> 20));
	properties_add(properties, "MAJOR", number);
	snprintf(number, sizeof number, "%u", (unsigned)(seen->number & 0xfffff));
	properties_add(properties, "MINOR", number);
}
