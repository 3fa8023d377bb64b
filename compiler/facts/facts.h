/* What is known of the machine that is to boot: its block devices and what they are made of, its
 * mounts, its drivers. `bootgraph capture` writes it, --facts reads it (specs/facts.md).
 *
 * Sources: udev's database, sysfs, libblkid, libdevmapper, lvm's report. Texts are as those have
 * them; a fact that is not known is NULL, or an empty list. Everything lives in one arena. */
#ifndef BOOTGRAPH_FACTS_H
#define BOOTGRAPH_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "../diag.h"

#define FACTS_KEY "bootgraph-facts" /* its value is the version of the format */

enum { FACTS_VERSION = 1 };

/* A line of a device-mapper table, without the keys of a cipher. */
struct facts_target {
	uint64_t start, length; /* sectors of 512 bytes */
	const char *type;	/* "linear", "crypt" */
	const char *parameters;
};

/* Device-mapper's side of a device. */
struct facts_dm {
	const char *name; /* as in /dev/mapper, after udev's escapes: "vg-root" */
	const char *uuid; /* "LVM-...", "CRYPT-LUKS2-...", or empty */
	VEC(struct facts_target) table;
};

struct facts_md_member {
	const char *device; /* "sda1" */
	const char *state;  /* "in_sync", "spare", "faulty" */
};

/* md's side of an array. */
struct facts_md {
	const char *level;    /* "raid1" */
	const char *metadata; /* "1.2" */
	const char *uuid;     /* as mdadm writes it: "00000000:00004000:80000000:000000a5" */
	const char *name;     /* "host:name", or NULL */
	const char *state;    /* array_state: "clean" */
	unsigned raid_disks;  /* members that make it whole */
	unsigned degraded;    /* of these, how many it lacks */
	VEC(struct facts_md_member) members;
};

struct facts_property {
	const char *key, *value;
};

struct facts_device {
	const char *name;   /* the kernel's: "sda1", "dm-0" */
	const char *parent; /* of a partition: the disk */
	uint32_t major, minor;
	uint64_t size;			       /* sectors of 512 bytes */
	VEC(const char *) links;	       /* paths below /dev, all but /dev/NAME; sorted */
	VEC(const char *) slaves;	       /* devices it is made of; sorted */
	VEC(struct facts_property) properties; /* udev's, such as ID_FS_TYPE; sorted */
	struct facts_dm *dm;		       /* or NULL */
	struct facts_md *md;		       /* or NULL */
	struct span span;		       /* where the facts say so */
};

struct facts_pv {
	const char *uuid;
	const char *device; /* "md0", or NULL: nobody has it */
};

struct facts_lv {
	const char *name; /* "root", without its volume group */
	const char *uuid;
	bool active;
	VEC(const char *) pvs; /* UUIDs of those its extents are on */
};

struct facts_vg {
	const char *name;
	const char *uuid;
	VEC(struct facts_pv) pvs;
	VEC(struct facts_lv) lvs;
	struct span span;
};

struct facts_mount {
	const char *where, *type, *source; /* proc(5), /proc/PID/mountinfo; unescaped */
	uint32_t major, minor;
};

struct facts_swap {
	const char *path; /* of the device or the file */
	bool file;
	const char *device; /* file: the kernel's name of the device it lies on, or NULL */
	uint64_t offset;    /* file: where it begins there, in pages; 0: not known */
};

struct facts {
	const struct text *text;	  /* the file, or NULL for facts that were just collected */
	VEC(const char *) modalias;	  /* from the root of the buses to the disks below / */
	VEC(const char *) network;	  /* likewise to the Ethernet adapters */
	const char *cpu;		  /* the "cpu:" alias, or NULL */
	const char *no_modalias;	  /* collected: why there are none, or NULL */
	bool has_devices;		  /* whether block devices were looked for at all */
	VEC(struct facts_device) devices; /* sorted by name */
	VEC(struct facts_vg) groups;	  /* sorted by name */
	VEC(struct facts_mount) mounts;	  /* those on block devices */
	VEC(struct facts_swap) swaps;
};

/* Adds an alias at the end, unless it is there already. */
void facts_add_alias(struct arena *arena, struct facts *facts, const char *alias);
/* The same for one of an adapter. */
void facts_add_network(struct arena *arena, struct facts *facts, const char *alias);

/* read.c: a facts file. Reports what is wrong and returns NULL. */
struct facts *facts_read(struct arena *arena, struct diag *diag, const char *path);
/* The same from a text that text_check has accepted. */
struct facts *facts_parse(struct arena *arena, struct diag *diag, const struct text *text);

/* find.c: NULL where there is none. */
const struct facts_device *facts_device(const struct facts *facts, const char *name);
/* reference is as fstab(5) writes it: UUID=, a path below /dev, major:minor. */
const struct facts_device *facts_resolve(const struct facts *facts, const char *reference);
/* "/dev/mapper/crypt", "/dev/sda1": the name by which people know it. */
const char *facts_path(struct arena *arena, const struct facts_device *device);
const char *facts_property(const struct facts_device *device, const char *key);
const struct facts_vg *facts_group(const struct facts *facts, const char *name);

#endif
