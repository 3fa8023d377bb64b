/* The manifest: what an image needs so that its graph can run, each with who needs it.
 *
 * Made by lower from the graph, written by compile --manifest, packed by image. */
#ifndef BOOTGRAPH_MANIFEST_H
#define BOOTGRAPH_MANIFEST_H

#include <stdbool.h>

#include "diag.h"

enum manifest_kind {
	MANIFEST_BINARY,	/* path of a program in the sysroot; its libraries follow from it */
	MANIFEST_MODULE,	/* kernel module by name; may be built in */
	MANIFEST_FILESYSTEM,	/* file system type: its module (fs-TYPE) and its fsck.TYPE */
	MANIFEST_FILE,		/* any other file, copied as it is */
	MANIFEST_SCRIPT,	/* "SOURCE:PLACE": a file of the sysroot at another place */
	MANIFEST_CONFIGURATION, /* the same, of etc/initramfs-tools: what boot scripts see of it */
	MANIFEST_ARCHITECTURE,	/* dpkg's name of it, for /conf/arch.conf */
	MANIFEST_HOST_SCRIPT,	/* the same, of the host (--scripts) */
	MANIFEST_ORDER,		/* PHASE/SCRIPT: the next line of the phase's file ORDER */
	MANIFEST_KEY,		/* "SOURCE:PLACE": a key file; nobody but root may read the copy */
	MANIFEST_CRYPTTAB,	/* a line of the image's /cryptroot/crypttab */
	MANIFEST_NETWORK,	/* "drivers": those of the machine's network adapters */
	MANIFEST_TOOL, /* a program for the rescue shell, if the sysroot has it: its path, or
			  "SOURCE:PLACE" where a unit takes its place */
	MANIFEST_KIND_COUNT
};

struct manifest_item {
	enum manifest_kind kind;
	const char *name;
	bool optional;	  /* its absence is a note, not an error: the rescue shell, an fsck */
	const char *unit; /* who needs it */
	struct span span;
};

struct manifest {
	VEC(struct manifest_item) items;
};

/* As manifests have it: "binary", "module"... */
const char *manifest_kind_name(enum manifest_kind kind);

/* What the rescue has besides busybox, for a manifest that is complete but for that. */
#define TOOL_DIRECTORY "/usr/lib/bootgraph/tools/"
struct graph;
struct model;
void rescue_tools_add(struct manifest *manifest, const struct graph *graph,
		      const struct model *model);

#endif
