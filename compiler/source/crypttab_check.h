/* What crypttab's lines say about each other, about fstab and about the sysroot's files. */
#ifndef BOOTGRAPH_CRYPTTAB_CHECK_H
#define BOOTGRAPH_CRYPTTAB_CHECK_H

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
/* Reads KEYFILE_PATTERN into the checker. */
void crypttab_read_pattern(struct crypttab_checker *checker);

#endif
