/* Lines of an event script as words. White space separates; # begins a comment where a word could;
 * "..." keeps white space, also in the middle of a word: ID_FS_LABEL="my root". A backslash takes
 * the next byte as it is, and \xNN is the byte with that number, as udev writes it. */
#ifndef BOOTGRAPH_WORDS_H
#define BOOTGRAPH_WORDS_H

#include <stdint.h>

#include "../diag.h"

struct script_word {
	const char *text; /* unquoted */
	struct span span;
};

/* The words of a line (from 0); none, after a report, if a quote is not closed. */
const struct script_word *words_split(struct arena *arena, struct diag *diag,
				      const struct text *text, size_t line, size_t *ret_count);

/* Seconds with at most three digits behind the point, as milliseconds; at most twelve days. */
bool words_seconds(const char *text, uint32_t *ret_milliseconds);

#endif
