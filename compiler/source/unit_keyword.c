/* The keywords and their values: each has a shape, and each shape a reader. */
#include "unit_spec.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef void read_value(struct unit_reader *reader, enum keyword_id id,
			const struct yaml_node *node);

#define SHAPE(id, reader, words, schema) static read_value reader;
#include "unit_keywords.def"

enum shape {
#define SHAPE(id, reader, words, schema) SHAPE_##id,
#include "unit_keywords.def"
	SHAPE_COUNT
};

static read_value *const shape_readers[SHAPE_COUNT] = {
#define SHAPE(id, reader, words, schema) [SHAPE_##id] = reader,
#include "unit_keywords.def"
};

static const char *const shape_words[SHAPE_COUNT] = {
#define SHAPE(id, reader, words, schema) [SHAPE_##id] = words,
#include "unit_keywords.def"
};

struct keyword {
	const char *spelling;
	enum shape shape;
	size_t member; /* its offset in struct unit, for shapes whose reader asks for it */
};

static const struct keyword keywords[KEYWORD_COUNT] = {
#define NOTHING name
#define KEYWORD(id, spelling, shape, member, text)                                                 \
	[KEYWORD_##id] = {spelling, SHAPE_##shape, offsetof(struct unit, member)},
#include "unit_keywords.def"
#undef NOTHING
};

struct choice {
	const char *word;
	enum keyword_id keyword;
	int value;
};

static const struct choice choices[] = {
#define CHOICE(keyword, word, value, text) {word, KEYWORD_##keyword, value},
#include "unit_keywords.def"
};

enum { CHOICE_COUNT = sizeof choices / sizeof choices[0] };

typedef __typeof__(((struct unit *)0)->requires) relation_list;
typedef __typeof__(((struct unit *)0)->needs_files) word_list;

static void *member_of(struct unit_reader *reader, enum keyword_id id)
{
	return (char *)reader->unit + keywords[id].member;
}

static void wrong_shape(struct unit_reader *reader, enum keyword_id id,
			const struct yaml_node *node)
{
	unit_wrong_shape(reader, node, keywords[id].spelling, shape_words[keywords[id].shape]);
}

/* --- values of keywords ---------------------------------------------------------------------- */

static void read_name(struct unit_reader *reader, enum keyword_id id, const struct yaml_node *node)
{
	struct word word;

	if (unit_name(reader, node, keywords[id].spelling, &word))
		*(struct word *)member_of(reader, id) = word;
}

static void read_text(struct unit_reader *reader, enum keyword_id id, const struct yaml_node *node)
{
	struct word word;

	if (unit_text(reader, node, keywords[id].spelling, &word))
		*(struct word *)member_of(reader, id) = word;
}

static void choose(struct unit *unit, enum keyword_id id, int value)
{
	switch (id) {
	case KEYWORD_MASKED:
		unit->masked = value;
		break;
	case KEYWORD_EVENT:
		unit->type = (enum unit_type)value;
		break;
	case KEYWORD_FOR_EACH:
		unit->rows = (enum row_set)value;
		break;
	case KEYWORD_NEEDS_UDEV:
		unit->needs_udev = value;
		break;
	case KEYWORD_DISCOVERS:
		unit->discovers_devices = value;
		break;
	case KEYWORD_GOAL:
		unit->goal = value;
		break;
	case KEYWORD_ON_FAILURE:
		unit->on_failure = (enum on_failure)value;
		break;
	default:
		break; /* no other keyword has rows in the table of choices */
	}
}

static void read_choice(struct unit_reader *reader, enum keyword_id id,
			const struct yaml_node *node)
{
	const char *words[CHOICE_COUNT], *due = "";
	size_t count = 0;
	unsigned i;

	for (i = 0; i < CHOICE_COUNT; i++) {
		if (choices[i].keyword != id)
			continue;
		if (node->kind == YAML_SCALAR && strcmp(node->scalar.text, choices[i].word) == 0) {
			choose(reader->unit, id, choices[i].value);
			return;
		}
		due = arena_printf(reader->arena, "%s%s%s", due, count > 0 ? " or " : "",
				   choices[i].word);
		words[count++] = choices[i].word;
	}
	if (node->kind != YAML_SCALAR || yaml_is_null(node)) {
		unit_wrong_shape(reader, node, keywords[id].spelling, due);
		return;
	}
	diag_report(reader->diag, DIAG_UNIT_CHOICE, node->span,
		    unit_hint(reader, node->scalar.text, words, count),
		    "%s takes %s, and not \"%s\"", keywords[id].spelling, due, node->scalar.text);
}

/* {device: reference}, and for one that is waited for {device: reference, within: duration}. */
static bool is_device(const struct yaml_node *node, bool waits)
{
	if (node->kind != YAML_MAPPING || node->pairs.count == 0 ||
	    node->pairs.count > 1 + (size_t)waits ||
	    strcmp(node->pairs.item[0].key.text, "device") != 0)
		return false;
	return node->pairs.count == 1 || strcmp(node->pairs.item[1].key.text, "within") == 0;
}

static bool read_device(struct unit_reader *reader, const struct yaml_node *node,
			struct relation *relation)
{
	bool good = unit_device(reader, node->pairs.item[0].value, "device", &relation->name);

	relation->device = true;
	if (node->pairs.count == 1)
		return good;
	return unit_text(reader, node->pairs.item[1].value, "within", &relation->within) &&
	       (unit_has_placeholder(relation->within.text) ||
		unit_check_duration(reader, relation->within)) &&
	       good;
}

/* A unit's name, or a device. */
static void read_relation(struct unit_reader *reader, enum keyword_id id,
			  const struct yaml_node *node)
{
	relation_list *relations = member_of(reader, id);
	enum shape shape = keywords[id].shape;
	struct relation relation = {0};
	bool good;

	if (shape != SHAPE_UNITS && is_device(node, shape == SHAPE_RELATIONS)) {
		good = read_device(reader, node, &relation);
	} else if (shape != SHAPE_DEVICES && node->kind == YAML_SCALAR) {
		good = unit_name(reader, node, keywords[id].spelling, &relation.name);
	} else {
		wrong_shape(reader, id, node);
		return;
	}
	if (good)
		vec_push(reader->arena, relations, relation);
}

static void read_relations(struct unit_reader *reader, enum keyword_id id,
			   const struct yaml_node *node)
{
	size_t i;

	if (node->kind != YAML_SEQUENCE)
		read_relation(reader, id, node);
	for (i = 0; i < node->items.count; i++)
		read_relation(reader, id, node->items.item[i]);
}

/* Near misses of what the kernel and the probe call their properties; others may be what they are.
 */
static const char *property_hint(struct unit_reader *reader, const char *key)
{
	static const char *const known[] = {"ACTION",
					    "BOOTGRAPH_PROBED",
					    "DEVNAME",
					    "DEVPATH",
					    "DEVTYPE",
					    "DISKSEQ",
					    "DRIVER",
					    "ID_FS_LABEL",
					    "ID_FS_TYPE",
					    "ID_FS_UUID",
					    "ID_PART_ENTRY_NAME",
					    "ID_PART_ENTRY_UUID",
					    "INTERFACE",
					    "MAJOR",
					    "MINOR",
					    "MODALIAS",
					    "PARTN",
					    "PARTNAME",
					    "SEQNUM",
					    "SUBSYSTEM"};
	const size_t count = sizeof known / sizeof known[0];
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(known[i], key) == 0)
			return NULL;
	for (i = 0; i < count; i++)
		if (strcasecmp(known[i], key) == 0)
			return arena_printf(reader->arena, "did you mean \"%s\"?", known[i]);
	return unit_hint(reader, key, known, count);
}

static void read_property(struct unit_reader *reader, const struct yaml_pair *pair)
{
	struct property property = {.key = pair->key};
	const char *hint = property_hint(reader, pair->key.text);

	if (hint != NULL || pair->key.text[0] == '\0')
		diag_report(reader->diag, DIAG_UNIT_PROPERTY, pair->key.span, hint,
			    "unknown property: \"%s\"", pair->key.text);
	if (unit_text(reader, pair->value, pair->key.text, &property.pattern))
		vec_push(reader->arena, &reader->unit->on, property);
}

static void read_properties(struct unit_reader *reader, enum keyword_id id,
			    const struct yaml_node *node)
{
	size_t i;

	if (node->kind != YAML_MAPPING || node->pairs.count == 0) {
		wrong_shape(reader, id, node);
		return;
	}
	for (i = 0; i < node->pairs.count; i++)
		read_property(reader, &node->pairs.item[i]);
}

static void read_condition(struct unit_reader *reader, enum keyword_id id,
			   const struct yaml_node *node)
{
	*(struct term **)member_of(reader, id) = unit_boot_condition(reader, node);
}

static void read_host_condition(struct unit_reader *reader, enum keyword_id id,
				const struct yaml_node *node)
{
	*(struct term **)member_of(reader, id) = unit_host_condition(reader, node);
}

static void read_expression(struct unit_reader *reader, enum keyword_id id,
			    const struct yaml_node *node)
{
	*(struct term **)member_of(reader, id) = unit_expression(reader, node);
}

static bool read_module(struct unit_reader *reader, const struct yaml_node *node, const char *what,
			struct word *ret_word)
{
	if (!unit_text(reader, node, what, ret_word))
		return false;
	if (ret_word->text[0] != '\0' && strpbrk(ret_word->text, "/. \t\n") == NULL)
		return true;
	diag_report(reader->diag, DIAG_UNIT_MODULE, ret_word->span,
		    "as modprobe(8) takes it: \"dm-mod\", not a file",
		    "not a module's name: \"%s\"", ret_word->text);
	return false;
}

typedef bool read_item(struct unit_reader *reader, const struct yaml_node *node, const char *what,
		       struct word *ret_word);

/* One item, or a sequence of them. */
static void read_words(struct unit_reader *reader, enum keyword_id id, const struct yaml_node *node,
		       read_item *read)
{
	const struct yaml_node *const one[] = {node};
	const struct yaml_node *const *items = one;
	size_t count = 1, i;
	struct word word;

	if (node->kind == YAML_MAPPING) {
		wrong_shape(reader, id, node);
		return;
	}
	if (node->kind == YAML_SEQUENCE) {
		items = (const struct yaml_node *const *)node->items.item;
		count = node->items.count;
	}
	for (i = 0; i < count; i++)
		if (read(reader, items[i], keywords[id].spelling, &word))
			vec_push(reader->arena, (word_list *)member_of(reader, id), word);
}

static void read_paths(struct unit_reader *reader, enum keyword_id id, const struct yaml_node *node)
{
	read_words(reader, id, node, unit_path);
}

static void read_modules(struct unit_reader *reader, enum keyword_id id,
			 const struct yaml_node *node)
{
	read_words(reader, id, node, read_module);
}

static void read_scripts(struct unit_reader *reader, enum keyword_id id,
			 const struct yaml_node *node)
{
	read_words(reader, id, node, unit_script);
}

static void read_variables(struct unit_reader *reader, enum keyword_id id,
			   const struct yaml_node *node)
{
	read_words(reader, id, node, unit_variable);
}

enum { RETRY_DELAY_MAX = 600 * 1000 }; /* fits into the blob's 16 bits, as hundredths of seconds */

static void read_retry_delay(struct unit_reader *reader, struct word word, uint32_t milliseconds)
{
	if (milliseconds <= RETRY_DELAY_MAX)
		reader->unit->retry_delay = milliseconds;
	else
		diag_report(reader->diag, DIAG_UNIT_DURATION, word.span, NULL,
			    "between two attempts there are at most 10 min, and not %s", word.text);
}

static void read_duration(struct unit_reader *reader, enum keyword_id id,
			  const struct yaml_node *node)
{
	struct unit *unit = reader->unit;
	uint32_t milliseconds;
	struct word word;

	if (node->kind != YAML_SCALAR || yaml_is_null(node)) {
		wrong_shape(reader, id, node);
		return;
	}
	word = node->scalar;
	if (!unit_check_duration(reader, word))
		return;
	milliseconds = unit_duration(word.text);
	if (id == KEYWORD_RETRY_DELAY) {
		read_retry_delay(reader, word, milliseconds);
		return;
	}
	unit->timeout = milliseconds;
	unit->timeout_word = word;
}

static void read_number(struct unit_reader *reader, enum keyword_id id,
			const struct yaml_node *node)
{
	unsigned long number;
	struct word word;
	size_t digits;

	if (node->kind != YAML_SCALAR || yaml_is_null(node)) {
		wrong_shape(reader, id, node);
		return;
	}
	word = node->scalar;
	digits = strspn(word.text, "0123456789");
	number = strtoul(word.text, NULL, 10);
	if (digits > 0 && word.text[digits] == '\0' && number >= 1 && number <= UINT16_MAX)
		*(uint32_t *)member_of(reader, id) = (uint32_t)number;
	else
		diag_report(reader->diag, DIAG_BAD_NUMBER, word.span, NULL,
			    "%s takes %s, and not \"%s\"", keywords[id].spelling,
			    shape_words[keywords[id].shape], word.text);
}

static void read_steps(struct unit_reader *reader, enum keyword_id id, const struct yaml_node *node)
{
	(void)id;
	unit_steps(reader, node);
}

/* --- keywords -------------------------------------------------------------------------------- */

enum keyword_id keyword_by_name(const char *name)
{
	unsigned id;

	for (id = 0; id < KEYWORD_COUNT; id++)
		if (strcmp(keywords[id].spelling, name) == 0)
			break;
	return (enum keyword_id)id;
}

bool keyword_is_list(enum keyword_id id)
{
	switch (keywords[id].shape) {
	case SHAPE_RELATIONS:
	case SHAPE_UNITS:
	case SHAPE_DEVICES:
	case SHAPE_PATHS:
	case SHAPE_MODULES:
	case SHAPE_SCRIPTS:
	case SHAPE_VARIABLES:
		return true;
	default:
		return false;
	}
}

void keyword_names(const char **names, size_t *count)
{
	unsigned id;

	for (id = 0; id < KEYWORD_COUNT; id++)
		names[(*count)++] = keywords[id].spelling;
}

void keyword_read(struct unit_reader *reader, enum keyword_id id, const struct yaml_node *node)
{
	shape_readers[keywords[id].shape](reader, id, node);
}
