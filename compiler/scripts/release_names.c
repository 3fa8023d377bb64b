#include "release_names.h"

#include <stddef.h>
#include <string.h>

static const struct release_name names[] = {
#define RELEASE_NAME(phase, name, packages, releases) {phase, name, packages, releases},
#include "release_names.def"
#undef RELEASE_NAME
};

enum { NAME_COUNT = sizeof names / sizeof names[0] };

const struct release_name *release_name_next(const char *name, const struct release_name *last)
{
	const struct release_name *row = last == NULL ? names : last + 1;

	for (; row < names + NAME_COUNT; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

const struct release_name *release_name_after(const struct release_name *last)
{
	const struct release_name *row = last == NULL ? names : last + 1;

	return row < names + NAME_COUNT ? row : NULL;
}

const struct release_name *release_name_find(const char *phase, const char *name)
{
	const struct release_name *row = NULL;

	while ((row = release_name_next(name, row)) != NULL)
		if (strcmp(row->phase, phase) == 0)
			return row;
	return NULL;
}

const char *release_string(unsigned releases)
{
	switch (releases) {
	case DEBIAN_12:
		return "Debian 12";
	case DEBIAN_13:
		return "Debian 13";
	default:
		return "Debian 12 and 13";
	}
}

unsigned release_by_name(const char *name)
{
	static const struct {
		const char *codename, *number;
		unsigned release;
	} releases[] = {
		{"bookworm", "12", DEBIAN_12},
		{"trixie", "13", DEBIAN_13},
	};

	for (size_t i = 0; i < sizeof releases / sizeof releases[0]; i++)
		if (strcmp(releases[i].codename, name) == 0 ||
		    strcmp(releases[i].number, name) == 0)
			return releases[i].release;
	return 0;
}
