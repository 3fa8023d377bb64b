/* Which scripts and hooks Debian's packages have, so that a name which nobody provides here is told
 * apart from one that another package provides, or another phase: a package's own tree can be
 * checked without the rest of the system. The table is release_names.def. */
#ifndef BOOTGRAPH_SCRIPTS_RELEASE_NAMES_H
#define BOOTGRAPH_SCRIPTS_RELEASE_NAMES_H

enum release {
	DEBIAN_12 = 1,
	DEBIAN_13 = 2,
	RELEASES_ALL = DEBIAN_12 | DEBIAN_13,
};

struct release_name {
	const char *phase, *name;
	const char *packages; /* "busybox, busybox-static": each of them has it */
	unsigned releases;    /* bits of enum release */
};

/* The row after `last` (NULL: the first) with this name, in whichever phase; NULL if there is none
 * any more. */
const struct release_name *release_name_next(const char *name, const struct release_name *last);

/* The row after `last` (NULL: the first), or NULL. */
const struct release_name *release_name_after(const struct release_name *last);

/* The row for this name in this phase, or NULL. */
const struct release_name *release_name_find(const char *phase, const char *name);

/* "Debian 12", "Debian 12 and 13". */
const char *release_string(unsigned releases);

/* The release that is called so: its codename, or its number; 0 if none is. */
unsigned release_by_name(const char *name);

#endif
