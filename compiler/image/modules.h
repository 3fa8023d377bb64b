/* Kernel modules of the sysroot's kernel, through libkmod, and the ones that are to be in the
 * image.
 *
 * No modprobe runs in the image: what a module needs is worked out here, once, and written down as
 * the module plan (specs/modules.md). So everything that libkmod, modprobe.d(5) and the modules
 * themselves say has to be in there: dependencies, soft dependencies, aliases, blacklists, options.
 */
#ifndef BOOTGRAPH_IMAGE_MODULES_H
#define BOOTGRAPH_IMAGE_MODULES_H

#include <stdbool.h>

#include "../arena.h"
#include "../diag.h"
#include "../facts/facts.h"
#include "tree.h"

struct module {
	const char *name; /* with underscores, as the kernel has it */
	const char *path; /* of the sysroot's file below lib/modules/RELEASE/; NULL if built in */
	bool builtin;
	bool wanted;			   /* in the image, or built in and asked for */
	bool resolved;			   /* its dependencies are filled in */
	bool informed;			   /* its aliases and firmware are */
	VEC(struct module *) dependencies; /* all of them, soft ones too, in the order to load */
	const char *file;		   /* path in the image, without the compression's suffix */
	VEC(const char *) aliases;	   /* its own, from its .modinfo */
	VEC(const char *) firmware;	   /* likewise */
};

typedef VEC(struct module *) module_list;

/* An alias the plan has to have: a name by which units ask for a module of another name, a file
 * system type, or a device pattern. */
struct module_alias {
	const char *pattern;
	const struct module *module;
};

struct modules {
	struct arena *arena;
	struct diag *diag;
	int root_fd;
	const char *release;
	const char *directory; /* canonical path of lib/modules/RELEASE in the sysroot */
	struct kmod_ctx *kmod;
	const struct facts *facts; /* for the processor they name; NULL if there are none */
	struct module_config *config;
	VEC(struct module *) known; /* every module met */
	module_list drivers;	    /* in the order to load */
	VEC(struct module_alias) aliases;
};

/* Opens the modules of a kernel release. Reports why not and returns NULL if that fails. root is
 * the sysroot's path, for libkmod, which opens files by name. */
struct modules *modules_open(struct arena *arena, struct diag *diag, const char *root, int root_fd,
			     const char *release, const struct facts *facts);
void modules_close(struct modules *modules);

/* The modules that answer to a name or an alias, best first; none if nothing does. */
module_list modules_lookup(struct modules *modules, const char *name);

/* Where an alias has several implementations, the ones an image needs. */
module_list modules_pick(struct modules *modules, const char *alias);

/* The module with this file (relative to lib/modules/RELEASE/), or NULL. */
struct module *modules_by_path(struct modules *modules, const char *path);

/* Puts a module and its dependencies into the tree. Returns false after reporting a damaged or
 * missing file. */
struct image;
bool modules_add(struct image *image, struct module *module, struct need need);

/* Loads what the module says of itself: aliases and firmware. */
bool module_read_info(struct modules *modules, struct module *module);

/* A device pattern, "pci:v00001AF4d...", as opposed to a name for other uses, "fs-ext4". */
bool module_alias_is_device(const char *alias);

/* --- modprobe.d ----------------------------------------------------------- */

struct module_options {
	const char *module, *text;
};

/* What of the sysroot's modprobe.d(5) applies without modprobe. libkmod could tell it too, but
 * mixes in the running kernel's command line, which is none of the image's business. */
struct module_config {
	VEC(const char *) directories; /* in the order of precedence, canonical */
	VEC(const char *) blacklist;   /* names with underscores */
	VEC(struct module_options) options;
};

struct module_config *module_config_read(struct arena *arena, int root_fd);
bool module_config_is_blacklisted(const struct module_config *config, const char *name);

/* Dashes and underscores are the same in a module's name; the kernel shows underscores. */
const char *module_name_normalise(struct arena *arena, const char *name);

#endif
