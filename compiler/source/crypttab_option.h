/* The options of crypttab(5): runtime/crypt/crypttab_options.def as an enum and a table. */
#ifndef BOOTGRAPH_CRYPTTAB_OPTION_H
#define BOOTGRAPH_CRYPTTAB_OPTION_H

#include <stdbool.h>

enum crypttab_option_id {
#define OPTION(id, name, alias, value, honoured, systemd, text) CRYPTTAB_##id,
#include "../../runtime/crypt/crypttab_options.def"
	CRYPTTAB_OPTION_COUNT,
	CRYPTTAB_UNKNOWN = CRYPTTAB_OPTION_COUNT, /* the option of a row that is none of them */
};

/* ORDER TAKES: texts in crypttab_option.c */
enum crypttab_value {
	TAKES_FLAG,	/* nothing: to be there is all it says */
	TAKES_TEXT,	/* a text, not empty */
	TAKES_NUMBER,	/* digits */
	TAKES_POSITIVE, /* digits, and not all of them 0 */
	TAKES_PATH,
	TAKES_SCRIPT,	/* a program: a path, or a name in /lib/cryptsetup/scripts */
	TAKES_CHECK,	/* nothing, a path, or a name in /lib/cryptsetup/checks */
	TAKES_OPTIONAL, /* nothing, or a text that is not empty */
	TAKES_ANY,	/* is not looked at */
	TAKES_COUNT
};

/* ORDER HONOUR: texts in crypttab_option.c */
enum crypttab_honour {
	HONOUR_INITRAMFS, /* cryptsetup-initramfs, and whatever opens it later */
	HONOUR_BOOTGRAPH, /* bootgraph, and systemd-cryptsetup; cryptsetup-initramfs warns */
	HONOUR_NOTHING,	  /* taken by cryptsetup-initramfs (from 2.7 on in silence), to no effect */
	HONOUR_CRYPTDISKS, /* only after the real root took over */
	HONOUR_SYSTEMD,	   /* only systemd-cryptsetup: cryptsetup-initramfs warns, and goes on */
	HONOUR_COUNT
};

struct crypttab_option_row {
	const char *name, *alias; /* alias: NULL if there is none */
	enum crypttab_value value;
	enum crypttab_honour honoured;
	bool systemd;
	const char *text;
};

const struct crypttab_option_row *crypttab_option_describe(enum crypttab_option_id id);
/* The option with this name or other spelling, or CRYPTTAB_UNKNOWN. */
enum crypttab_option_id crypttab_option_by_name(const char *name);

const char *crypttab_value_text(enum crypttab_value value);
const char *crypttab_honour_text(enum crypttab_honour honour);

#endif
