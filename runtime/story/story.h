/* The story of a rescue, for a boot after it: what PID 1 keeps in the firmware, bootgraph-resume
 * finds there on the next good boot, and bootgraph status shows (specs/run.md). One place for all
 * three. It is text, for it is read by people, too, who look into a machine that does not start. */
#ifndef BOOTGRAPH_STORY_STORY_H
#define BOOTGRAPH_STORY_STORY_H

#include <stdbool.h>
#include <stddef.h>

#include "../left/field.h"

enum {
	STORY_MAX = 1024, /* bytes with the NUL: the firmware has little room */
	STORY_PATH_MAX = 32,
};

struct story {
	long long at;			  /* by the machine's clock: seconds since 1970, UTC */
	const char *boot;		  /* the kernel's boot_id: which boot it was */
	const char *release;		  /* of the kernel: uname -r */
	const char *stopped;		  /* the report's sentence */
	const char *path[STORY_PATH_MAX]; /* why, from the goal downwards */
	size_t path_count;
	bool cut; /* there was more of it */
};

/* Puts it down as a text; its length. What there is no room for is left out from the path's end. */
size_t story_write(const struct story *story, char text[STORY_MAX]);

/* Reads such a text, which is changed, and into which *ret_story points then. What could steer a
 * terminal becomes a question mark: who knows what else has written there. */
enum field_head story_read(char *text, struct story *ret_story);

/* When that was, by the clock of this place: "2026-11-23 22:58". */
void story_date(const struct story *story, char date[64]);

/* What it tells, without when that was and on which boot: two stories with the same tale need not
 * both be kept. NULL if the text is none. */
const char *story_tale(const char *text);

#endif
