#include "members.h"
#include "init.h"
#include "log.h"
#include "../core/device_ref.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void tell_changes(struct init *init)
{
	char properties[SETS_EVENT_MAX];
	struct event event = {.kind = EVENT_DEVICE, .properties = properties};

	while ((event.length = sets_next_event(&init->members.sets, properties)) > 0)
		init_tell(init, &event);
}

static bool make_room(struct sets *sets)
{
	uint32_t entries = sets->entry_room > 0 ? 2 * sets->entry_room : 4;
	uint32_t told = sets->told_room > 0 ? 2 * sets->told_room : 4;
	struct set_entry *entry;
	struct set_told *tell;

	if (!sets_are_full(sets))
		return true;
	entry = realloc(sets->entry, entries * sizeof *entry);
	if (entry == NULL)
		return false;
	sets->entry = entry;
	sets->entry_room = entries;
	tell = realloc(sets->told, told * sizeof *tell);
	if (tell == NULL)
		return false;
	sets->told = tell;
	sets->told_room = told;
	return true;
}

void members_found(struct init *init, uint32_t device, const struct membership *membership,
		   uint32_t count)
{
	struct sets *sets = &init->members.sets;
	uint32_t i;

	sets_forget(sets, device);
	for (i = 0; i < count; i++)
		if (make_room(sets))
			sets_put(sets, device, &membership[i]);
		else
			say(SAY_ERROR, "bootgraph: no memory for a member of %s",
			    membership[i].set);
	tell_changes(init);
}

void members_forget(struct init *init, uint32_t device)
{
	sets_forget(&init->members.sets, device);
	tell_changes(init);
}

bool members_is_repeated(const struct members *members, uint32_t index)
{
	uint32_t i;

	for (i = 0; i < index; i++)
		if (members->sets.entry[i].device == members->sets.entry[index].device)
			return true;
	return false;
}

/* --- for people ----------------------------------------------------------- */

static void add_text(char *text, size_t room, const char *separator, const char *more)
{
	size_t length = strlen(text);

	snprintf(text + length, room - length, "%s%s", separator, more);
}

void members_describe(const struct init *init, const char *set, char *text, size_t room)
{
	const struct members *members = &init->members;
	const char *id = strchr(set, '='), *separator = ": ";
	struct set_view view;
	uint32_t i;

	*text = '\0';
	id = id != NULL ? id + 1 : set;
	sets_view(&members->sets, id, &view);
	if (view.newest == NULL)
		return;
	snprintf(text, room, "%u of %u members of %s", (unsigned)view.present,
		 (unsigned)view.expected, view.newest->about[0] != '\0' ? view.newest->about : id);
	for (i = 0; i < members->sets.entry_count; i++) {
		const struct seen *seen =
			devices_find(&init->devices, members->sets.entry[i].device);

		if (members_is_repeated(members, i) || seen == NULL || seen->name == NULL ||
		    !sets_has_member(&members->sets, id, seen->number))
			continue;
		add_text(text, room, separator, seen->name);
		separator = ", ";
	}
}

void members_describe_lack(const struct init *init, const char *set, char *text, size_t room)
{
	struct set_view view;

	*text = '\0';
	sets_view(&init->members.sets, set, &view);
	if (view.newest == NULL || view.complete)
		return;
	members_describe(init, set, text, room);
	if (strncmp(set, "bcache:", 7) == 0)
		add_text(text, room, "", "; its cache is missing");
}

void members_explain(const struct init *init, const char *reference, char *text, size_t room)
{
	struct device_ref ref;
	struct set_view view;

	*text = '\0';
	device_ref_parse(reference, &ref);
	if (ref.kind != REF_COMPLETE && ref.kind != REF_ENOUGH)
		return;
	members_describe(init, ref.text, text, room);
	if (*text == '\0')
		add_text(text, room, "", "no member was seen");
	sets_view(&init->members.sets, ref.text, &view);
	if (view.enough && !view.complete && strncmp(ref.text, "lvm:", 4) != 0)
		add_text(text, room, "", "; bootdegraded=yes starts it as it is");
}
