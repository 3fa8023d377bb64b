/* A report: one text file with all that is needed to see a boot again elsewhere, small and plain
 * enough to be pasted into a bug tracker. specs/run.md has its form. */
#ifndef BOOTGRAPH_REPORT_FILE_H
#define BOOTGRAPH_REPORT_FILE_H

#include <stdio.h>

#include "../diag.h"
#include "../../runtime/core/blob.h"

/* The part that holds the blob, as its listing. */
#define REPORT_LISTING "listing"

/* Whether a text is a report, by its first line. */
bool report_is(const struct text *text);

/* Begins one, and adds a part: a file's content as it is, whose last line is ended if it was not.
 */
void report_begin(FILE *out);
void report_add(FILE *out, const char *name, const char *content, size_t size);

/* A part as a text, shown as the report's own name and its, or NULL if it has none of this name. */
const struct text *report_part(struct arena *arena, const struct text *report, const char *name);

/* The blob that its listing assembles to: the identical one. Reports and returns false if there is
 * none. */
bool report_blob(struct arena *arena, struct diag *diag, const struct text *report,
		 struct blob *ret_blob);

#endif
