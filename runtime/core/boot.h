/* What the boot was started with: the kernel command line and the parameters found on it.
 *
 * Set once before the machine starts and never changed, so it is no part of the machine's state. */
#ifndef BOOTGRAPH_BOOT_H
#define BOOTGRAPH_BOOT_H

#include <stdbool.h>
#include <stddef.h>

#include "blob.h"

enum parameter_id {
#define PARAMETER(id, name, initial, text) PARAMETER_##id,
#define SPELLING(word, id, value)
#include "parameters.def"
#undef PARAMETER
#undef SPELLING
	PARAMETER_COUNT
};

enum {
	COMMAND_LINE_MAX = 4096,
	CRYPTOPTS_MAX = 4,    /* parameters cryptopts.1 to cryptopts.4 */
	CRYPTOPTS_ROOM = 512, /* bytes of one */
};

struct boot {
	const char *
		parameter[PARAMETER_COUNT]; /* never NULL; point into text, the blob or constants */
	bool on_line[PARAMETER_COUNT];	    /* whether the command line itself gives it */
	size_t length;
	char text[COMMAND_LINE_MAX]; /* the command line, words separated by NUL */
	/* cryptopts= without GRUB's backslashes, and the value of source= in each. */
	char cryptopts[CRYPTOPTS_MAX][CRYPTOPTS_ROOM], sources[CRYPTOPTS_MAX][CRYPTOPTS_ROOM];
	unsigned cryptopts_count; /* those that say something: may be more than there is room for */
};

/* Fills in boot from the parameters compiled into the blob (NULL: none) and then from the real
 * command line, whose words win. What does not fit into COMMAND_LINE_MAX is ignored, and false
 * returned; the kernel's own limit is lower on every architecture. */
bool boot_read_command_line(struct boot *boot, const struct blob *blob, const char *command_line);

/* Whether the command line has the word alone, or followed by an equals sign. */
bool boot_has_word(const struct boot *boot, const char *word);

const char *parameter_name(enum parameter_id id);
/* The parameter with this name (length bytes), or PARAMETER_COUNT. */
enum parameter_id parameter_by_name(const char *name, size_t length);
const char *parameter_text(enum parameter_id id);

/* The word on the command line that is no parameter of ours but is nearly one is the compiler's
 * business; spelling i of the table, or NULL past its end, for documentation and hints. */
const char *parameter_spelling(unsigned i, enum parameter_id *ret_id, const char **ret_value);

#endif
