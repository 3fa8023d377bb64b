/* ARRAY lines of mdadm.conf(5), word by word as mdadm takes them (4.2-5, config.c: arrayline). */
#include "mdadm_words.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { NAME_BYTES_MAX = 32 }; /* of a 1.x superblock: mdadm's struct mdp_superblock_1 */

enum value_kind {
	KIND_TEXT,
	KIND_UUID,
	KIND_NUMBER,
	KIND_NAME,
	KIND_LIST,
	KIND_LEVEL,
	KIND_METADATA,
	KIND_AUTO,
};

enum counts {
	COUNTS_FIRST,
	COUNTS_LAST,
};

static const struct array_word {
	const char *tag;
	size_t member; /* offset of a struct word in struct md_array */
	enum value_kind kind;
	enum counts counts;
} array_words[] = {
#define WORD(tag, member, kind, counts, text)                                                      \
	{tag, offsetof(struct md_array, member), KIND_##kind, COUNTS_##counts},
#include "mdadm_array_words.def"
};

enum { WORD_COUNT = sizeof array_words / sizeof array_words[0] };

/* An ARRAY line being read. */
struct array_reader {
	struct mdadm_reader *reader;
	struct md_array array;
	struct word given[WORD_COUNT]; /* which word set each; text NULL: none */
	struct word named;	       /* the word that names the array, <ignore> included */
	bool bad_identity;	       /* reported: the array need not be said to have none */
};

/* --- values --------------------------------------------------------------- */

bool md_uuid(const char *text, char ret_uuid[MD_UUID_SIZE])
{
	size_t digits = 0;

	for (; *text != '\0'; text++) {
		if (isxdigit((unsigned char)*text)) {
			if (digits == MD_UUID_SIZE - 1)
				return false;
			ret_uuid[digits++] = (char)tolower((unsigned char)*text);
		} else if (strchr(":. -", *text) == NULL) {
			return false;
		}
	}
	ret_uuid[digits] = '\0';
	return digits == MD_UUID_SIZE - 1;
}

const char *md_short_name(const char *name)
{
	if (strncmp(name, "/dev/md/", 8) == 0)
		name += 8;
	else if (strncmp(name, "/dev/", 5) == 0)
		name += 5;
	if (strncmp(name, "md", 2) == 0 && isdigit((unsigned char)name[2]))
		name += 2;
	return name;
}

const char *md_container(const struct model *model, const struct md_array *array)
{
	const char *container = array->container.text, *uuid = container;
	char digits[MD_UUID_SIZE];
	size_t i;

	if (container == NULL || array->member.text == NULL)
		return NULL;
	for (i = 0; i < model->arrays.count; i++)
		if (model->arrays.item[i].device.text != NULL &&
		    strcmp(model->arrays.item[i].device.text, container) == 0)
			uuid = model->arrays.item[i].uuid.text;
	if (uuid == NULL || !md_uuid(uuid, digits))
		return NULL;
	return arena_printf(model->arena, "%.8s:%.8s:%.8s:%s", digits, digits + 8, digits + 16,
			    digits + 24);
}

static bool in_list(const char *word, const char *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

bool mdadm_is_metadata(const char *name)
{
	static const char *const old[] = {"0", "0.90", "", "0.91", "0.swap", "0.9"};
	static const char *const new[] = {"1",	 "1.0",	 "1.00", "1.1",	   "1.01",
					  "1.2", "1.02", "ddf",	 "default"};
	static const char *const others[] = {"imsm", "mbr", "gpt"};
	const char *short_name = name;

	/* mdadm --detail has printed leading zeros, so they are taken. */
	while (short_name[0] == '0' && short_name[1] == '0')
		short_name++;
	if (in_list(short_name, old, sizeof old / sizeof old[0]))
		return true;
	short_name += strspn(short_name, "0");
	return in_list(short_name, new, sizeof new / sizeof new[0]) ||
	       in_list(name, others, sizeof others / sizeof others[0]);
}

static bool is_level(const char *name)
{
	static const char *const levels[] = {"linear", "raid0",	 "0",	      "stripe",	  "raid1",
					     "1",      "mirror", "raid4",     "4",	  "raid5",
					     "5",      "6",	 "multipath", "mp",	  "raid6",
					     "raid10", "10",	 "faulty",    "container"};

	return in_list(name, levels, sizeof levels / sizeof levels[0]);
}

static bool is_number(const char *text)
{
	return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* As mdadm's parse_auto: a word, a number behind it, and perhaps a hyphen in between. */
void mdadm_check_auto(struct mdadm_reader *reader, struct word value)
{
	static const char *const words[] = {"no", "yes", "md", "mdp", "p"};
	const char *text = value.text;
	size_t length = strlen(text), i;

	if (length == 0 || strcasecmp(text, "no") == 0)
		return;
	while (length > 0 && isdigit((unsigned char)text[length - 1]))
		length--;
	if (length > 0 && text[length - 1] == '-')
		length--;
	for (i = 1; i < sizeof words / sizeof words[0]; i++)
		if (length == strlen(words[i]) && strncasecmp(text, words[i], length) == 0)
			return;
	if (length >= 4 && strncasecmp(text, "part", 4) == 0)
		return;
	diag_report(reader->diag, DIAG_MDADM_AUTO, value.span, NULL,
		    "auto= takes no, yes, md, mdp or part, and not \"%s\"", text);
}

struct word mdadm_value(struct word word)
{
	const char *equals = strchr(word.text, '=');
	const char *written =
		memchr(word.span.text->data + word.span.offset, '=', word.span.length);
	struct word value = word;
	size_t before;

	value.text = equals + 1;
	before = (size_t)(written + 1 - (word.span.text->data + word.span.offset));
	value.span.offset += before;
	value.span.length -= before;
	return value;
}

static void report_value(struct array_reader *array, struct word value, const char *tag,
			 const char *due)
{
	diag_report(array->reader->diag, DIAG_MDADM_VALUE, value.span, NULL,
		    "%s takes %s, and not \"%s\"", tag, due, value.text);
}

static void read_list(struct array_reader *array, struct word value)
{
	const char *at = value.text;
	struct arena *arena = array->reader->model->arena;

	while (*at != '\0') {
		size_t length = strcspn(at, ",");

		/* With quotation marks inside, the place is that of the whole list. */
		if (length > 0) {
			struct word word = {arena_strndup(arena, at, length), value.span};

			if (strlen(value.text) == value.span.length) {
				word.span.offset += (size_t)(at - value.text);
				word.span.length = length;
			}
			vec_push(arena, &array->array.devices, word);
		}
		at += length;
		at += *at == ',';
	}
}

/* Whether mdadm takes the value; what it does not take is reported. */
static bool check_value(struct array_reader *array, const struct array_word *row, struct word value)
{
	char uuid[MD_UUID_SIZE];
	bool fits = true;

	switch (row->kind) {
	case KIND_UUID:
		if (md_uuid(value.text, uuid))
			return true;
		diag_report(array->reader->diag, DIAG_MDADM_UUID, value.span, NULL,
			    "not a UUID: \"%s\"", value.text);
		array->bad_identity = true;
		return false;
	case KIND_NUMBER:
		fits = is_number(value.text);
		if (!fits)
			report_value(array, value, row->tag, "a number");
		break;
	case KIND_NAME:
		fits = strlen(value.text) <= NAME_BYTES_MAX;
		if (!fits)
			report_value(array, value, row->tag, "at most 32 bytes");
		break;
	case KIND_LEVEL:
		fits = is_level(value.text);
		if (!fits)
			report_value(array, value, row->tag, "a RAID level such as raid1");
		break;
	case KIND_METADATA:
		fits = mdadm_is_metadata(value.text);
		if (!fits)
			report_value(array, value, row->tag, "0.90, 1.0, 1.1, 1.2, ddf or imsm");
		break;
	case KIND_AUTO:
		mdadm_check_auto(array->reader, value);
		break;
	default:
		break;
	}
	return fits;
}

/* --- words ---------------------------------------------------------------- */

static bool is_device_name(const char *text)
{
	if (text[0] != '/')
		return text[0] != '<';
	return strncmp(text, "/dev/md/", 8) == 0 ||
	       (strncmp(text, "/dev/md", 7) == 0 && is_number(text + 7)) ||
	       (strncmp(text, "/dev/md_d", 9) == 0 && is_number(text + 9));
}

static const char *const *tags(void)
{
	static const char *const all[] = {
#define WORD(tag, member, kind, counts, text) tag,
#include "mdadm_array_words.def"
	};

	return all;
}

/* A word without an equals sign, or a path: the array's name. */
static void read_name(struct array_reader *array, struct word word)
{
	struct diag *diag = array->reader->diag;
	bool ignore = strcasecmp(word.text, "<ignore>") == 0;

	if (!ignore && !is_device_name(word.text)) {
		diag_report(diag, DIAG_MDADM_ARRAY_DEVICE, word.span, NULL,
			    "no array can have this name: \"%s\"", word.text);
		return;
	}
	if (array->named.text != NULL) {
		diag_report(diag, DIAG_MDADM_ARRAY_DEVICE, word.span,
			    mdadm_hint(array->reader, word.text, tags(), WORD_COUNT),
			    "the array has a name already, so mdadm ignores \"%s\"", word.text);
		diag_note(diag, array->named.span, "its name is here");
		return;
	}
	array->named = word;
	array->array.ignored = ignore;
	if (!ignore)
		array->array.device = word;
}

static const struct array_word *find_word(const char *text)
{
	size_t i;

	for (i = 0; i < WORD_COUNT; i++)
		if (strncasecmp(text, array_words[i].tag, strlen(array_words[i].tag)) == 0)
			return &array_words[i];
	return NULL;
}

static void read_tagged(struct array_reader *array, struct word word)
{
	const struct array_word *row = find_word(word.text);
	struct word value = mdadm_value(word), *given;

	if (row == NULL) {
		mdadm_unknown_word(array->reader, "ARRAY", word, tags(), WORD_COUNT);
		return;
	}
	given = &array->given[row - array_words];
	if (given->text != NULL) {
		diag_report(array->reader->diag, DIAG_MDADM_TWICE, word.span, NULL,
			    "%s is given a second time", row->tag);
		diag_note(array->reader->diag, given->span, "the first time here");
		if (row->counts == COUNTS_FIRST)
			return;
	}
	if (!check_value(array, row, value))
		return; /* what mdadm did not take, it lets a later word say */
	*given = word;
	if (row->kind == KIND_LIST)
		read_list(array, value);
	else if (row->kind != KIND_AUTO)
		*(struct word *)((char *)&array->array + row->member) = value;
}

void mdadm_read_array(struct mdadm_reader *reader, const struct mdadm_line *line)
{
	struct array_reader array = {.reader = reader};
	const struct md_array *read = &array.array;
	size_t i;

	array.array.span = line->keyword.span;
	for (i = 0; i < line->words.count; i++) {
		struct word word = line->words.item[i];

		if (word.text[0] == '/' || strchr(word.text, '=') == NULL)
			read_name(&array, word);
		else
			read_tagged(&array, word);
	}
	if (read->uuid.text != NULL || read->devices.count > 0 || read->super_minor.text != NULL ||
	    (read->name.text != NULL && read->name.text[0] != '\0') ||
	    (read->container.text != NULL && read->member.text != NULL))
		vec_push(reader->model->arena, &reader->model->arrays, array.array);
	else if (!array.bad_identity)
		diag_report(reader->diag, DIAG_MDADM_IDENTITY, line->keyword.span,
			    "mdadm --detail --scan prints lines for the arrays that run",
			    "nothing says which array this is");
}
