/* /etc/bootgraph/bootgraph.conf: one YAML mapping of settings to words. The file may be missing, or
 * empty. */
#include "settings.h"
#include "text.h"
#include "yaml.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

enum setting_id {
#define SETTING(id, key, member, text) SETTING_##id,
#include "settings.def"
	SETTING_COUNT
};

static const struct {
	const char *key;
	size_t member; /* its offset in struct settings */
} settings[SETTING_COUNT] = {
#define SETTING(id, key, member, text) {key, offsetof(struct settings, member)},
#include "settings.def"
};

static const struct {
	enum setting_id id;
	const char *word;
	int number;
} values[] = {
#define VALUE(id, word, number, text) {SETTING_##id, word, number},
#include "settings.def"
};

enum { VALUE_COUNT = sizeof values / sizeof *values };

struct reader {
	struct model *model;
	struct diag *diag;
	const struct yaml_node *first; /* the document that has been read; a file has one */
};

static const char *did_you_mean(struct arena *arena, const char *word,
				const char *const *candidates, size_t count)
{
	const char *nearest = diag_nearest(word, candidates, count);

	return nearest != NULL ? arena_printf(arena, "did you mean \"%s\"?", nearest) : NULL;
}

static void report_key(const struct reader *reader, struct word key)
{
	const char *keys[SETTING_COUNT];

	for (size_t i = 0; i < SETTING_COUNT; i++)
		keys[i] = settings[i].key;
	diag_report(reader->diag, DIAG_SETTING, key.span,
		    did_you_mean(reader->model->arena, key.text, keys, SETTING_COUNT),
		    "unknown setting: \"%s\"", key.text);
}

static void read_value(const struct reader *reader, enum setting_id id,
		       const struct yaml_node *node)
{
	struct arena *arena = reader->model->arena;
	const char *words[VALUE_COUNT], *due = "";
	size_t count = 0;

	for (size_t i = 0; i < VALUE_COUNT; i++) {
		if (values[i].id != id)
			continue;
		if (node->kind == YAML_SCALAR && strcmp(node->scalar.text, values[i].word) == 0) {
			*(int *)((char *)&reader->model->settings + settings[id].member) =
				values[i].number;
			return;
		}
		due = arena_printf(arena, "%s%s%s", due, count > 0 ? " or " : "", values[i].word);
		words[count++] = values[i].word;
	}
	if (node->kind == YAML_SCALAR && !yaml_is_null(node))
		diag_report(reader->diag, DIAG_SETTING, node->span,
			    did_you_mean(arena, node->scalar.text, words, count),
			    "%s takes %s, and not \"%s\"", settings[id].key, due,
			    node->scalar.text);
	else
		diag_report(reader->diag, DIAG_SETTING, node->span, NULL, "%s takes %s, and not %s",
			    settings[id].key, due, yaml_kind_name(node));
}

static void read_document(void *context, const struct yaml_node *node)
{
	struct reader *reader = context;

	if (reader->first != NULL) {
		diag_report(reader->diag, DIAG_SETTING, node->span, NULL,
			    "the file has a second document");
		diag_note(reader->diag, reader->first->span, "the first one is here");
		return;
	}
	reader->first = node;
	if (node->kind != YAML_MAPPING && !yaml_is_null(node)) {
		diag_report(reader->diag, DIAG_SETTING, node->span, NULL,
			    "a setting is written key: value, and this is %s",
			    yaml_kind_name(node));
		return;
	}
	for (size_t i = 0; i < node->pairs.count; i++) {
		const struct yaml_pair *pair = &node->pairs.item[i];
		unsigned id = 0;

		while (id < SETTING_COUNT && strcmp(settings[id].key, pair->key.text) != 0)
			id++;
		if (id == SETTING_COUNT)
			report_key(reader, pair->key);
		else
			read_value(reader, (enum setting_id)id, pair->value);
	}
}

void source_settings(struct model *model, struct diag *diag, const struct text *text)
{
	struct reader reader = {.model = model, .diag = diag};

	yaml_read(model->arena, diag, text, read_document, &reader);
}

void settings_read(struct model *model, struct diag *diag, int root_fd)
{
	const struct text *text = text_read(model->arena, root_fd, SETTINGS_FILE, SETTINGS_FILE);

	if (text != NULL && text_check(diag, text))
		source_settings(model, diag, text);
	else if (text == NULL && errno != ENOENT && errno != ENOTDIR)
		diag_report(diag, DIAG_UNREADABLE, (struct span){.name = SETTINGS_FILE}, NULL,
			    "cannot be read: %s", strerror(errno));
}
