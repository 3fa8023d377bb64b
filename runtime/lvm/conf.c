#include "conf.h"

#include <string.h>

/* Whether a key is "SECTION/KEY", which is another way to write a setting. */
static bool is_path(const char *text, const char *section, const char *key)
{
	size_t length = strlen(section);

	return strncmp(text, section, length) == 0 && text[length] == '/' &&
	       strcmp(text + length + 1, key) == 0;
}

/* A setting: "section { key = ... }", in any of the sections of this name, or a path. */
static const struct lvm_node *find_setting(const struct lvm_node *first, const char *section,
					   const char *key)
{
	const struct lvm_node *node, *found;

	for (node = first; node != NULL; node = node->next) {
		if (!node->is_section && is_path(node->key, section, key))
			return node;
		found = node->is_section && strcmp(node->key, section) == 0
				? lvm_find(node->child, key)
				: NULL;
		if (found != NULL)
			return found;
	}
	return NULL;
}

bool lvm_conf_decides(struct lvm_memory *memory, const char *text, size_t length,
		      const char **ret_setting, struct lvm_error *error)
{
	static const struct {
		const char *section, *key;
		const char *idle; /* a value that decides nothing, or NULL */
	} settings[] = {
		{"activation", "volume_list", NULL},
		{"activation", "read_only_volume_list", NULL},
		{"devices", "filter", NULL},
		{"devices", "global_filter", NULL},
		{"global", "system_id_source", "none"},
	};
	struct lvm_node *first;
	size_t i;

	*ret_setting = NULL;
	if (!lvm_config_parse(memory, text, length, &first, error))
		return false;
	for (i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		const struct lvm_node *node =
			find_setting(first, settings[i].section, settings[i].key);

		if (node != NULL &&
		    (settings[i].idle == NULL || !lvm_has_word(node->value, settings[i].idle))) {
			*ret_setting = settings[i].key;
			break;
		}
	}
	return true;
}

static const char *text_of(const struct lvm_node *node)
{
	return node != NULL && node->value != NULL && node->value->kind == LVM_TEXT
		       ? node->value->text
		       : "";
}

static const char *system_id_source(const struct lvm_node *first)
{
	return text_of(find_setting(first, "global", "system_id_source"));
}

const char *lvm_conf_system_id_file(struct lvm_memory *memory, const char *text, size_t length)
{
	struct lvm_error error;
	struct lvm_node *first;
	const char *source;

	if (!lvm_config_parse(memory, text, length, &first, &error))
		return "";
	source = system_id_source(first);
	if (strcmp(source, "file") == 0)
		return text_of(find_setting(first, "global", "system_id_file"));
	return strcmp(source, "machineid") == 0 || strcmp(source, "appmachineid") == 0
		       ? "/etc/machine-id"
		       : "";
}

bool lvm_conf_has_system_id(struct lvm_memory *memory, const char *text, size_t length)
{
	struct lvm_error error;
	struct lvm_node *first;

	return lvm_config_parse(memory, text, length, &first, &error) &&
	       *system_id_source(first) != '\0' && strcmp(system_id_source(first), "none") != 0;
}
