/* Findings as annotations: one line each,
 *
 *   ::error file=F,line=1,endLine=1,col=3,endColumn=9,title=ID::MESSAGE
 *
 * The runner undoes %25, %0D and %0A everywhere, and %3A and %2C in properties. What else could
 * change the log, a terminal's escape sequences above all, is made safe as in text. */
#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "../utf8.h"

/* What diag_print_safely would print, or NULL without memory. */
static char *safe_text(const char *text)
{
	char *safe = NULL;
	size_t size;
	FILE *out = open_memstream(&safe, &size);

	if (out == NULL)
		return NULL;
	diag_print_safely(out, text);
	fclose(out);
	return safe;
}

static void print_escaped(FILE *out, const char *text, const char *escaped)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f || strchr(escaped, *text) != NULL)
			fprintf(out, "%%%02X", (unsigned)(unsigned char)*text);
		else
			fputc(*text, out);
}

static void print_message(FILE *out, const char *text)
{
	char *safe = safe_text(text);

	print_escaped(out, safe != NULL ? safe : "", "%");
	free(safe);
}

static bool is_utf8(const char *text)
{
	const char *end = text + strlen(text);
	uint32_t character;
	size_t length = 1;

	for (; text < end && length > 0; text += length)
		length = utf8_decode(text, end, &character);
	return length > 0;
}

/* A log is UTF-8; a name that is not fits no file there in any case. */
static void print_property(FILE *out, const char *text)
{
	char *safe = is_utf8(text) ? strdup(text) : safe_text(text);

	print_escaped(out, safe != NULL ? safe : "", "%:,");
	free(safe);
}

static void print_place(FILE *out, const struct report *report, struct span span)
{
	const char *path = report_path(report, span);
	struct report_region place;

	if (path == NULL)
		return;
	fputs("file=", out);
	print_property(out, path);
	if (report_locate(span, &place)) {
		fprintf(out, ",line=%zu,endLine=%zu", place.line, place.end_line);
		/* Columns count only within one line. */
		if (place.line == place.end_line)
			fprintf(out, ",col=%zu,endColumn=%zu", place.column, place.end_column);
	}
	fputc(',', out);
}

static void print_note(FILE *out, const struct report *report, const struct report_note *note)
{
	fputs("%0A", out);
	print_message(out, span_string(report->arena, note->span));
	fputs(": ", out);
	print_message(out, note->text);
}

void report_github(const struct report *report, FILE *out)
{
	static const char *const commands[SEVERITY_COUNT] = {"notice", "warning", "error"};

	for (size_t i = 0; i < report->findings.count; i++) {
		const struct report_finding *finding = &report->findings.item[i];

		fprintf(out, "::%s ", commands[finding->severity]);
		print_place(out, report, report_place(report, finding));
		fputs("title=", out);
		print_property(out, diag_describe(finding->id)->id);
		fputs("::", out);
		print_message(out, finding->text);
		fputs("%0AHint: ", out);
		print_message(out, finding->hint);
		for (size_t k = 0; k < finding->notes.count; k++)
			print_note(out, report, &finding->notes.item[k]);
		fputc('\n', out);
	}
}
