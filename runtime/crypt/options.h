/* The options of a crypttab(5) line as bootgraph-crypt goes by them.
 *
 * The table is crypttab_options.def. What only the real system or systemd heeds means nothing here;
 * the compiler has said so. */
#ifndef BOOTGRAPH_CRYPT_OPTIONS_H
#define BOOTGRAPH_CRYPT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_id {
#define OPTION(id, name, alias, value, honoured, systemd, text) OPTION_##id,
#include "crypttab_options.def"
	OPTION_COUNT
};

struct options {
	bool given[OPTION_COUNT];
	const char *text[OPTION_COUNT]; /* of an option with a value: escapes undone, "" else */
	uint64_t number[OPTION_COUNT];	/* of one that takes a number */
};

/* Reads a comma-separated list in place: TEXT is written over and has to stay. False when a value
 * cannot be meant; then ret_wrong is the option's name. Names that nobody knows are passed over, as
 * cryptsetup-initramfs does. */
bool options_read(struct options *options, char *text, const char **ret_wrong);

/* The name in the table, and in the environment of a keyscript (- and . become _). */
const char *option_name(enum option_id id);

/* Undoes \040, \054 and the like, as printf(1)'s %b, in place. */
void options_unescape(char *text);

#endif
