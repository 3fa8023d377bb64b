#include "diag.h"
#include "utf8.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

enum {
	TAB_COLUMNS = 8,
	EXCERPT_COLUMNS = 96, /* of a line that is too long to be shown as a whole */
	EXCERPT_BEFORE = 40,  /* of these before the caret */
	MESSAGE_BYTES = 512,  /* of a message, which may quote a word of any length */
	WORD_MAX = 64,	      /* bytes; nobody means a longer word */
	EDITS_MAX = 3,	      /* of a long word */
};

static const char *const severity_names[SEVERITY_COUNT] = {
	[SEVERITY_NOTE] = "note",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_ERROR] = "error",
};

static const struct diag_row rows[DIAG_COUNT] = {
#define DIAGNOSTIC(id, severity, spelling, text)                                                   \
	[DIAG_##id] = {SEVERITY_##severity, spelling, text},
#include "diagnostics.def"
#undef DIAGNOSTIC
};

const char *severity_name(enum severity severity)
{
	return severity_names[severity];
}

const struct diag_row *diag_describe(enum diag_id id)
{
	return &rows[id];
}

enum diag_id diag_by_name(const char *id)
{
	unsigned i;

	for (i = 0; i < DIAG_COUNT; i++)
		if (strcmp(rows[i].id, id) == 0)
			break;
	return (enum diag_id)i;
}

/* --- places --------------------------------------------------------------- */

/* The line that holds an offset, from 0; the line map is ascending. */
static size_t line_of(const struct text *text, size_t offset)
{
	size_t low = 0, high = text->line_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (text->line_start[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

void span_position(struct span span, size_t *ret_line, size_t *ret_column)
{
	size_t line;

	*ret_line = *ret_column = 0;
	if (span.text == NULL || span.text->line_count == 0)
		return;
	line = line_of(span.text, span.offset);
	*ret_line = line + 1;
	*ret_column = span.offset - span.text->line_start[line] + 1;
}

const char *span_name(struct span span)
{
	if (span.text != NULL)
		return span.text->name;
	return span.name != NULL ? span.name : "bootgraph";
}

const char *span_string(struct arena *arena, struct span span)
{
	size_t line, column;

	span_position(span, &line, &column);
	if (line == 0)
		return span_name(span);
	return arena_printf(arena, "%s:%zu:%zu", span_name(span), line, column);
}

bool span_line(struct span span, const char **ret_line, const char **ret_end)
{
	const char *line, *end;
	size_t number;

	if (span.text == NULL || span.text->line_count == 0)
		return false;
	number = line_of(span.text, span.offset);
	line = span.text->data + span.text->line_start[number];
	end = number + 1 < span.text->line_count
		      ? span.text->data + span.text->line_start[number + 1]
		      : span.text->data + span.text->size;
	while (end > line && (end[-1] == '\n' || end[-1] == '\r') &&
	       end > span.text->data + span.offset)
		end--;
	*ret_line = line;
	*ret_end = end;
	return true;
}

/* --- text made safe for a terminal ---------------------------------------- */

/* One character as it is shown: its own bytes, or an escape in their place. */
struct glyph {
	size_t bytes; /* of the source */
	size_t columns;
	char shown[16];
};

static struct glyph glyph_at(const char *at, const char *end, size_t column)
{
	struct glyph glyph = {.bytes = 1};
	uint32_t character;
	size_t length = utf8_decode(at, end, &character);
	int columns = length == 0 ? -1 : utf8_columns(character);

	if (*at == '\t') {
		glyph.columns = TAB_COLUMNS - column % TAB_COLUMNS;
		memset(glyph.shown, ' ', glyph.columns);
		return glyph;
	}
	if (columns >= 0) {
		glyph.bytes = length;
		glyph.columns = (size_t)columns;
		memcpy(glyph.shown, at, length);
		return glyph;
	}
	if (length > 1)
		snprintf(glyph.shown, sizeof glyph.shown, "\\u%04x", (unsigned)character);
	else
		snprintf(glyph.shown, sizeof glyph.shown, "\\x%02x", (unsigned)(unsigned char)*at);
	glyph.bytes = length > 1 ? length : 1;
	glyph.columns = strlen(glyph.shown);
	return glyph;
}

void diag_print_safely(FILE *out, const char *text)
{
	const char *end = text + strlen(text);
	size_t column = 0;

	while (text < end) {
		struct glyph glyph = glyph_at(text, end, column);

		fputs(glyph.shown, out);
		text += glyph.bytes;
		column += glyph.columns;
	}
}

/* --- the line and its caret ----------------------------------------------- */

/* Columns of a line: where the span begins and ends in it, and the line itself. */
struct layout {
	size_t from, to, width;
};

static struct layout measure(const char *line, const char *end, struct span span)
{
	const char *from = span.text->data + span.offset;
	const char *to = span.length > (size_t)(end - from) ? end : from + span.length;
	struct layout layout = {SIZE_MAX, SIZE_MAX, 0};

	while (line < end) {
		struct glyph glyph = glyph_at(line, end, layout.width);

		if (line + glyph.bytes > from && layout.from == SIZE_MAX)
			layout.from = layout.width;
		if (line >= to && layout.to == SIZE_MAX)
			layout.to = layout.width;
		layout.width += glyph.columns;
		line += glyph.bytes;
	}
	if (layout.from == SIZE_MAX)
		layout.from = layout.width;
	if (layout.to == SIZE_MAX)
		layout.to = layout.width;
	return layout;
}

/* Prints the glyphs that lie between two columns; returns the column of the first one. */
static size_t print_columns(FILE *out, const char *line, const char *end, size_t from, size_t to)
{
	size_t column = 0, first = SIZE_MAX;

	while (line < end) {
		struct glyph glyph = glyph_at(line, end, column);

		if (column >= from && column + glyph.columns <= to) {
			first = first == SIZE_MAX ? column : first;
			fputs(glyph.shown, out);
		}
		column += glyph.columns;
		line += glyph.bytes;
	}
	return first == SIZE_MAX ? from : first;
}

static void print_caret(FILE *out, size_t indent, size_t length)
{
	fprintf(out, "%*s^", (int)indent, "");
	while (length-- > 1)
		fputc('~', out);
	fputc('\n', out);
}

/* Long lines are cut around the caret: "...text text text...". */
static void print_excerpt(FILE *out, const char *line, const char *end, struct layout layout)
{
	size_t last = layout.width > EXCERPT_COLUMNS ? layout.width - EXCERPT_COLUMNS : 0;
	size_t from = layout.from > EXCERPT_BEFORE ? layout.from - EXCERPT_BEFORE : 0;
	size_t to, first, stop;

	from = from < last ? from : last;
	to = from + EXCERPT_COLUMNS;
	fputs(from > 0 ? "  ..." : "  ", out);
	first = print_columns(out, line, end, from, to);
	fputs(to < layout.width ? "...\n" : "\n", out);
	stop = layout.to < to ? layout.to : to;
	print_caret(out, (from > 0 ? 5 : 2) + layout.from - first,
		    stop > layout.from ? stop - layout.from : 1);
}

static void print_place(FILE *out, struct span span)
{
	const char *line, *end;
	struct layout layout;

	if (!span_line(span, &line, &end))
		return;
	layout = measure(line, end, span);
	if (layout.width > 0)
		print_excerpt(out, line, end, layout);
}

/* --- reporting ------------------------------------------------------------ */

/* Formats a message; "..." stands for what does not fit, at the boundary of a character. */
static void format_message(char message[MESSAGE_BYTES], const char *format, va_list arguments)
{
	static const char dots[] = "...";
	int length = vsnprintf(message, MESSAGE_BYTES, format, arguments);
	char *end = message + MESSAGE_BYTES - sizeof dots;

	if (length < MESSAGE_BYTES)
		return;
	while (end > message && (*end & 0xc0) == 0x80)
		end--;
	memcpy(end, dots, sizeof dots);
}

static void print_message(FILE *out, const struct diag_message *message)
{
	size_t line, column;

	diag_print_safely(out, span_name(message->span));
	span_position(message->span, &line, &column);
	if (line > 0)
		fprintf(out, ":%zu:%zu", line, column);
	fprintf(out, ": %s: ", severity_name(message->severity));
	diag_print_safely(out, message->text);
	if (message->id != DIAG_COUNT)
		fprintf(out, " [%s]", diag_describe(message->id)->id);
	fputc('\n', out);
	print_place(out, message->span);
	if (message->hint != NULL) {
		fputs("  hint: ", out);
		diag_print_safely(out, message->hint);
		fputc('\n', out);
	}
}

static void send(struct diag *diag, struct diag_message message, const char *format,
		 va_list arguments)
{
	char text[MESSAGE_BYTES];

	if (message.id != DIAG_COUNT)
		diag->muted = message.severity < diag->least;
	if (diag->muted || (diag->take == NULL && diag->out == NULL))
		return;
	format_message(text, format, arguments);
	message.text = text;
	if (diag->take != NULL)
		diag->take(diag->context, &message);
	else
		print_message(diag->out, &message);
}

void diag_report(struct diag *diag, enum diag_id id, struct span span, const char *hint,
		 const char *format, ...)
{
	enum severity severity = diag_describe(id)->severity;
	va_list arguments;

	diag->count[severity]++;
	va_start(arguments, format);
	send(diag, (struct diag_message){severity, id, span, NULL, hint}, format, arguments);
	va_end(arguments);
}

void diag_note(struct diag *diag, struct span span, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	send(diag, (struct diag_message){SEVERITY_NOTE, DIAG_COUNT, span, NULL, NULL}, format,
	     arguments);
	va_end(arguments);
}

/* --- "did you mean" ------------------------------------------------------- */

static size_t least(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Edits that turn one word into the other: insert, delete, replace a byte, or swap two neighbours
 * (Levenshtein's distance with Damerau's transpositions, in its "optimal string alignment" form).
 */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t matrix[3][WORD_MAX + 1]; /* the only rows that are still looked at */
	size_t *before = matrix[0], *last = matrix[1], *row = matrix[2], *spare;
	size_t i, j;

	for (j = 0; j <= b_length; j++)
		last[j] = j;
	for (i = 1; i <= a_length; i++) {
		row[0] = i;
		for (j = 1; j <= b_length; j++) {
			size_t cost = a[i - 1] != b[j - 1];

			row[j] = least(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1, row[j]);
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[b_length];
}

const char *diag_nearest(const char *word, const char *const *candidates, size_t count)
{
	size_t length = strlen(word), best, i;
	const char *nearest = NULL;

	if (length < 3 || length > WORD_MAX)
		return NULL;
	/* A quarter of its letters may be wrong: more finds words that nobody meant. */
	best = length < 8 ? 2 : length / 4 + 1;
	if (best > EDITS_MAX + 1)
		best = EDITS_MAX + 1;
	for (i = 0; i < count; i++) {
		size_t d, candidate = strlen(candidates[i]);

		if (candidate > WORD_MAX)
			continue;
		d = distance(word, length, candidates[i], candidate);
		if (d < best) {
			best = d;
			nearest = candidates[i];
		}
	}
	return nearest;
}
