/* veritytab(5) and integritytab(5): mappings of device-mapper that prove what they read. */
#ifndef BOOTGRAPH_MAPPING_H
#define BOOTGRAPH_MAPPING_H

#include <stdbool.h>
#include <stddef.h>

enum mapping_table { MAPPING_VERITY, MAPPING_INTEGRITY };

/* ORDER HONOUR: texts in source_page.c */
enum mapping_honour { MAPPING_HERE, MAPPING_NOT, MAPPING_LATER };

struct mapping_option_row {
	enum mapping_table table;
	const char *name, *value; /* "FLAG", "NUMBER", "MODE", "TEXT" */
	enum mapping_honour honoured;
	const char *text;
};

/* The table of options, and how many there are. */
const struct mapping_option_row *mapping_options(size_t *ret_count);

#endif
