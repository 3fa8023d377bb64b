/* Diagnostics: spans, severities, carets, counts. The one place that formats
 *
 *   etc/fstab:3:12: error: mount point is not an absolute path: "usr" [fstab-mount-point]
 *     UUID=2f00-1a2b usr ext4 defaults 0 2
 *                    ^~~
 *
 * Errors are counted, not fatal: a pass reports, leaves the damaged item out and goes on, so that
 * one run shows all of them. Every id is a row of diagnostics.def. */
#ifndef BOOTGRAPH_DIAG_H
#define BOOTGRAPH_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "arena.h"

/* A file that was read, kept for its lines. Made by text.h. */
struct text {
	const char *name; /* as shown: relative to the sysroot ("etc/fstab") or as given */
	const char *data; /* size bytes, and one NUL more */
	size_t size;
	const size_t *line_start; /* offsets; line_count of them */
	size_t line_count;
};

/* A piece of a text. text is NULL for what no file declares (a builtin, the command line option):
 * then name says what it is. */
struct span {
	const struct text *text;
	size_t offset, length;
	const char *name;
};

/* ORDER SEVERITY: names in diag.c */
enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ERROR, SEVERITY_COUNT };

enum diag_id {
#define DIAGNOSTIC(id, severity, spelling, text) DIAG_##id,
#include "diagnostics.def"
#undef DIAGNOSTIC
	DIAG_COUNT
};

struct diag_row {
	enum severity severity;
	const char *id;	  /* "fstab-mount-point" */
	const char *text; /* what it means and what to do: check --explain, man page */
};

/* One report, or a note that belongs to the report before it. */
struct diag_message {
	enum severity severity;
	enum diag_id id; /* DIAG_COUNT: a note */
	struct span span;
	const char *text;
	const char *hint; /* or NULL */
};

struct diag {
	FILE *out; /* for text; NULL: count only */
	/* Takes every message instead of out, for another form (report/report.h). The message and
	 * its strings are gone after the call, what its span refers to stays. */
	void (*take)(void *context, const struct diag_message *message);
	void *context;
	size_t count[SEVERITY_COUNT];
	enum severity least; /* what weighs less is counted, and told to nobody, with its notes */
	bool muted;	     /* the last report was such a one */
};

const struct diag_row *diag_describe(enum diag_id id);
/* The id with this spelling, or DIAG_COUNT. */
enum diag_id diag_by_name(const char *id);

/* Reports at once; the severity is the row's. A hint, if not NULL, follows as "hint: ..." line. */
void diag_report(struct diag *diag, enum diag_id id, struct span span, const char *hint,
		 const char *format, ...) __attribute__((format(printf, 5, 6)));

/* A further place that belongs to the diagnostic just reported: "file:l:c: note: text" and caret.
 */
void diag_note(struct diag *diag, struct span span, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

const char *severity_name(enum severity severity);

/* Writes a text so that it changes nothing on a terminal: control characters, what reorders text
 * and bytes that are no UTF-8 as \uNNNN and \xNN, tabs as blanks. */
void diag_print_safely(FILE *out, const char *text);

/* 1-based line and column (in bytes) of a span's beginning; 0, 0 when it has no text. */
void span_position(struct span span, size_t *ret_line, size_t *ret_column);

/* The file a span is in, as it is shown, or what stands in the place of one; never NULL. */
const char *span_name(struct span span);

/* The line that holds the beginning of a span, without its newline. False if it has no text. */
bool span_line(struct span span, const char **ret_line, const char **ret_end);

/* "etc/fstab:3:12", or the span's name. */
const char *span_string(struct arena *arena, struct span span);

/* The candidate nearest to a misspelt word, or NULL if none is near enough to be meant. */
const char *diag_nearest(const char *word, const char *const *candidates, size_t count);

#endif
