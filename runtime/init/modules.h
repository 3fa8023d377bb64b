/* Kernel modules, as the image's module plan says (specs/modules.md).
 *
 * Modules are loaded by workers (child.h). Who loads what is kept in shared memory, one word for
 * each module, so that no module is read and verified twice: a worker that needs one which another
 * is loading waits for that.
 */
#ifndef BOOTGRAPH_MODULES_H
#define BOOTGRAPH_MODULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../core/boot.h"
#include "child.h"

#define MODULE_PLAN "/etc/bootgraph/modules"

enum {
	MODULE_NONE = 0xffff, /* no such module */
	MODULE_PLAN_MAX = 4 << 20,
	MODULES_MAX = 8192,
};

struct module {
	const char *name, *path;
	const char *needs; /* names in load order, separated by blanks; to the end of the line */
};

/* A pair of texts: an alias pattern and a module, or a module and its options. */
struct module_pair {
	const char *left, *right;
};

struct module_pairs {
	struct module_pair *pair;
	size_t count, room;
};

/* Shared with the workers. */
struct module_load {
	uint32_t state; /* loader.c */
	int32_t error;	/* why it could not be loaded */
};

struct modules {
	char *text;	     /* the plan, cut into fields */
	const char *release; /* the kernel it is for, or "" */
	const char *drivers; /* names in load order */
	struct module *module;
	size_t count, room;
	struct module_pairs aliases, options, builtins; /* builtins: lines of names on the left */
	bool has_patterns; /* aliases for devices, "pci:v00001AF4d*", not only other names */
	struct module_load *load;
};

/* Reads the plan; an image without one needs no modules. Says what is wrong with it. */
void modules_begin(struct modules *modules, const char *path);

/* Whether there are aliases for devices: only then is their MODALIAS worth reading. */
bool modules_have_aliases(const struct modules *modules);

/* A process has ended: what it was loading is free to be loaded by others. */
void modules_owner_ended(struct modules *modules, pid_t pid);

/* The module of that name or with that alias, or MODULE_NONE; "-" and "_" are the same. */
unsigned modules_find(const struct modules *modules, const char *name);
/* The same for a file system type, which may also go by fs-TYPE. */
unsigned modules_find_file_system(const struct modules *modules, const char *type);
/* Whether it is part of the kernel, under this name or one that it stands for. */
bool modules_is_builtin(const struct modules *modules, const char *name);
bool modules_is_loaded(const struct modules *modules, unsigned module);

/* The first module from alias number *at on that fits a device's MODALIAS, is not blacklisted and
 * not loaded yet; *at goes past it. MODULE_NONE after the last one. */
unsigned modules_match(const struct modules *modules, const struct boot *boot, const char *modalias,
		       size_t *at);

bool modules_is_blacklisted(const struct boot *boot, const char *name);

/* --- in a worker ---------------------------------------------------------- */

/* Loads a module and before it what it needs, with the options given and those on the command line
 * (NAME.option=value). Done already is fine. Returns 0 or a negative errno with the report's text
 * set. */
int32_t modules_load(struct modules *modules, const struct boot *boot, unsigned module,
		     const char *options, struct report *report);

/* The effects' workers. */
int32_t work_load_module(struct init *init, const struct effect *effect, struct report *report);
int32_t work_load_drivers(struct init *init, const struct effect *effect, struct report *report);
int32_t work_load_modalias(struct init *init, const struct effect *effect, struct report *report);

#endif
