/* Findings in forms that programs read: collected first, written as a whole.
 *
 * JSON is bootgraph's own (bootgraph-check(1)). SARIF is version 2.1.0 (OASIS standard, 27 March
 * 2020), which code review tools take. GitHub's are the workflow commands that put annotations
 * beside the lines of a pull request (docs.github.com, "Workflow commands for GitHub Actions").
 * Text is not among them: diag.h prints that at once. */
#ifndef BOOTGRAPH_REPORT_H
#define BOOTGRAPH_REPORT_H

#include <stdio.h>

#include "../diag.h"

/* ORDER REPORT_FORMAT: names in collect.c */
enum report_format { REPORT_TEXT, REPORT_JSON, REPORT_SARIF, REPORT_GITHUB, REPORT_FORMAT_COUNT };

/* A further place of a finding: the other end of a cycle, the twin. */
struct report_note {
	struct span span;
	const char *text;
};

struct report_finding {
	enum diag_id id;
	enum severity severity;
	struct span span;
	const char *text;
	const char *hint; /* what to do here; if nothing was said, what to do in general */
	VEC(struct report_note) notes;
};

struct report {
	struct arena *arena;
	/* Where files are: what the user named (--units and the like) is relative to the working
	 * directory, everything else to the sysroot, "/" if it is NULL. */
	const char *root;
	VEC(const char *) given;
	VEC(struct report_finding) findings;
};

/* The format of this name, or REPORT_FORMAT_COUNT. */
enum report_format report_format_by_name(const char *name);

/* For struct diag's take: context is a struct report with its arena. The texts of spans have to
 * live as long as the report. */
void report_take(void *context, const struct diag_message *message);

/* Writes all findings; errors show in ferror(out). Nothing for REPORT_TEXT. */
void report_write(const struct report *report, enum report_format format, FILE *out);

/* --- for the formats alone --- */

void report_json(const struct report *report, FILE *out);
void report_sarif(const struct report *report, FILE *out);
void report_github(const struct report *report, FILE *out);

/* Where a span begins and ends, from 1, in characters as other programs count them: a byte that is
 * no UTF-8 is one. The end is behind the last one. Then the same in memory, and the lines around
 * it. */
struct report_region {
	size_t line, column, end_line, end_column;
	const char *from, *to;
	const char *lines, *lines_end;
};

/* False if the span has no text. */
bool report_locate(struct span span, struct report_region *ret_region);

/* The path of a span's file as other programs find it: below the working directory a relative one,
 * else absolute. NULL if the span is in no file: an option such as --cmdline, a built-in unit. */
const char *report_path(const struct report *report, struct span span);

/* Where others show a finding: its own place, or, if that is in no file, the first of its notes
 * that is: what is wrong with a built-in unit is wrong because of somebody's own. */
struct span report_place(const struct report *report, const struct report_finding *finding);

#endif
