/* What crypttab's lines say about each other, about fstab and about the sysroot's files. */
#ifndef BOOTGRAPH_CRYPTTAB_CHECK_H
#define BOOTGRAPH_CRYPTTAB_CHECK_H

#include <sys/stat.h>

#include "../model.h"

enum { CRYPTTAB_NEEDS = 2 }; /* ways in which a row can need another: by its source, by its key */

/* What is known of a row besides what it says. */
struct crypttab_extra {
	const char *spelling;				  /* its target, see crypttab_check.c */
	const struct crypttab_row *needs[CRYPTTAB_NEEDS]; /* NULL: none */
	const struct crypttab_row *seen_for;		  /* the last search that came by */
};

/* What the checks of single rows share. */
struct crypttab_checker {
	const struct model *model;
	struct diag *diag;
	int root_fd;
	struct crypttab_extra *extra; /* one for each row */
	struct word keyfile_pattern;  /* KEYFILE_PATTERN of the hook; text NULL: not set */
	bool pattern_unknown;	      /* it is not a plain text, so only a shell could tell */
};

/* --- crypttab_check.c ----------------------------------------------------- */

/* After crypttab and fstab were read. */
void crypttab_check(const struct model *model, struct diag *diag, int root_fd);

/* Whether the initramfs opens the row for certain: it says so, or /, /usr or swap of fstab is right
 * on it. Whether there are other layers in between only the host's facts could tell. */
bool crypttab_is_early(const struct model *model, const struct crypttab_row *row);
/* The first row with this target; NULL if there is none. */
const struct crypttab_row *crypttab_row_of(const struct model *model, const char *target);
/* Whether the file system is mounted from /dev/mapper/TARGET. */
bool crypttab_holds(const struct model *model, const struct crypttab_row *row,
		    const struct fstab_row *mount);
/* The target in /dev/mapper/TARGET, also if it is written as udev writes special characters, \x20;
 * NULL if it is no such path. */
const char *mapper_name(struct arena *arena, const char *path);
/* Whether the row's key is made anew at every boot. */
bool crypttab_has_random_key(const struct crypttab_row *row);

/* --- crypttab_options_check.c --------------------------------------------- */

/* What the options of a row do to each other, and which nobody honours. */
void crypttab_check_options(const struct crypttab_checker *checker, const struct crypttab_row *row);

/* --- crypttab_key.c ------------------------------------------------------- */

/* Key file, keyscript, header and check: whether they are there, and get into the image. */
void crypttab_check_files(const struct crypttab_checker *checker, const struct crypttab_row *row);
/* Whether the row has a key file that KEYFILE_PATTERN takes into the image. A pattern that is not
 * known takes none: a key goes nowhere by guess. */
bool crypttab_key_is_wanted(const struct crypttab_checker *checker, const struct crypttab_row *row);
/* What a path is. */
enum presence {
	PRESENT,
	ABSENT,
	UNSEEN, /* there may be something, but not for us to see: errno says why */
};

enum presence crypttab_look(const struct crypttab_checker *checker, const char *path,
			    struct stat *ret_status);
/* Reads KEYFILE_PATTERN into the checker. */
void crypttab_read_pattern(struct crypttab_checker *checker);

/* --- crypttab_provider.c -------------------------------------------------- */

/* Finds the module that the row's hash may be in: row->legacy_provider. */
void crypttab_find_provider(const struct crypttab_checker *checker, struct crypttab_row *row);

/* --- crypttab_keyscript.c ------------------------------------------------- */

#define KEYSCRIPT_DIRECTORY "/lib/cryptsetup/scripts/"

/* The path of a row's keyscript, a name without a slash at its beginning being one in Debian's
 * directory; NULL if it has none. askpass counts as none: it only asks, as is done without it. */
const char *crypttab_keyscript(struct arena *arena, const struct crypttab_row *row);
/* Whether the keyscript is called this, wherever it lies: "decrypt_derived", "passdev". */
bool crypttab_keyscript_is(const struct crypttab_row *row, const char *name);
/* Finds out what the keyscript runs: row->programs. */
void crypttab_read_keyscript(const struct crypttab_checker *checker, struct crypttab_row *row);

#endif
