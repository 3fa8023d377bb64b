#include "btrfs.h"
#include "init.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const struct membership *find_membership(const struct init *init, uint32_t device)
{
	const struct sets *sets = &init->members.sets;
	uint32_t i;

	for (i = 0; i < sets->entry_count; i++)
		if (sets->entry[i].device == device &&
		    strncmp(sets->entry[i].membership.set, "btrfs:", 6) == 0)
			return &sets->entry[i].membership;
	return NULL;
}

static bool is_permitted(const char *set)
{
	char path[sizeof DEGRADED_DIRECTORY + SET_MAX + 1];
	struct stat st;

	/* A label may hold anything; what is no name of a file was never permitted. */
	if (*set == '\0' || strchr(set, '/') != NULL)
		return false;
	snprintf(path, sizeof path, DEGRADED_DIRECTORY "/%.*s", SET_MAX, set);
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool add_device(const struct init *init, uint32_t device, struct mount_options *options)
{
	char path[128], option[160];

	if (!device_path(init, device, path, sizeof path))
		return true; /* it has left */
	snprintf(option, sizeof option, "device=%s", path);
	return mount_add_data(options, option, strlen(option));
}

bool btrfs_add_options(const struct init *init, uint32_t device, struct mount_options *options)
{
	const struct membership *membership = find_membership(init, device);
	const struct sets *sets = &init->members.sets;
	struct set_view view;
	bool fits = true;
	uint32_t i;

	if (membership == NULL)
		return true;
	sets_view(sets, membership->set, &view);
	if (view.expected < 2)
		return true;
	for (i = 0; fits && i < sets->entry_count; i++)
		if (!members_is_repeated(&init->members, i) && sets->entry[i].device != device &&
		    sets_has_member(sets, membership->set, sets->entry[i].device))
			fits = add_device(init, sets->entry[i].device, options);
	if (fits && !view.complete &&
	    (is_permitted(membership->set) || is_permitted(membership->name)))
		fits = mount_add_data(options, "degraded", strlen("degraded"));
	return fits;
}
