/* /etc/bootgraph/bootgraph.conf: one YAML mapping of settings to words, or of names to words. The
 * file may be missing, or empty. */
#include "settings.h"
#include "text.h"
#include "yaml.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

enum setting_id {
#define SETTING(id, key, kind, member, text) SETTING_##id,
#include "settings.def"
	SETTING_COUNT
};

enum setting_kind {
	ONE,
	EACH,
};

static const struct {
	const char *key;
	enum setting_kind kind;
	size_t member; /* its offset in struct settings: an int, or a choice_list */
} settings[SETTING_COUNT] = {
#define SETTING(id, key, kind, member, text) {key, kind, offsetof(struct settings, member)},
#include "settings.def"
};

static const struct {
	const char *word;
	enum setting_id id;
	int number;
} values[] = {
#define VALUE(id, word, number, text) {word, SETTING_##id, number},
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

/* The number of a setting's word; -1, and reported, if it takes no such word. of is what the word
 * is for: the setting's key, or a name below it. */
static int read_word(const struct reader *reader, enum setting_id id, const char *of,
		     const struct yaml_node *node)
{
	struct arena *arena = reader->model->arena;
	const char *words[VALUE_COUNT], *due = "";
	size_t count = 0;

	for (size_t i = 0; i < VALUE_COUNT; i++) {
		if (values[i].id != id)
			continue;
		if (node->kind == YAML_SCALAR && strcmp(node->scalar.text, values[i].word) == 0)
			return values[i].number;
		due = arena_printf(arena, "%s%s%s", due, count > 0 ? " or " : "", values[i].word);
		words[count++] = values[i].word;
	}
	if (node->kind == YAML_SCALAR && !yaml_is_null(node))
		diag_report(reader->diag, DIAG_SETTING, node->span,
			    did_you_mean(arena, node->scalar.text, words, count),
			    "%s takes %s, and not \"%s\"", of, due, node->scalar.text);
	else
		diag_report(reader->diag, DIAG_SETTING, node->span, NULL, "%s takes %s, and not %s",
			    of, due, yaml_kind_name(node));
	return -1;
}

static void read_each(const struct reader *reader, enum setting_id id, choice_list *choices,
		      const struct yaml_node *node)
{
	if (node->kind != YAML_MAPPING && !yaml_is_null(node))
		diag_report(reader->diag, DIAG_SETTING, node->span, NULL,
			    "%s takes names, each with a word, and not %s", settings[id].key,
			    yaml_kind_name(node));
	for (size_t i = 0; i < node->pairs.count; i++) {
		struct named_choice choice = {.name = node->pairs.item[i].key};

		choice.choice = read_word(reader, id, choice.name.text, node->pairs.item[i].value);
		if (choice.choice >= 0)
			vec_push(reader->model->arena, choices, choice);
	}
}

static void read_value(const struct reader *reader, enum setting_id id,
		       const struct yaml_node *node)
{
	void *member = (char *)&reader->model->settings + settings[id].member;
	int word;

	if (settings[id].kind == EACH) {
		read_each(reader, id, member, node);
		return;
	}
	word = read_word(reader, id, settings[id].key, node);
	if (word >= 0)
		*(int *)member = word;
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

/* What PID 1 itself goes by is a parameter of the blob; the command line, which is read later,
 * takes its place. */
static void give_parameters(struct model *model)
{
	if (model->settings.rescue_story == RESCUE_STORY_NONE)
		vec_push(model->arena, &model->parameters,
			 (struct parameter_given){
				 .id = PARAMETER_RESCUE_STORY,
				 .value = {.text = "none", .span = {.name = SETTINGS_FILE}}});
}

void settings_read(struct model *model, struct diag *diag, int root_fd)
{
	const struct text *text = text_read(model->arena, root_fd, SETTINGS_FILE, SETTINGS_FILE);

	if (text != NULL && text_check(diag, text))
		source_settings(model, diag, text);
	else if (text == NULL && errno != ENOENT && errno != ENOTDIR)
		diag_report(diag, DIAG_UNREADABLE, (struct span){.name = SETTINGS_FILE}, NULL,
			    "cannot be read: %s", strerror(errno));
	give_parameters(model);
}
