#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "../inspect/blob_file.h"
#include "../program.h"
#include "../source/text.h"

#define HEAD "bootgraph-report "
#define PART "file "

bool report_is(const struct text *text)
{
	return text->size > strlen(HEAD) && memcmp(text->data, HEAD, strlen(HEAD)) == 0;
}

/* --- writing --------------------------------------------------------------------------------- */

void report_begin(FILE *out)
{
	fputs(HEAD "1\n", out);
}

/* Lines are counted, not bytes: what mailers and trackers do to the ends of lines does no harm. */
void report_add(FILE *out, const char *name, const char *content, size_t size)
{
	bool open = size > 0 && content[size - 1] != '\n';
	size_t lines = open;

	for (size_t i = 0; i < size; i++)
		lines += content[i] == '\n';
	fprintf(out, PART "%s %zu\n", name, lines);
	fwrite(content, 1, size, out);
	if (open)
		fputc('\n', out);
}

/* --- reading --------------------------------------------------------------------------------- */

/* A line "file NAME LINES": its count if it is of this name, 0 if of another one. */
static bool read_head(const struct text *report, size_t line, const char *name, size_t *ret_lines,
		      bool *ret_named)
{
	struct span span = text_line(report, line);
	const char *at = report->data + span.offset, *end = at + span.length, *space;

	if (span.length <= strlen(PART) || memcmp(at, PART, strlen(PART)) != 0)
		return false;
	at += strlen(PART);
	space = memchr(at, ' ', (size_t)(end - at));
	if (space == NULL)
		return false;
	*ret_named = strlen(name) == (size_t)(space - at) && memcmp(at, name, strlen(name)) == 0;
	*ret_lines = strtoul(space + 1, NULL, 10);
	return true;
}

/* From one line to another, without what a mailer has put before the newlines. */
static const struct text *take_lines(struct arena *arena, const struct text *report, size_t first,
				     size_t count, const char *name)
{
	VEC(char) bytes = {0};

	for (size_t line = first; line < first + count; line++) {
		struct span span = text_line(report, line);

		if (span.length > 0 && report->data[span.offset + span.length - 1] == '\r')
			span.length--;
		for (size_t i = 0; i < span.length; i++)
			vec_push(arena, &bytes, report->data[span.offset + i]);
		vec_push(arena, &bytes, '\n');
	}
	return text_from_memory(arena, arena_printf(arena, "%s(%s)", report->name, name),
				bytes.item, bytes.count);
}

const struct text *report_part(struct arena *arena, const struct text *report, const char *name)
{
	size_t line = 1, lines;
	bool named;

	while (line < report->line_count && read_head(report, line, name, &lines, &named)) {
		if (lines >= report->line_count - line)
			return NULL; /* it was cut short */
		if (named)
			return take_lines(arena, report, line + 1, lines, name);
		line += 1 + lines;
	}
	return NULL;
}

bool report_blob(struct arena *arena, struct diag *diag, const struct text *report,
		 struct blob *ret_blob)
{
	const struct text *listing = report_part(arena, report, REPORT_LISTING);
	struct program *program;
	struct refusal refusal;
	const unsigned char *bytes;
	size_t size;

	if (listing == NULL) {
		diag_report(diag, DIAG_UNREADABLE, (struct span){.name = report->name}, NULL,
			    "the report has no whole blob");
		return false;
	}
	program = program_assemble(arena, diag, listing);
	bytes = program != NULL ? blob_write(program, diag, false, &size) : NULL;
	if (bytes == NULL)
		return false;
	if (blob_verify(bytes, size, ret_blob, &refusal))
		return true;
	diag_report(diag, DIAG_REFUSED, (struct span){.name = listing->name}, NULL,
		    "not a blob that can be run: %s", refusal_string(arena, &refusal));
	return false;
}
