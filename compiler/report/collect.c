#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../utf8.h"

enum report_format report_format_by_name(const char *name)
{
	static const char *const names[REPORT_FORMAT_COUNT] = {"text", "json", "sarif", "github"};
	unsigned i;

	for (i = 0; i < REPORT_FORMAT_COUNT; i++)
		if (strcmp(names[i], name) == 0)
			break;
	return (enum report_format)i;
}

void report_take(void *context, const struct diag_message *message)
{
	struct report *report = context;
	const char *text = arena_strdup(report->arena, message->text);
	struct report_finding finding = {
		.id = message->id,
		.severity = message->severity,
		.span = message->span,
		.text = text,
	};

	if (message->id == DIAG_COUNT) {
		if (report->findings.count > 0)
			vec_push(report->arena,
				 &report->findings.item[report->findings.count - 1].notes,
				 (struct report_note){message->span, text});
		return;
	}
	finding.hint = message->hint != NULL ? arena_strdup(report->arena, message->hint)
					     : diag_describe(message->id)->text;
	vec_push(report->arena, &report->findings, finding);
}

void report_write(const struct report *report, enum report_format format, FILE *out)
{
	if (format == REPORT_JSON)
		report_json(report, out);
	else if (format == REPORT_SARIF)
		report_sarif(report, out);
	else if (format == REPORT_GITHUB)
		report_github(report, out);
}

/* --- places --------------------------------------------------------------- */

static size_t count_characters(const char *at, const char *end)
{
	size_t count = 0;

	for (; at < end; count++) {
		uint32_t character;
		size_t length = utf8_decode(at, end, &character);

		at += length > 0 ? length : 1;
	}
	return count;
}

/* Line and column of a span's beginning, and the line itself. */
static void locate(struct span span, size_t *ret_line, size_t *ret_column, const char **ret_begin,
		   const char **ret_end)
{
	size_t bytes;

	span_position(span, ret_line, &bytes);
	span_line(span, ret_begin, ret_end);
	*ret_column = count_characters(*ret_begin, span.text->data + span.offset) + 1;
}

bool report_locate(struct span span, struct report_region *ret_region)
{
	struct report_region *region = ret_region;
	struct span behind = span;
	const char *last;
	size_t room;

	if (span.text == NULL || span.text->line_count == 0)
		return false;
	room = span.text->size - span.offset;
	behind.offset += span.length < room ? span.length : room;
	region->from = span.text->data + span.offset;
	region->to = span.text->data + behind.offset;
	locate(span, &region->line, &region->column, &region->lines, &last);
	locate(behind, &region->end_line, &region->end_column, &last, &region->lines_end);
	return true;
}

static bool is_below(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	while (length > 1 && directory[length - 1] == '/')
		length--;
	return strncmp(path, directory, length) == 0 &&
	       (path[length] == '\0' || path[length] == '/' || directory[length - 1] == '/');
}

static bool is_given(const struct report *report, const char *path)
{
	for (size_t i = 0; i < report->given.count; i++)
		if (is_below(path, report->given.item[i]))
			return true;
	return false;
}

/* What is built in has a name like a file's; what is about no file has one without a slash. */
static bool is_no_file(const struct report *report, struct span span)
{
	const char *name = span_name(span);

	return strncmp(name, "--", 2) == 0 || is_below(name, "stdlib") ||
	       (span.text == NULL && strchr(name, '/') == NULL && !is_given(report, name));
}

/* Without the working directory in front, and without "./". */
static const char *make_relative(const char *path)
{
	char *here = getcwd(NULL, 0);

	if (here != NULL && strcmp(here, "/") != 0 && is_below(path, here) &&
	    path[strlen(here)] == '/')
		path += strlen(here) + 1;
	free(here);
	while (strncmp(path, "./", 2) == 0 && path[2] != '/' && path[2] != '\0')
		path += 2;
	return path;
}

const char *report_path(const struct report *report, struct span span)
{
	const char *name = span_name(span), *root = report->root != NULL ? report->root : "/";

	if (is_no_file(report, span))
		return NULL;
	if (name[0] != '/' && !is_given(report, name))
		name = arena_printf(report->arena, "%s%s%s", root,
				    root[strlen(root) - 1] == '/' ? "" : "/", name);
	return make_relative(name);
}

struct span report_place(const struct report *report, const struct report_finding *finding)
{
	if (report_path(report, finding->span) == NULL)
		for (size_t i = 0; i < finding->notes.count; i++)
			if (report_path(report, finding->notes.item[i].span) != NULL)
				return finding->notes.item[i].span;
	return finding->span;
}
