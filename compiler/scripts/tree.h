/* The scripts and hooks of initramfs-tools, collected as mkinitramfs(8) does (initramfs-tools-core
 * 0.142, mkinitramfs and hook-functions; specs/scripts.md says it in words).
 *
 * Boot scripts: every directory below `scripts` is a phase. What is copied into the image decides
 * which names a phase has, but whether a script counts, and what it answers, is asked of the file
 * it was copied from ("source"). The tree in /etc masks the one in /usr/share name by name.
 * Hooks: the two directories are two phases, one after the other, and mask nothing. */
#ifndef BOOTGRAPH_SCRIPTS_TREE_H
#define BOOTGRAPH_SCRIPTS_TREE_H

#include <sys/stat.h>

#include "inputs.h"
#include "../diag.h"

enum script_place {
	PLACE_SCRIPTS,	   /* /usr/share/initramfs-tools/scripts */
	PLACE_ETC_SCRIPTS, /* /etc/initramfs-tools/scripts */
	PLACE_HOOKS,	   /* /usr/share/initramfs-tools/hooks */
	PLACE_ETC_HOOKS,   /* /etc/initramfs-tools/hooks */
	PLACE_COUNT
};

/* Where a running mkinitramfs has the place: "/usr/share/initramfs-tools/scripts". */
const char *script_place_path(enum script_place place);

/* A directory that stands for a place, or for a part of it. */
struct script_directory {
	int root_fd;	   /* a sysroot, or AT_FDCWD */
	const char *path;  /* below root_fd */
	const char *shown; /* in diagnostics */
};

/* The directories of a place; a name in a later one masks that in an earlier one. */
struct script_layer {
	VEC(struct script_directory) directories;
};

/* Why mkinitramfs leaves a file out. */
enum skip_reason {
	SKIP_NOT,
	SKIP_NAME,	     /* characters other than letters, digits and . _ - */
	SKIP_DIRECTORY_NAME, /* the same of the directory it is in: mkinitramfs splits the path */
	SKIP_LINK,	     /* a symbolic link among scripts */
	SKIP_DEEP,	     /* deeper in /etc than scripts/PHASE/NAME */
	SKIP_NOT_FILE,	     /* a device, socket, FIFO, or a link to nothing */
	SKIP_MODE,	     /* not executable */
	SKIP_SYNTAX,	     /* sh -n refuses it */
	SKIP_PLACE, /* a directory or a file of /usr/share is where it would be copied to */
};

/* A name that a script waits for. */
struct prereq {
	const char *name;
	struct span span; /* where the script says so; its beginning if that could not be found */
};

struct script {
	const char *name;
	enum script_place place; /* of the source */
	const char *installed;	 /* path of the source where mkinitramfs has it: the script's $0 */
	const char *shown;	 /* its path in diagnostics */
	int root_fd;		 /* the source, for text_read */
	const char *path;
	mode_t mode;		 /* of the file, links followed; 0 if there is none */
	const struct text *text; /* NULL when it cannot be read: then errno is in text_error */
	int text_error;
	bool masks; /* in /etc: the name is that of a script in /usr/share */
	enum skip_reason skip;
	const char *complaint; /* what sh -n said, or NULL */

	/* From here on filled in by prereqs.h, for scripts that are not skipped. */
	const struct script_reading *reading; /* what its text says: NULL without text */
	VEC(struct prereq) prereqs;
	const char *pairs; /* what mkinitramfs writes for tsort, pairs_size bytes */
	size_t pairs_size;
};

struct phase {
	const char *name; /* "local-top", "a/b", "hooks", "hooks-etc" */
	bool hooks;
	VEC(struct script *) scripts; /* by the bytes of their names, skipped ones included */
};

/* A file of /etc that stands where /usr/share has one of the same name, and does not replace it. */
struct void_mask {
	const char *masked; /* the path of that one, where mkinitramfs has it */
	struct span mask;   /* the file that was meant to mask it */
	const char *why;
};

/* A boot script as it is copied into the image. */
struct image_script {
	const char *path; /* below scripts: "functions", "local-top/cryptroot" */
	int root_fd;
	const char *source;
	mode_t mode;
};

struct script_tree {
	struct arena *arena;
	struct script_layer layers[PLACE_COUNT];
	VEC(struct phase) phases;	/* in boot order, the unknown ones after, by name */
	VEC(struct image_script) image; /* by path */
	VEC(struct void_mask) masks;
	unsigned releases; /* as in struct script_inputs */
};

/* Collects the trees. Directories that cannot be read are reported; a place that does not exist is
 * empty, but one that was asked for by --scripts or --hooks has to be there. root_fd is the
 * sysroot, and has to stay open as long as the tree is used. False after errors were reported. */
bool script_tree_collect(struct arena *arena, struct diag *diag, int root_fd,
			 const struct script_inputs *inputs, struct script_tree *ret_tree);

/* The file with this path below scripts in the image, or NULL. */
struct image_script *script_tree_image(const struct script_tree *tree, const char *path);

/* Whether the image has a directory, and so an ORDER file, for this phase of boot scripts. */
bool script_tree_has_order(const struct script_tree *tree, const char *phase);

/* Whether a path leads through this directory. */
bool script_path_is_below(const char *path, const char *directory);

/* Whether initramfs-tools itself runs a phase of this name. */
bool script_phase_is_known(const char *phase);

/* For qsort: the order of script_tree's phases. */
int phase_compare(const void *a, const void *b);

struct phase *script_tree_phase(const struct script_tree *tree, const char *name);
struct script *phase_script(const struct phase *phase, const char *name);

/* Whether a name, as a prereq has it, is a file beside the scripts of a phase: then mkinitramfs
 * runs it in its turn, script or not. It may be a path, such as "../init-top/udev". */
bool phase_has_file(const struct script_tree *tree, const struct phase *phase, const char *name);

#endif
