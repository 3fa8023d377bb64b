/* crypttab(5) as cryptsetup-initramfs reads it, that is, the shell (cryptsetup 2:2.6.1-4,
 * debian/functions: crypttab_foreach_entry, crypttab_parse_options):
 *
 *   while IFS=" <tab>" read -r name source key options
 *
 * Lines that begin with # are comments, a field ends at blanks and tabs, and the options are all
 * the rest of the line. Fields are unescaped with printf %b; of the options only their values are,
 * after they were taken apart, so that \054 can stand for a comma.
 *
 * Each line is looked at by itself here; crypttab_check.c looks at what it names. */
#include "../model.h"
#include "../utf8.h"
#include "../../runtime/core/device_ref.h"
#include "text.h"

#include <string.h>

enum crypttab_field { FIELD_TARGET, FIELD_SOURCE, FIELD_KEY, FIELD_OPTIONS, FIELD_COUNT };

/* ORDER FIELD */
static const char *const field_names[FIELD_COUNT] = {"target", "source", "key", "options"};

enum {
	FIELDS_NEEDED = FIELD_KEY + 1,
	NAME_BYTES_MAX = 127, /* linux/dm-ioctl.h: DM_NAME_LEN, and its NUL */
	OCTAL_DIGITS_MAX = 3,
};

struct reader {
	struct model *model;
	struct diag *diag;
	const struct text *text;
};

/* A line's fields, as they stand there. */
struct line {
	struct span field[FIELD_COUNT];
	unsigned count;
	struct span whole;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static const char *span_at(struct span span)
{
	return span.text->data + span.offset;
}

/* --- escapes -------------------------------------------------------------- */

static bool is_octal(const char *at, const char *end)
{
	return at < end && *at >= '0' && *at <= '7';
}

/* A backslash and what it makes: bytes read (1 if it stands for itself) and the number. printf(1)
 * has two forms, \0 and up to three digits, and \1 to \7 and up to two more. */
static size_t read_octal(const char *at, const char *end, unsigned *ret_number)
{
	const char *digit = at + 1;
	unsigned number = 0, i;

	if (is_octal(digit, end) && *digit == '0')
		digit++;
	for (i = 0; i < OCTAL_DIGITS_MAX && is_octal(digit, end); i++)
		number = number * 8 + (unsigned)(*digit++ - '0');
	*ret_number = number;
	return (size_t)(digit - at);
}

/* Whether a number of three digits behind \0 was probably meant as one of two, with a digit of the
 * text behind it: \0401 as blank and 1, \0113 as tab and 3. */
static bool is_one_digit_too_long(const char *at, size_t length)
{
	return length == 5 && (at[2] >= '4' || (at[2] == '1' && (at[3] == '1' || at[3] == '2')));
}

/* What printf(1) knows besides octal numbers; '\0' if it is none. */
static char letter_escape(char letter)
{
	static const char letters[] = "abfnrtv\\", bytes[] = "\a\b\f\n\r\t\v\\";
	const char *found = letter == '\0' ? NULL : strchr(letters, letter);

	return found == NULL ? '\0' : bytes[found - letters];
}

static void report_escape(struct reader *reader, struct span field, const char *at, size_t length,
			  const char *hint, const char *what)
{
	struct span span = {field.text, (size_t)(at - field.text->data), length, NULL};

	diag_report(reader->diag, DIAG_CRYPTTAB_ESCAPE, span, hint, "%s", what);
}

/* Reads one escape, reporting those that not everybody reads alike; returns its bytes. */
static size_t unescape_one(struct reader *reader, struct span field, const char *at,
			   const char *end, char *ret_byte)
{
	unsigned number;
	size_t length = read_octal(at, end, &number);

	*ret_byte = (char)(number & 0xff);
	if (is_one_digit_too_long(at, length))
		report_escape(reader, field, at, length,
			      "after \\0 up to three digits belong to the number",
			      "a digit follows the octal number, and becomes a part of it");
	if (length > 1 && *ret_byte == '\0')
		report_escape(reader, field, at, length, NULL, "a NUL byte is lost");
	if (length > 1)
		return length;
	*ret_byte = at + 1 < end ? letter_escape(at[1]) : '\0';
	if (*ret_byte == '\0') {
		*ret_byte = '\\';
		report_escape(reader, field, at, 1, "a backslash itself is written \\134",
			      "backslash without an octal number behind it");
		return 1;
	}
	report_escape(reader, field, at, 2, "write it as an octal number",
		      "only shells read this escape");
	return 2;
}

static struct word unescape(struct reader *reader, struct span span)
{
	const char *at = span_at(span), *end = at + span.length;
	char *text = arena_alloc(reader->model->arena, span.length + 1), *to = text;

	while (at < end) {
		char byte = *at;

		at += byte == '\\' ? unescape_one(reader, span, at, end, &byte) : 1;
		if (byte != '\0')
			*to++ = byte;
	}
	if (!utf8_valid(text))
		diag_report(reader->diag, DIAG_INVALID_UTF8, span, NULL,
			    "unescaped, this is not valid UTF-8");
	return (struct word){text, span};
}

/* --- options -------------------------------------------------------------- */

static const char *nearest_option(const char *name)
{
	const char *names[2 * CRYPTTAB_OPTION_COUNT];
	size_t count = 0;
	unsigned id;

	for (id = 0; id < CRYPTTAB_OPTION_COUNT; id++) {
		const struct crypttab_option_row *row =
			crypttab_option_describe((enum crypttab_option_id)id);

		names[count++] = row->name;
		if (row->alias != NULL)
			names[count++] = row->alias;
	}
	return diag_nearest(name, names, count);
}

static void report_unknown(struct reader *reader, struct word name)
{
	const char *nearest = nearest_option(name.text), *hint = NULL;

	if (nearest != NULL)
		hint = arena_printf(reader->model->arena, "did you mean \"%s\"?", nearest);
	if (name.text[0] == '\0')
		diag_report(reader->diag, DIAG_CRYPTTAB_OPTION, name.span, NULL, "empty option");
	else
		diag_report(reader->diag, DIAG_CRYPTTAB_OPTION, name.span, hint,
			    "unknown option: \"%s\"", name.text);
}

/* As crypttab_validate_option does, but for what it looks up. */
static bool value_fits(enum crypttab_value kind, const char *value)
{
	static const char digits[] = "0123456789";

	switch (kind) {
	case TAKES_TEXT:
	case TAKES_PATH:
	case TAKES_SCRIPT:
		return value != NULL && value[0] != '\0';
	case TAKES_NUMBER:
	case TAKES_POSITIVE:
		if (value == NULL || value[0] == '\0' || value[strspn(value, digits)] != '\0')
			return false;
		return kind == TAKES_NUMBER || value[strspn(value, "0")] != '\0';
	case TAKES_CHECK:
	case TAKES_OPTIONAL:
		return value == NULL || value[0] != '\0';
	default:
		return true;
	}
}

static void check_value(struct reader *reader, const struct crypttab_option *option)
{
	const struct crypttab_option_row *row = crypttab_option_describe(option->id);

	if (row->value == TAKES_FLAG && option->value.text != NULL)
		diag_report(reader->diag, DIAG_CRYPTTAB_FLAG, option->value.span, NULL,
			    "%s takes no value", option->name.text);
	else if (option->id == CRYPTTAB_CHECKARGS && option->value.text == NULL)
		diag_report(reader->diag, DIAG_CRYPTTAB_VALUE, option->name.span, NULL,
			    "%s takes a value, even if it is empty", option->name.text);
	else if (value_fits(row->value, option->value.text))
		return;
	else if (option->value.text == NULL)
		diag_report(reader->diag, DIAG_CRYPTTAB_VALUE, option->name.span, NULL,
			    "%s takes %s; nothing is given", option->name.text,
			    crypttab_value_text(row->value));
	else
		diag_report(reader->diag, DIAG_CRYPTTAB_VALUE, option->value.span, NULL,
			    "%s takes %s, and not \"%s\"", option->name.text,
			    crypttab_value_text(row->value), option->value.text);
}

/* One of the words between the commas. */
static void read_option(struct reader *reader, struct crypttab_row *row, struct span span)
{
	const char *at = span_at(span), *equals = memchr(at, '=', span.length);
	size_t name_length = equals != NULL ? (size_t)(equals - at) : span.length;
	struct crypttab_option option = {0};
	const struct crypttab_option *before;

	if (memchr(at, ' ', name_length) != NULL || memchr(at, '\t', name_length) != NULL)
		return; /* reported already, for the whole line */
	option.name.span = (struct span){span.text, span.offset, name_length, NULL};
	option.name.text = arena_strndup(reader->model->arena, at, name_length);
	option.id = crypttab_option_by_name(option.name.text);
	if (equals != NULL)
		option.value =
			unescape(reader, (struct span){span.text, span.offset + name_length + 1,
						       span.length - name_length - 1, NULL});
	if (option.id == CRYPTTAB_UNKNOWN) {
		report_unknown(reader, option.name);
	} else {
		check_value(reader, &option);
		before = crypttab_find(row, option.id);
		if (before != NULL) {
			diag_report(reader->diag, DIAG_CRYPTTAB_OPTION_TWICE, option.name.span,
				    NULL, "%s is given a second time", option.name.text);
			diag_note(reader->diag, before->name.span, "the first time here");
		}
	}
	vec_push(reader->model->arena, &row->options, option);
}

static void report_blank(struct reader *reader, struct span field)
{
	const char *at = span_at(field);
	size_t length = 0, behind;

	while (length < field.length && !is_blank(at[length]))
		length++;
	if (length == field.length)
		return;
	for (behind = length; is_blank(at[behind]); behind++)
		;
	diag_report(reader->diag, DIAG_CRYPTTAB_BLANK,
		    (struct span){field.text, field.offset + behind, field.length - behind, NULL},
		    at[behind] == '#' ? "a comment stands on a line of its own" : NULL,
		    "the options go on after the blank");
}

static void read_options(struct reader *reader, struct crypttab_row *row, struct span field)
{
	const char *at = span_at(field), *end = at + field.length;

	if (*at == '#') {
		diag_report(reader->diag, DIAG_CRYPTTAB_BLANK, field,
			    "a comment stands on a line of its own",
			    "this is no comment, but the options");
		return;
	}
	report_blank(reader, field);
	while (at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		size_t length = (size_t)((comma != NULL ? comma : end) - at);

		read_option(
			reader, row,
			(struct span){field.text, (size_t)(at - field.text->data), length, NULL});
		at += length + 1;
	}
}

/* --- the other fields ----------------------------------------------------- */

static void check_target(struct reader *reader, struct word target)
{
	const char *text = target.text;

	if (strlen(text) > NAME_BYTES_MAX)
		diag_report(reader->diag, DIAG_CRYPTTAB_TARGET, target.span, NULL,
			    "the target has %zu bytes; a mapping has at most %d", strlen(text),
			    NAME_BYTES_MAX);
	else if (strncmp(text, "/dev/mapper/", 12) == 0)
		diag_report(reader->diag, DIAG_CRYPTTAB_TARGET, target.span,
			    "write the name without its directory",
			    "the target is a name, and not a path: \"%s\"", text);
	else if (strchr(text, '/') != NULL)
		diag_report(reader->diag, DIAG_CRYPTTAB_TARGET, target.span, NULL,
			    "the target has a slash: \"%s\"", text);
	else if (text[0] == '\0' || strcmp(text, ".") == 0 || strcmp(text, "..") == 0 ||
		 strcmp(text, "control") == 0)
		diag_report(reader->diag, DIAG_CRYPTTAB_TARGET, target.span, NULL,
			    "no mapping can have this name: \"%s\"", text);
}

static const char *tag_hint(struct reader *reader, const char *source)
{
	static const char *const tags[] = {"UUID=", "LABEL=", "PARTUUID=", "PARTLABEL="};
	const char *equals = strchr(source, '='), *tag;

	if (equals == NULL)
		return NULL;
	tag = diag_nearest(
		arena_strndup(reader->model->arena, source, (size_t)(equals - source) + 1), tags,
		sizeof tags / sizeof tags[0]);
	return tag == NULL ? NULL : arena_printf(reader->model->arena, "did you mean \"%s\"?", tag);
}

/* A path may be that of a regular file, which cryptsetup takes as well. */
static void check_source(struct reader *reader, struct word source)
{
	static const char *const empty[] = {"UUID=", "LABEL=", "PARTUUID=", "PARTLABEL="};
	struct device_ref ref;
	bool tag, nothing;
	size_t i;

	device_ref_parse(source.text, &ref);
	tag = ref.kind == REF_UUID || ref.kind == REF_LABEL || ref.kind == REF_PARTUUID ||
	      ref.kind == REF_PARTLABEL;
	nothing = tag && ref.length == 0;
	for (i = 0; i < sizeof empty / sizeof empty[0]; i++)
		nothing = nothing || strcmp(source.text, empty[i]) == 0;
	if (nothing)
		diag_report(reader->diag, DIAG_CRYPTTAB_SOURCE, source.span,
			    "blkid(8) shows what the disk has", "nothing follows the equals sign");
	else if (strncmp(source.text, "ID=", 3) == 0)
		diag_report(reader->diag, DIAG_CRYPTTAB_SYSTEMD_SOURCE, source.span, NULL,
			    "cryptsetup-initramfs does not know ID= sources");
	else if (!tag && source.text[0] != '/')
		diag_report(reader->diag, DIAG_CRYPTTAB_SOURCE, source.span,
			    tag_hint(reader, source.text),
			    "not a path and not a tag such as UUID=: \"%s\"", source.text);
}

/* --- lines ---------------------------------------------------------------- */

static void split(const struct text *text, size_t at, size_t end, struct line *ret_line)
{
	*ret_line = (struct line){.whole = {text, at, end - at, NULL}};
	while (at < end) {
		size_t from = at;

		while (at < end && (ret_line->count == FIELD_OPTIONS || !is_blank(text->data[at])))
			at++;
		ret_line->field[ret_line->count++] = (struct span){text, from, at - from, NULL};
		while (at < end && is_blank(text->data[at]))
			at++;
	}
}

static bool check_fields(struct reader *reader, const struct line *line)
{
	static const char hint[] = "a line is: target, source, key, options";

	if (line->count >= FIELDS_NEEDED)
		return true;
	if (line->count == FIELD_KEY)
		diag_report(reader->diag, DIAG_CRYPTTAB_TWO_FIELDS, line->whole, hint,
			    "field 3 (key) is missing");
	else
		diag_report(reader->diag, DIAG_CRYPTTAB_FIELDS, line->whole, hint,
			    "field %u (%s) is missing", line->count + 1, field_names[line->count]);
	return false;
}

static void read_line(struct reader *reader, size_t at, size_t end)
{
	size_t errors = reader->diag->count[SEVERITY_ERROR];
	struct crypttab_row row = {0};
	struct line line;

	split(reader->text, at, end, &line);
	if (!check_fields(reader, &line))
		return;
	row.span = line.whole;
	row.target = unescape(reader, line.field[FIELD_TARGET]);
	row.source = unescape(reader, line.field[FIELD_SOURCE]);
	row.key = unescape(reader, line.field[FIELD_KEY]);
	check_target(reader, row.target);
	check_source(reader, row.source);
	if (line.count > FIELD_OPTIONS)
		read_options(reader, &row, line.field[FIELD_OPTIONS]);
	if (reader->diag->count[SEVERITY_ERROR] == errors)
		vec_push(reader->model->arena, &reader->model->crypttab, row);
}

void source_crypttab(struct model *model, struct diag *diag, const struct text *text)
{
	struct reader reader = {model, diag, text};
	bool returns = false;
	size_t i;

	for (i = 0; i < text->line_count; i++) {
		struct span span = text_line(text, i);
		size_t at = span.offset, end = span.offset + span.length;

		if (end > at && text->data[end - 1] == '\r') {
			end--;
			if (!returns)
				diag_report(diag, DIAG_CRYPTTAB_CARRIAGE_RETURN,
					    (struct span){text, end, 1, NULL}, NULL,
					    "the line ends with a carriage return");
			returns = true;
		}
		while (at < end && is_blank(text->data[at]))
			at++;
		while (end > at && is_blank(text->data[end - 1]))
			end--;
		if (at == end || text->data[at] == '#')
			continue;
		if (i + 1 == text->line_count)
			diag_report(diag, DIAG_CRYPTTAB_LAST_LINE,
				    (struct span){text, at, end - at, NULL}, NULL,
				    "the last line does not end with a newline");
		read_line(&reader, at, end);
	}
}
