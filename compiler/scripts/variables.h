/* Which variables a boot script of initramfs-tools has: the table runtime/scripts/variables.def. */
#ifndef BOOTGRAPH_SCRIPTS_VARIABLES_H
#define BOOTGRAPH_SCRIPTS_VARIABLES_H

#include <stddef.h>

enum variable_reach {
	VARIABLE_EXPORTED, /* in the environment of every boot script */
	VARIABLE_KEPT,	   /* init's own; no boot script sees it */
	VARIABLE_FUNCTION, /* set by a function of scripts/functions, in its caller */
};

struct boot_variable {
	const char *name;
	enum variable_reach reach;
	const char *setter; /* "root=", "configure_networking": who gives it its value */
};

/* The row of this name, or NULL: then initramfs-tools has no such variable. */
const struct boot_variable *boot_variable_find(const char *name);

/* All rows, for what has to look for a misspelt name. */
const struct boot_variable *boot_variables(size_t *ret_count);

#endif
