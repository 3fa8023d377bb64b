/* What the boot was started with: the kernel command line and the parameters found on it; and what
 * boot scripts have set since, as one more table of parameters each time.
 *
 * Nothing in it is ever changed, tables are only added; so it is no part of the machine's state,
 * which holds the number of the table that is in force. */
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
	CHANGES_MAX = 16,     /* tables that scripts have brought about */
	CHANGES_ROOM = 8192,  /* bytes of the values in them */
};

/* The parameters after a boot script has set some of them. */
struct parameter_change {
	const char *parameter[PARAMETER_COUNT];
	uint16_t by[PARAMETER_COUNT]; /* the node that has set it, or NONE */
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
	struct parameter_change change[CHANGES_MAX + 1]; /* table 1 and following; the last one is
							    for trying */
	uint32_t change_count;
	size_t change_length;
	char change_text[CHANGES_ROOM];
};

/* Fills in boot from the parameters compiled into the blob (NULL: none) and then from the real
 * command line, whose words win. What does not fit into COMMAND_LINE_MAX is ignored, and false
 * returned; the kernel's own limit is lower on every architecture. */
bool boot_read_command_line(struct boot *boot, const struct blob *blob, const char *command_line);

/* The number of the table of parameters that comes of table `from` (0: the command line's) when a
 * node's boot script sets those that are named in `settings`, texts NAME=value (parameter_name),
 * each ended by a NUL. An earlier one if it says the same. NONE if there is no room. */
uint32_t boot_change(struct boot *boot, uint32_t from, uint32_t node, const char *settings,
		     size_t length);

/* A parameter's value in a table, never NULL; and the node that has set it, or NONE. */
const char *boot_parameter(const struct boot *boot, uint32_t table, enum parameter_id id);
uint32_t boot_parameter_setter(const struct boot *boot, uint32_t table, enum parameter_id id);

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
