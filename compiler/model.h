/* The model: what the sources say, as written, each piece with its span. Nothing is resolved here;
 * graph.h is the world after resolution. Everything lives in the compilation's arena. */
#ifndef BOOTGRAPH_MODEL_H
#define BOOTGRAPH_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "diag.h"
#include "source/crypttab_option.h"
#include "source/mapping.h"
#include "../runtime/core/boot.h"
#include "../runtime/core/opcode.h"

/* A word with the place it stands in. text is NULL when it is not given. */
struct word {
	const char *text;
	struct span span;
};

/* A line of fstab(5); fields are unescaped. */
struct fstab_row {
	struct word source, where, type, options;
	unsigned freq, pass;
	struct span span; /* the whole line */
};

/* An option of crypttab(5): name=value, or the name alone. */
struct crypttab_option {
	enum crypttab_option_id id; /* CRYPTTAB_UNKNOWN: none that anybody knows */
	struct word name, value;    /* as written; value.text NULL: no equals sign */
};

/* A line of crypttab(5); octal escapes are undone. */
struct crypttab_row {
	struct word target, source, key; /* key "none": a passphrase is asked for */
	VEC(struct crypttab_option) options;
	bool key_in_image; /* KEYFILE_PATTERN says that its key goes into the image */
	const char
		*legacy_provider; /* OpenSSL's module of old hashes, if it may need one; or NULL */
	VEC(const char *) programs; /* what its keyscript runs, as far as the sysroot has it */
	struct span span;	    /* the whole line */
};

/* The option of a row that counts, which is the last of its name; NULL if it has none. */
const struct crypttab_option *crypttab_find(const struct crypttab_row *row,
					    enum crypttab_option_id id);

/* An ARRAY line of mdadm.conf(5). Words that are not given, or that mdadm would not take, have no
 * text. */
struct md_array {
	struct word device; /* /dev/md0, /dev/md/name or name */
	struct word uuid;   /* as written; md_uuid makes it comparable */
	struct word name, metadata, level, num_devices, spares, spare_group;
	struct word super_minor, bitmap, container, member;
	VEC(struct word) devices; /* devices=, its commas taken apart: paths or patterns of them */
	bool ignored;		  /* <ignore>: never assembled by itself */
	struct span span;	  /* the keyword */
};

/* What else mdadm.conf(5) says that matters before the real root takes over. */
struct md_settings {
	bool has_device; /* there is a DEVICE line */
	VEC(struct word)
	device_patterns; /* its words; without such a line: partitions containers */
	struct word homehost, homecluster; /* the words that count: the first ones */
	struct word homehost_ignored;	   /* HOMEHOST <ignore> */
	struct word hostname;		   /* of etc/hostname: HOMEHOST <system>, or without it */
	struct word auto_line;		   /* the keyword AUTO of the line that counts, the first */
	VEC(struct word) auto_rules;	   /* its words, in order: the first that fits counts */
	VEC(struct word) create;	   /* words of CREATE lines */
};

enum { MD_UUID_SIZE = 33 };

/* An array's UUID as 32 lower-case digits, without the punctuation in between; false if it is not
 * one. */
bool md_uuid(const char *text, char ret_uuid[MD_UUID_SIZE]);

/* What mdadm compares of a name, a part of it: /dev/md0, /dev/md/0, md0 and 0 are one. */
const char *md_short_name(const char *name);

/* A kernel parameter on the compile-time command line, or a word that is none of ours. */
struct parameter_given {
	enum parameter_id id;
	struct word value;
};

/* A shell variable of initramfs.conf(5); its value has no text where reading does not show it. */
struct setting {
	const char *name;
	struct word value;
};

/* --- unit files ----------------------------------------------------------- */

/* An event expression or a condition, as a tree. */
enum term_kind {
	TERM_AND,	/* all of terms */
	TERM_OR,	/* one of terms */
	TERM_NOT,	/* the one term */
	TERM_STARTUP,	/* startup: true from the first event on */
	TERM_STARTED,	/* name: a unit */
	TERM_STARTING,	/* name: a unit */
	TERM_STOPPING,	/* name: a unit */
	TERM_STOPPED,	/* name: a unit */
	TERM_FAILED,	/* name: a unit */
	TERM_MISSING,	/* name: a device reference; `missing UUID=...` */
	TERM_MOUNTED,	/* name: a path; `mounted /usr` */
	TERM_EVENT,	/* name: a unit of kind event, by its bare name: `virtual-filesystem` */
	TERM_DEVICE,	/* name: a device reference; `device UUID=...` */
	TERM_CMDLINE,	/* name: a word of the kernel command line */
	TERM_PARAMETER, /* name: a parameter that has to be set; pattern, if any: its value */
	TERM_FILE,	/* name: a path in the image (when), or in the sysroot (if-host) */
	TERM_DEVICES,	/* name: who finds devices, native or udevd (if-host) */
	TERM_KIND_COUNT
};

struct term {
	enum term_kind kind;
	struct word name;
	struct word pattern;
	VEC(struct term *) terms;
	struct span span;
};

/* An item of requires, wants, after, before or provides. */
struct relation {
	bool device; /* {device: reference} instead of a unit's name */
	struct word name;
	struct word within; /* how long the device may take to appear; text NULL: not given */
};

/* A property a device event must have: key and pattern. */
struct property {
	struct word key, pattern;
};

/* One action: an opcode of class EFFECT and its operands in the order of opcodes.def. */
struct action {
	enum opcode op;
	struct word operand[OPERANDS_MAX]; /* NUMBER and DEVICE as text too; not given: text NULL */
	VEC(struct word) list;		   /* operand LIST */
	struct span span;
};

enum unit_type {
	UNIT_TASK,
	UNIT_EVENT,    /* `event: true`: no action, a point others can name */
	UNIT_REACTION, /* `on:` runs per device event */
};

enum on_failure {
	ON_FAILURE_FAIL,
	ON_FAILURE_RESCUE,
};

/* The rows a template unit (for-each) makes instances from. */
enum row_set {
	ROWS_NONE,
	ROWS_ROOT, /* exactly one: the root file system the machine declares; source may be empty */
	ROWS_USR,  /* /usr of fstab, if it has one */
	ROWS_SWAP, /* swap lines of fstab */
	ROWS_CRYPTTAB,	 /* lines of crypttab that the boot stands on, or that say initramfs */
	ROWS_ARRAY,	 /* ARRAY lines of mdadm.conf that the boot stands on */
	ROWS_CONTAINED,	 /* of these, those in containers: IMSM, DDF */
	ROWS_VOLUME,	 /* logical volumes that the boot stands on */
	ROWS_LVM_VOLUME, /* of these, those that only lvm may be able to activate */
	ROWS_BCACHE,	 /* one, if the boot stands on a bcache, or may do so */
	ROWS_BTRFS,	 /* / and /usr of fstab, if they are btrfs and can be told from others */
	ROWS_KEY_DISK,	 /* of the lines of crypttab those whose key is on a disk that need not be
			    there */
	ROWS_VERITY,	/* lines of veritytab that the boot stands on, and roothash= of --cmdline */
	ROWS_INTEGRITY, /* lines of integritytab that the boot stands on */
	ROWS_CRYPTOPTS, /* parameters cryptopts.1 to cryptopts.4, if anything can be opened at all
			 */
	ROWS_RESUME,	/* the resume device of --cmdline */
	ROWS_LISTED_MODULE, /* modules that etc/initramfs-tools/modules names, each once */
	ROWS_COUNT
};

/* bootgraph.conf: source/settings.def */
enum rescue_tools {
	RESCUE_TOOLS_STACK,
	RESCUE_TOOLS_FULL,
	RESCUE_TOOLS_NONE,
};

enum story_policy {
	RESCUE_STORY_FIRMWARE,
	RESCUE_STORY_NONE,
};

enum degraded_policy {
	DEGRADED_YES,
	DEGRADED_NO,
	DEGRADED_ASK,
};

/* For an image that is made by initramfs-tools. */
enum error_policy {
	ERRORS_STRICT,
	ERRORS_WARN,
	ERRORS_FALLBACK,
};

enum image_extent {
	IMAGE_FULL,
	IMAGE_SMALL,
};

enum devices_setting {
	DEVICES_AUTO,
	DEVICES_NATIVE,
	DEVICES_UDEVD,
};

/* What is decided for one thing, by its name. */
struct named_choice {
	struct word name;
	int choice;
};

typedef VEC(struct named_choice) choice_list;

struct settings {
	int rescue_tools;     /* enum rescue_tools */
	choice_list degraded; /* arrays: enum degraded_policy */
	int rescue_story;     /* enum story_policy */
	int errors;	      /* enum error_policy */
	int image;	      /* enum image_extent */
	int devices;	      /* enum devices_setting */
};

/* A line of etc/initramfs-tools/modules. */
struct listed_module {
	struct word name, options; /* options: words for the module, may be empty */
};

struct yaml_node;   /* source/yaml.h */
struct script_tree; /* scripts/tree.h */
struct chain;	    /* chain.h: what the boot stands on */

struct unit {
	struct word name; /* may hold {field} of for-each */
	bool masked;	  /* it only says that there is no unit of this name */
	bool script;	  /* script_units.c: a boot script that nobody replaces */
	bool overrides;	  /* resolve.c: it took the place of another one */
	struct word description;
	enum unit_type type;
	enum row_set rows;
	struct term *if_host; /* NULL: always */
	struct term *when;
	struct term *start_on;
	struct term *stop_on;
	VEC(struct property) on;
	/* required_by: another unit requires this one, if it is in the graph */
	VEC(struct relation) requires, wants, after, before, provides, required_by;
	VEC(struct action) steps;
	VEC(struct word) replaces;	/* scripts: "init-top/udev" */
	VEC(struct word) reads, writes; /* variables of the boot scripts */
	VEC(struct word) needs_binaries, needs_modules, needs_files;
	struct word exclusive;
	bool needs_udev;	/* `needs-udev: true` */
	bool discovers_devices; /* `discovers: devices`: its work makes every device's clock stand
				   still */
	bool goal;		/* `goal: true`: its end is the end of the boot */
	uint32_t timeout;	/* milliseconds, NO_LIMIT; 0: not given */
	struct word timeout_word;
	uint32_t attempts;    /* 0: not given */
	uint32_t retry_delay; /* milliseconds */
	bool again;	      /* event: NODE_AGAIN; units of script_units.c only */
	enum on_failure on_failure;
	struct span span;	      /* the whole unit */
	const struct yaml_node *node; /* what it was read from; NULL if that has errors */
};

/* A piece of a unit file that is laid over the unit of this name: NAME.d/FILE. */
struct drop_in {
	struct word unit;	      /* the name; its span is the file */
	const char *file;	      /* without its directory */
	const struct yaml_node *node; /* NULL: it only masks a drop-in of an earlier directory */
	bool used;
};

/* A line of veritytab(5) or integritytab(5). */
struct mapping_row {
	enum mapping_table table;
	struct word name, device;
	struct word hash_device, root_hash; /* of veritytab, else empty */
	struct word options;		    /* as written; may be empty */
	struct span span;
};

struct model {
	struct arena *arena;
	VEC(struct fstab_row) fstab;
	VEC(struct crypttab_row) crypttab;
	VEC(struct mapping_row) mappings;
	VEC(struct md_array) arrays;
	struct md_settings md;
	VEC(struct parameter_given) parameters;
	VEC(struct setting) initramfs_conf;
	VEC(const char *) initramfs_files; /* where that stands, relative to the sysroot */
	VEC(struct listed_module) listed_modules;
	const char *architecture; /* dpkg's name of the sysroot's; NULL: not known */
	struct settings settings;
	/* A setting of lvm.conf because of which lvm itself has to activate volumes; or NULL. */
	const char *lvm_decides;
	/* Whether the system has bcache's tools; no table says what is on a bcache. */
	bool has_bcache_tools;
	/* Where lvm.conf has lvm find this machine's system id; NULL or "": in no file. */
	const char *lvm_system_id_file;
	VEC(struct unit *)
	units; /* stdlib first; a later unit of the same name replaces an earlier one */
	/* Either may be NULL: not looked at. The scripts have been asked for their prereqs. */
	const struct chain *chain;
	const struct script_tree *scripts;
	/* devices_choose: whether udevd finds the devices, and who needs it, "" if that is set. */
	bool udevd;
	const char *udevd_for;
	VEC(struct drop_in) drop_ins; /* in the order in which they are laid over */
};

/* Which container an array is in: its UUID as mdadm writes it, by which the line means it or
 * another line's path; NULL if it is in none, or no line says which. */
const char *md_container(const struct model *model, const struct md_array *array);

/* Each reads one source, which text_check has accepted, into the model, reporting what is wrong;
 * damaged items are left out. */
void source_fstab(struct model *model, struct diag *diag, const struct text *text);
void source_crypttab(struct model *model, struct diag *diag, const struct text *text);
void source_veritytab(struct model *model, struct diag *diag, const struct text *text);
void source_integritytab(struct model *model, struct diag *diag, const struct text *text);
/* For mdadm.conf and each file of mdadm.conf.d, in order. */
void source_mdadm_conf(struct model *model, struct diag *diag, const struct text *text);
void source_lvm_conf(struct model *model, struct diag *diag, const struct text *text);
void source_settings(struct model *model, struct diag *diag, const struct text *text);
void source_cmdline(struct model *model, struct diag *diag, const struct text *text);
void source_units(struct model *model, struct diag *diag, const struct text *text);
/* A file that says there is no unit of this name. */
void source_mask(struct model *model, struct diag *diag, const char *name, const char *shown);
/* A file of NAME.d; text NULL: it masks the one of the same name in an earlier directory. */
void source_drop_in(struct model *model, struct diag *diag, struct word unit, const char *file,
		    const struct text *text);
/* The unit files, masks and drop-ins of an open directory, each kind in order of the names. shown
 * is its path in diagnostics. */
void source_unit_directory(struct model *model, struct diag *diag, int fd, const char *shown);

/* The unit as it is with the drop-ins of this name laid over it: its own, or that of its instance.
 */
struct unit *unit_with_drop_ins(struct model *model, struct diag *diag, struct unit *unit,
				const char *name);
/* "20 s" as milliseconds, "none" as NO_LIMIT; 0 if it is no duration. */
uint32_t unit_duration(const char *text);
/* Whether two units were written with the same keywords and values. */
bool unit_says_the_same(const struct unit *a, const struct unit *b);

#endif
