/* The table of crypttab(5)'s options. */
#include "../model.h"

#include <string.h>

static const struct crypttab_option_row rows[] = {
#define OPTION(id, name, alias, value, honoured, systemd, text)                                    \
	[CRYPTTAB_##id] = {name, alias, TAKES_##value, HONOUR_##honoured, systemd, text},
#include "../../runtime/crypt/crypttab_options.def"
};

const struct crypttab_option_row *crypttab_option_describe(enum crypttab_option_id id)
{
	return &rows[id];
}

enum crypttab_option_id crypttab_option_by_name(const char *name)
{
	unsigned id;

	for (id = 0; id < CRYPTTAB_OPTION_COUNT; id++)
		if (strcmp(rows[id].name, name) == 0 ||
		    (rows[id].alias != NULL && strcmp(rows[id].alias, name) == 0))
			break;
	return (enum crypttab_option_id)id;
}

/* ORDER TAKES */
const char *crypttab_value_text(enum crypttab_value value)
{
	static const char *const texts[TAKES_COUNT] = {
		"no value",
		"a text",
		"a number",
		"a number greater than 0",
		"a path",
		"the path of a program, or a name in /lib/cryptsetup/scripts",
		"nothing, the path of a program, or a name in /lib/cryptsetup/checks",
		"nothing or a text",
		"anything",
	};

	return texts[value];
}

/* ORDER HONOUR */
const char *crypttab_honour_text(enum crypttab_honour honour)
{
	static const char *const texts[HONOUR_COUNT] = {
		"the initramfs",
		"bootgraph's initramfs and systemd",
		"nobody: there is nothing left to do",
		"the real system only",
		"systemd only",
	};

	return texts[honour];
}

const struct crypttab_option *crypttab_find(const struct crypttab_row *row,
					    enum crypttab_option_id id)
{
	size_t i;

	for (i = row->options.count; i > 0; i--)
		if (row->options.item[i - 1].id == id)
			return &row->options.item[i - 1];
	return NULL;
}
