#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum takes {
	TAKES_FLAG,
	TAKES_TEXT,
	TAKES_NUMBER,
	TAKES_POSITIVE,
	TAKES_PATH,
	TAKES_SCRIPT,
	TAKES_CHECK,
	TAKES_OPTIONAL,
	TAKES_ANY,
};

static const struct {
	const char *name, *alias;
	enum takes takes;
} table[] = {
#define OPTION(id, name, alias, value, honoured, systemd, text) {name, alias, TAKES_##value},
#include "crypttab_options.def"
};

const char *option_name(enum option_id id)
{
	return table[id].name;
}

void options_unescape(char *text)
{
	char *to = text;

	while (*text != '\0') {
		unsigned value = 0, digits = 0;

		if (*text == '\\')
			while (digits < 3 && text[1 + digits] >= '0' && text[1 + digits] <= '7')
				value = value * 8 + (unsigned)(text[1 + digits++] - '0');
		if (digits == 0 || value == 0 || value > 255) {
			*to++ = *text++;
			continue;
		}
		*to++ = (char)value;
		text += 1 + digits;
	}
	*to = '\0';
}

static enum option_id find(const char *name)
{
	unsigned id;

	for (id = 0; id < OPTION_COUNT; id++)
		if (strcmp(table[id].name, name) == 0 ||
		    (table[id].alias != NULL && strcmp(table[id].alias, name) == 0))
			break;
	return (enum option_id)id;
}

static bool read_number(const char *text, uint64_t *ret)
{
	errno = 0;
	*ret = strtoull(text, NULL, 10);
	return *text != '\0' && strspn(text, "0123456789") == strlen(text) && errno == 0;
}

/* Whether the value can be meant (cryptsetup 2:2.6.1-4, crypttab_validate_option). */
static bool take(struct options *options, enum option_id id, const char *value)
{
	options->given[id] = true;
	options->text[id] = value != NULL ? value : "";
	switch (table[id].takes) {
	case TAKES_TEXT:
	case TAKES_PATH:
	case TAKES_SCRIPT:
		return value != NULL && *value != '\0';
	case TAKES_NUMBER:
		return value != NULL && read_number(value, &options->number[id]);
	case TAKES_POSITIVE:
		return value != NULL && read_number(value, &options->number[id]) &&
		       options->number[id] > 0;
	case TAKES_OPTIONAL:
		return value == NULL || *value != '\0';
	default:
		return true;
	}
}

bool options_read(struct options *options, char *text, const char **ret_wrong)
{
	char *option;

	*options = (struct options){.number = {0}};
	for (unsigned id = 0; id < OPTION_COUNT; id++)
		options->text[id] = "";
	while ((option = strsep(&text, ",")) != NULL) {
		char *value = strchr(option, '=');
		enum option_id id;

		if (value != NULL) {
			*value++ = '\0';
			options_unescape(value);
		}
		id = find(option);
		if (id != OPTION_COUNT && !take(options, id, value)) {
			*ret_wrong = option;
			return false;
		}
	}
	return true;
}
