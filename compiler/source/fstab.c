/* fstab(5), as libmount reads it (util-linux, libmount/src/tab_parse.c): fields between blanks and
 * tabs, of which the last three may be missing; \ooo stands for a byte; lines that begin with # are
 * comments. libmount itself is not asked because it keeps no columns, and leaves a damaged line out
 * without a word.
 *
 * All lines are held to the format. What they say is looked at only for /, /usr and swap: that is
 * what is mounted or looked for before the real root takes over. */
#include "../model.h"
#include "../utf8.h"
#include "reference.h"
#include "text.h"

#include <search.h>
#include <string.h>

enum fstab_field {
	FIELD_SOURCE,
	FIELD_WHERE,
	FIELD_TYPE,
	FIELD_OPTIONS,
	FIELD_FREQ,
	FIELD_PASS,
	FIELD_COUNT
};

/* ORDER FIELD */
static const char *const field_names[FIELD_COUNT] = {
	"source", "mount point", "type", "options", "freq", "pass",
};

enum {
	FIELDS_NEEDED = FIELD_TYPE + 1,
	DIGITS_MAX = 9, /* so that it fits into an unsigned */
};

struct reader {
	struct model *model;
	struct diag *diag;
	const struct text *text;
	void *mount_points; /* tsearch(3) tree of struct fstab_row, by mount point */
};

/* A line's fields, as they stand there. */
struct line {
	struct span field[FIELD_COUNT];
	unsigned count;
	struct span rest; /* what stands behind the last field */
	struct span whole;
};

/* --- fields --------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void split(const struct text *text, size_t at, size_t end, struct line *ret_line)
{
	*ret_line = (struct line){.whole = {text, at, end - at, NULL}};
	while (ret_line->count < FIELD_COUNT) {
		size_t from = at;

		while (at < end && !is_blank(text->data[at]))
			at++;
		if (at == from)
			break;
		ret_line->field[ret_line->count++] = (struct span){text, from, at - from, NULL};
		while (at < end && is_blank(text->data[at]))
			at++;
	}
	ret_line->rest = (struct span){text, at, end - at, NULL};
}

/* The byte that "\ooo" stands for, or 0 if these are not such four bytes. */
static unsigned octal_escape(const char *at, const char *end)
{
	unsigned byte = 0, i;

	if (end - at < 4 || at[0] != '\\')
		return 0;
	for (i = 1; i < 4; i++) {
		if (at[i] < '0' || at[i] > '7')
			return 0;
		byte = byte * 8 + (unsigned)(at[i] - '0');
	}
	return byte > 0xff ? 0 : byte;
}

static struct word unescape(struct reader *reader, struct span span)
{
	const char *at = span.text->data + span.offset, *end = at + span.length;
	char *text = arena_alloc(reader->model->arena, span.length + 1), *to = text;

	while (at < end) {
		unsigned byte = octal_escape(at, end);

		if (byte != 0) {
			*to++ = (char)byte;
			at += 4;
			continue;
		}
		if (*at == '\\')
			diag_report(
				reader->diag, DIAG_FSTAB_ESCAPE,
				(struct span){span.text, (size_t)(at - span.text->data), 1, NULL},
				"a backslash itself is written \\134",
				"backslash without an octal number behind it");
		*to++ = *at++;
	}
	if (!utf8_valid(text))
		diag_report(reader->diag, DIAG_INVALID_UTF8, span, NULL,
			    "unescaped, this is not valid UTF-8");
	return (struct word){text, span};
}

static unsigned read_number(struct reader *reader, const struct line *line, enum fstab_field field)
{
	struct span span = line->field[field];
	const char *at = span.text->data + span.offset;
	unsigned number = 0;
	size_t i;

	for (i = 0; i < span.length; i++) {
		if (at[i] < '0' || at[i] > '9' || i == DIGITS_MAX) {
			diag_report(reader->diag, DIAG_FSTAB_NUMBER, span,
				    at[0] == '#' ? "a comment stands on a line of its own" : NULL,
				    "field %d (%s) is not a number: \"%.*s\"", field + 1,
				    field_names[field], (int)span.length, at);
			return 0;
		}
		number = number * 10 + (unsigned)(at[i] - '0');
	}
	return number;
}

/* Mount points are compared as texts, here and later: no double slashes, none at the end. */
static void normalise(char *path)
{
	char *to = path, *from;

	for (from = path; *from != '\0'; from++)
		if (from[0] != '/' || from[1] != '/')
			*to++ = *from;
	if (to > path + 1 && to[-1] == '/')
		to--;
	*to = '\0';
}

/* --- what the fields say -------------------------------------------------- */

static bool in_list(const char *word, const char *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

static bool is_network_type(const char *type)
{
	static const char *const types[] = {"nfs", "nfs4", "cifs",	"smb3",
					    "9p",  "ceph", "glusterfs", "virtiofs"};

	return in_list(type, types, sizeof types / sizeof types[0]);
}

static bool is_swap(const struct fstab_row *row)
{
	return strcmp(row->type.text, "swap") == 0;
}

static bool is_at(const struct fstab_row *row, const char *where)
{
	return !is_swap(row) && strcmp(row->where.text, where) == 0;
}

/* Whether an option is given, alone or with a value. */
static bool has_option(const struct fstab_row *row, const char *name, struct span *ret_span)
{
	struct span span = row->options.span;
	const char *at, *end;

	if (row->options.text == NULL)
		return false;
	at = span.text->data + span.offset;
	end = at + span.length;
	while (at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		size_t length = (size_t)((comma != NULL ? comma : end) - at);

		if (length >= strlen(name) && memcmp(at, name, strlen(name)) == 0 &&
		    (length == strlen(name) || at[strlen(name)] == '=')) {
			*ret_span = (struct span){span.text, (size_t)(at - span.text->data), length,
						  NULL};
			return true;
		}
		at += length + 1;
	}
	return false;
}

static int compare_mount_points(const void *a, const void *b)
{
	return strcmp(((const struct fstab_row *)a)->where.text,
		      ((const struct fstab_row *)b)->where.text);
}

static void check_mount_point(struct reader *reader, struct fstab_row *row)
{
	const struct fstab_row *const *first;

	if (is_swap(row)) {
		static const char *const proper[] = {"none", "swap"};

		if (!in_list(row->where.text, proper, 2))
			diag_report(reader->diag, DIAG_FSTAB_SWAP, row->where.span, NULL,
				    "swap has no mount point: \"%s\"", row->where.text);
		row->where.text = "none";
		return;
	}
	if (row->where.text[0] != '/') {
		diag_report(reader->diag, DIAG_FSTAB_MOUNT_POINT, row->where.span, NULL,
			    "mount point is not an absolute path: \"%s\"", row->where.text);
		return;
	}
	first = tsearch(row, &reader->mount_points, compare_mount_points);
	if (first == NULL || *first == row)
		return; /* out of memory only costs a warning */
	diag_report(reader->diag, is_at(row, "/") ? DIAG_FSTAB_ROOT_TWICE : DIAG_FSTAB_TWICE,
		    row->where.span, NULL, "%s is mounted a second time", row->where.text);
	diag_note(reader->diag, (*first)->where.span, "the first time here");
}

/* File systems that no block device holds: their first field is whatever they like. */
static void check_without_device(struct reader *reader, const struct fstab_row *row)
{
	if (is_at(row, "/"))
		diag_report(reader->diag, DIAG_FSTAB_ROOT_TYPE, row->type.span, NULL,
			    "a root file system of type %s is not supported", row->type.text);
	else
		diag_report(reader->diag, DIAG_FSTAB_USR_TYPE, row->type.span, NULL,
			    "%s of type %s is left to the real root", row->where.text,
			    row->type.text);
}

static bool needs_no_device(const struct fstab_row *row)
{
	static const char *const types[] = {"overlay", "tmpfs", "ramfs", "zfs",
					    "ubifs",   "none",	"fuse",	 "jffs2"};
	struct span bind;

	return is_network_type(row->type.text) || has_option(row, "bind", &bind) ||
	       strncmp(row->type.text, "fuse.", 5) == 0 ||
	       in_list(row->type.text, types, sizeof types / sizeof types[0]);
}

/* Returns whether the row's device is to be looked for. */
static bool check_source(struct reader *reader, const struct fstab_row *row)
{
	struct device_ref ref;

	if (is_swap(row) && row->source.text[0] == '/' &&
	    strncmp(row->source.text, "/dev/", 5) != 0)
		return true; /* a swap file */
	if (!is_swap(row) && needs_no_device(row)) {
		check_without_device(reader, row);
		return false;
	}
	device_ref_parse(row->source.text, &ref);
	if (ref.kind == REF_NUMBER) {
		diag_report(reader->diag, DIAG_FSTAB_SOURCE, row->source.span, NULL,
			    "not a path and not a tag such as UUID=: \"%s\"", row->source.text);
		return false;
	}
	if (strcmp(row->source.text, "/dev/root") == 0) {
		diag_report(reader->diag, DIAG_FSTAB_DEV_ROOT, row->source.span, NULL,
			    "no device has the name /dev/root");
		return true;
	}
	return reference_check(reader->diag, row->source);
}

static void check_options(struct reader *reader, const struct fstab_row *row)
{
	struct span span;

	if (is_at(row, "/") && has_option(row, "noauto", &span))
		diag_report(reader->diag, DIAG_FSTAB_ROOT_NOAUTO, span, NULL,
			    "the root file system is mounted all the same");
	if (!is_at(row, "/") && !is_at(row, "/usr") && has_option(row, "x-initrd.mount", &span))
		diag_report(reader->diag, DIAG_FSTAB_INITRD_MOUNT, span, NULL,
			    "%s is not mounted before the real root takes over", row->where.text);
}

/* Whether an empty tag: wrong for every row, since mount(8) cannot use it either. */
static void check_tag(struct reader *reader, const struct fstab_row *row)
{
	static const char *const empty[] = {"UUID=",	  "LABEL=",	   "PARTUUID=",
					    "PARTLABEL=", "ID=",	   "UUID=\"\"",
					    "LABEL=\"\"", "PARTUUID=\"\"", "PARTLABEL=\"\""};

	if (in_list(row->source.text, empty, sizeof empty / sizeof empty[0]))
		diag_report(reader->diag, DIAG_FSTAB_SOURCE, row->source.span,
			    "blkid(8) shows what the disk has", "nothing follows the equals sign");
}

/* --- rows ----------------------------------------------------------------- */

static struct fstab_row *read_row(struct reader *reader, const struct line *line)
{
	struct fstab_row *row = arena_alloc(reader->model->arena, sizeof *row);

	row->span = line->whole;
	row->source = unescape(reader, line->field[FIELD_SOURCE]);
	row->where = unescape(reader, line->field[FIELD_WHERE]);
	row->type = unescape(reader, line->field[FIELD_TYPE]);
	if (line->count > FIELD_OPTIONS)
		row->options = unescape(reader, line->field[FIELD_OPTIONS]);
	normalise((char *)row->where.text);
	return row;
}

static void read_numbers(struct reader *reader, const struct line *line, struct fstab_row *row)
{
	if (line->count > FIELD_FREQ)
		row->freq = read_number(reader, line, FIELD_FREQ);
	if (line->count > FIELD_PASS)
		row->pass = read_number(reader, line, FIELD_PASS);
	if (line->rest.length > 0 && line->rest.text->data[line->rest.offset] != '#')
		diag_report(reader->diag, DIAG_FSTAB_EXTRA, line->rest,
			    "a blank inside of a field is written \\040", "more than six fields");
}

/* What shifts all fields behind it is reported once. */
static bool check_fields(struct reader *reader, const struct line *line)
{
	struct span source = line->field[FIELD_SOURCE];
	const char *at = line->whole.text->data + source.offset;
	const char *quote = memchr(at, '"', source.length);

	if (line->count < FIELDS_NEEDED) {
		diag_report(reader->diag, DIAG_FSTAB_FIELDS, line->whole,
			    "a line is: source, mount point, type, options, freq, pass",
			    "field %u (%s) is missing", line->count + 1, field_names[line->count]);
		return false;
	}
	if (quote != NULL &&
	    memchr(quote + 1, '"', source.length - (size_t)(quote + 1 - at)) == NULL) {
		diag_report(reader->diag, DIAG_FSTAB_SOURCE, source,
			    "a blank inside of a field is written \\040",
			    "a quotation mark is not closed");
		return false;
	}
	return true;
}

static bool has_errors(const struct reader *reader, size_t before)
{
	return reader->diag->count[SEVERITY_ERROR] > before;
}

static void read_line(struct reader *reader, size_t at, size_t end)
{
	size_t errors = reader->diag->count[SEVERITY_ERROR];
	struct fstab_row *row;
	struct line line;
	bool wanted = true;

	split(reader->text, at, end, &line);
	if (!check_fields(reader, &line))
		return;
	row = read_row(reader, &line);
	check_tag(reader, row);
	if (!has_errors(reader, errors) && (is_swap(row) || is_at(row, "/") || is_at(row, "/usr")))
		wanted = check_source(reader, row);
	check_mount_point(reader, row);
	check_options(reader, row);
	read_numbers(reader, &line, row);
	if (wanted && !has_errors(reader, errors))
		vec_push(reader->model->arena, &reader->model->fstab, *row);
}

static void keep(void *row)
{
	(void)row; /* it belongs to the arena */
}

void source_fstab(struct model *model, struct diag *diag, const struct text *text)
{
	struct reader reader = {model, diag, text, NULL};
	size_t i;

	for (i = 0; i < text->line_count; i++) {
		struct span line = text_line(text, i);
		size_t at = line.offset, end = line.offset + line.length;

		while (at < end && is_blank(text->data[at]))
			at++;
		while (end > at && (is_blank(text->data[end - 1]) || text->data[end - 1] == '\r'))
			end--;
		if (at < end && text->data[at] != '#')
			read_line(&reader, at, end);
	}
	tdestroy(reader.mount_points, keep);
}
