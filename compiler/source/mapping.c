/* veritytab(5) and integritytab(5) as systemd reads them: fields between blanks, without escapes,
 * and lines that begin with # are comments.
 *
 *   veritytab      NAME DATA-DEVICE HASH-DEVICE ROOT-HASH [OPTIONS]
 *   integritytab   NAME DEVICE [KEY-FILE|- [OPTIONS]]
 */
#include "mapping.h"
#include "../model.h"
#include "text.h"

#include <string.h>

enum { FIELDS_MAX_HERE = 5, ROOT_HASH_DIGITS_MIN = 32 };

struct reader {
	struct model *model;
	struct diag *diag;
	enum mapping_table table;
	bool left_out; /* the line that is read: it is for systemd alone */
};

static const struct mapping_option_row rows[] = {
#define OPTION(table, name, value, honoured, text)                                                 \
	{MAPPING_##table, name, #value, MAPPING_##honoured, text},
#include "mapping.def"
};

const struct mapping_option_row *mapping_options(size_t *ret_count)
{
	*ret_count = sizeof rows / sizeof rows[0];
	return rows;
}

/* --- options -------------------------------------------------------------- */

static const struct mapping_option_row *find_option(enum mapping_table table, const char *name)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].table == table && strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

static void report_unknown(struct reader *reader, struct word name)
{
	const char *names[sizeof rows / sizeof rows[0]], *nearest, *hint = NULL;
	size_t count = 0;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].table == reader->table)
			names[count++] = rows[i].name;
	nearest = diag_nearest(name.text, names, count);
	if (nearest != NULL)
		hint = arena_printf(reader->model->arena, "did you mean \"%s\"?", nearest);
	diag_report(reader->diag, DIAG_MAPPING_OPTION, name.span, hint, "unknown option: \"%s\"",
		    name.text);
}

static bool is_mode(const char *value)
{
	return strcmp(value, "journal") == 0 || strcmp(value, "bitmap") == 0 ||
	       strcmp(value, "direct") == 0;
}

/* What the option takes, if this is none of it. */
static const char *wants(const struct mapping_option_row *row, const char *value)
{
	if (strcmp(row->value, "FLAG") == 0)
		return value == NULL ? NULL : "no value";
	if (value == NULL || value[0] == '\0')
		return "a value";
	if (strcmp(row->value, "NUMBER") == 0 && value[strspn(value, "0123456789")] != '\0')
		return "a number";
	return strcmp(row->value, "MODE") == 0 && !is_mode(value) ? "journal, bitmap or direct"
								  : NULL;
}

static void leave_out(struct reader *reader, struct span span, const char *why)
{
	reader->left_out = true;
	diag_report(reader->diag, DIAG_MAPPING_NOT_HERE, span, NULL, "%s", why);
}

static void check_option(struct reader *reader, struct word option)
{
	const char *equals = strchr(option.text, '=');
	size_t length = equals != NULL ? (size_t)(equals - option.text) : strlen(option.text);
	struct word name = {arena_strndup(reader->model->arena, option.text, length), option.span};
	const struct mapping_option_row *row = find_option(reader->table, name.text);
	const char *wanted;

	name.span.length = length;
	if (row == NULL) {
		report_unknown(reader, name);
		return;
	}
	wanted = wants(row, equals != NULL ? equals + 1 : NULL);
	if (wanted != NULL)
		diag_report(reader->diag, DIAG_MAPPING_VALUE, option.span, NULL, "%s takes %s",
			    name.text, wanted);
	else if (row->honoured == MAPPING_NOT)
		leave_out(reader, option.span,
			  arena_printf(reader->model->arena, "nobody in the initramfs knows %s",
				       name.text));
}

static void check_options(struct reader *reader, struct word options)
{
	const char *at = options.text;

	while (*at != '\0') {
		size_t length = strcspn(at, ",");
		struct word option = {arena_strndup(reader->model->arena, at, length),
				      {options.span.text,
				       options.span.offset + (size_t)(at - options.text), length,
				       NULL}};

		if (length > 0)
			check_option(reader, option);
		at += length;
		at += *at == ',';
	}
}

/* --- fields --------------------------------------------------------------- */

static void check_name(struct reader *reader, struct word name)
{
	if (strchr(name.text, '/') != NULL || strlen(name.text) > 127)
		diag_report(reader->diag, DIAG_MAPPING_VALUE, name.span, NULL,
			    "no mapping can have this name: \"%s\"", name.text);
}

static void check_root_hash(struct reader *reader, struct word hash)
{
	size_t length = strlen(hash.text);

	if (length % 2 != 0 || length < ROOT_HASH_DIGITS_MIN ||
	    strspn(hash.text, "0123456789abcdefABCDEF") != length)
		diag_report(reader->diag, DIAG_MAPPING_VALUE, hash.span,
			    "veritysetup(8) format prints it",
			    "a root hash is an even number of hexadecimal digits, at least 32");
}

static size_t split(struct reader *reader, struct span line, struct word *field)
{
	const char *data = line.text->data;
	size_t at = line.offset, end = line.offset + line.length, count = 0;

	while (at < end) {
		size_t from = at;

		while (at < end && data[at] != ' ' && data[at] != '\t' && data[at] != '\r')
			at++;
		if (at > from && count < FIELDS_MAX_HERE)
			field[count++] = (struct word){
				arena_strndup(reader->model->arena, data + from, at - from),
				{line.text, from, at - from, NULL}};
		at += at < end;
	}
	return count;
}

static void read_line(struct reader *reader, struct span line)
{
	bool verity = reader->table == MAPPING_VERITY;
	size_t errors = reader->diag->count[SEVERITY_ERROR], needed = verity ? 4 : 2, count;
	struct word field[FIELDS_MAX_HERE] = {0};
	struct mapping_row row = {.table = reader->table, .span = line};

	count = split(reader, line, field);
	if (count == 0 || field[0].text[0] == '#')
		return;
	if (count < needed) {
		diag_report(reader->diag, DIAG_MAPPING_FIELDS, line,
			    verity ? "a line is: name, data device, hash device, root hash, options"
				   : "a line is: name, device, key file, options",
			    "%zu of at least %zu fields", count, needed);
		return;
	}
	row.name = field[0];
	row.device = field[1];
	row.hash_device = verity ? field[2] : (struct word){"", line};
	row.root_hash = verity ? field[3] : (struct word){"", line};
	row.options = count > (verity ? 4U : 3U) ? field[verity ? 4 : 3] : (struct word){"", line};
	check_name(reader, row.name);
	if (verity)
		check_root_hash(reader, row.root_hash);
	else if (count > 2 && strcmp(field[2].text, "-") != 0)
		leave_out(reader, field[2].span,
			  "nobody in the initramfs reads a key file of integritytab");
	check_options(reader, row.options);
	if (reader->diag->count[SEVERITY_ERROR] == errors && !reader->left_out)
		vec_push(reader->model->arena, &reader->model->mappings, row);
}

static void read_table(struct reader reader, const struct text *text)
{
	for (size_t i = 0; i < text->line_count; i++) {
		reader.left_out = false;
		read_line(&reader, text_line(text, i));
	}
}

void source_veritytab(struct model *model, struct diag *diag, const struct text *text)
{
	read_table((struct reader){model, diag, MAPPING_VERITY, false}, text);
}

void source_integritytab(struct model *model, struct diag *diag, const struct text *text)
{
	read_table((struct reader){model, diag, MAPPING_INTEGRITY, false}, text);
}
