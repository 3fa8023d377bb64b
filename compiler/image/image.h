/* bootgraph image: from a manifest to an initramfs.
 *
 *   items    what the manifest names: programs, files, file systems        items.c
 *   content  a file of the sysroot with its links, libraries, interpreter  content.c
 *   modules  kernel modules with what they depend on, and firmware         modules.c firmware.c
 *   drivers  which ones reach the disk: by facts, or any machine's         drivers.c facts.c
 *   plan     /etc/bootgraph/modules, which PID 1 reads                     plan.c
 *   tree     the files of the image                                        tree.c
 *   archive  the bytes                                                     archive.c
 *   into     or the directory that mkinitramfs packs                       prune.c into.c
 *
 * Every part reports what is missing and goes on, so that one run names everything. */
#ifndef BOOTGRAPH_IMAGE_H
#define BOOTGRAPH_IMAGE_H

#include <stdbool.h>

#include "../manifest.h"
#include "archive.h"
#include "../facts/facts.h"
#include "library.h"
#include "modules.h"
#include "tree.h"

/* --add SRC:DST: a file of the host to be put at a place in the image. */
struct addition {
	const char *source, *destination;
};

/* What --without can leave out: the boot gets by without it. */
enum image_part {
	PART_FSCK = 1 << 0,
	PART_PROBE = 1 << 1,
	PART_SHELL = 1 << 2,
};

struct image_options {
	const char *init;  /* bootgraph-init, a file of the host */
	const char *probe; /* bootgraph-probe likewise, or NULL */
	VEC(struct addition) additions;
	unsigned without; /* enum image_part */
	bool verbose;	  /* tell of firmware that is not there for any machine's modules too */
};

struct image {
	struct arena *arena;
	struct diag *diag;
	int root_fd; /* the sysroot */
	struct tree *tree;
	struct library_paths libraries;
	struct modules *modules;
	unsigned without;    /* enum image_part */
	bool tell_firmware;  /* a note for each module that lacks some */
	bool hooks_ran;	     /* scripts have what their hooks put there */
	const char *network; /* who needs the network's drivers, or NULL */
};

/* Fills the tree. facts are NULL with --generic. Returns false after errors were reported. */
bool image_build(struct image *image, const struct image_options *options,
		 const struct manifest *manifest, const struct facts *facts,
		 const unsigned char *blob, size_t blob_size);

/* --- parts ---------------------------------------------------------------- */

/* A file of the sysroot, with the links that lead to it. An ELF file brings its libraries and its
 * loader, a script its interpreter. Nothing is put into the tree unless everything is there; what
 * is missing is reported, as an error or, if need says optional, as a note. */
bool content_add(struct image *image, const char *path, struct need need);

/* The same for bytes that are not the sysroot's own: what they need comes from the sysroot. */
bool content_add_bytes(struct image *image, const char *path, const unsigned char *data,
		       size_t size, mode_t mode, struct need need);

/* The same for a file of the host. */
bool content_add_host(struct image *image, const char *source, const char *path, struct need need);

/* Everything the manifest names. Where it names no file system, the root's type is unknown: then
 * the usual ones, if the image is for any machine, and else a warning. */
void items_add(struct image *image, const struct manifest *manifest, bool generic);

/* The sysroot's program that mounts this type of file system, as mount(8) would look for it, or
 * NULL: the kernel does it alone. */
const char *items_mount_helper(const struct image *image, const char *type);

/* Of it, the programs and files alone. */
void items_add_files(struct image *image, const struct manifest *manifest);
/* Whether a kernel has the module, or file system, that an item of these kinds names. */
bool items_kernel_has(struct modules *modules, const struct manifest_item *item);

/* The files ORDER of boot scripts, as mkinitramfs writes them. The manifest has a phase's lines
 * together. */
void orders_add(struct image *image, const struct manifest *manifest);

/* busybox, and links for those of its applets that make a usable shell. */
void busybox_add(struct image *image);

/* What a boot without any unit needs: the merged /usr and the console. */
void layout_add(struct image *image);

/* The firmware files a module names, as far as the sysroot has them. */
void firmware_add(struct image *image, const struct module *module);

/* Modules for the hardware that the facts name, in their order; or for any machine. */
void drivers_add_facts(struct image *image, const struct facts *facts);
void drivers_add_generic(struct image *image);

/* The module plan, as specs/modules.md has it. */
const char *plan_text(struct arena *arena, const struct modules *modules, size_t *ret_size);

/* --verbose: what takes how many bytes, and why, the largest first. */
void image_print(struct arena *arena, struct tree *tree, FILE *out);

/* Where PID 1 finds its helper. */
#define IMAGE_PROBE "usr/lib/bootgraph/bootgraph-probe"

#endif
