/* What bootgraph status says, part by part. Each part reads its own file below the root; one that
 * is missing or from a newer version is reported, and the others are said all the same. */
#ifndef BOOTGRAPH_STATUS_H
#define BOOTGRAPH_STATUS_H

#include "../diag.h"
#include "../timeline/timeline.h"
#include "../../runtime/left/left.h"

/* Something that was pending has come since, as bootgraph-resume says. */
struct status_arrival {
	const char *node;
	double at; /* seconds, as all times here since PID 1 began */
};

struct status {
	struct arena *arena;
	struct diag *diag;
	int root_fd;
	bool all;      /* units that had nothing to do, too */
	bool told_now; /* the last part has begun */
	bool trouble;  /* something failed, lacks something, or cannot be read */
	struct left left;
	bool has_left; /* an image of an older version leaves none */
	bool watched;  /* bootgraph-resume has written down what came since */
	VEC(struct status_arrival) arrivals;
};

/* A file below the root, NUL-terminated; NULL if it cannot be read. */
char *status_read(const struct status *status, const char *path);

/* Reports a first line that is not one of ours; whether it is. */
bool status_check_head(struct status *status, const char *path, enum field_head head);

/* The one line of such a file. */
const char *status_read_line(const struct status *status, const char *path);

/* story.c: how the initramfs got to its end, and what it had to do without. */
void status_tell_story(const struct status *status, const struct timeline *timeline);

/* story.c: that an earlier boot did not get there, if bootgraph-resume has found that out. */
void status_tell_earlier(struct status *status);

/* now.c: what was still going on at the handoff, what bootgraph-resume did about it since, and how
 * arrays and processes are now. */
void status_read_left(struct status *status);
void status_print_since(struct status *status);
void status_print_now(struct status *status);

/* report.c: writes the files of the boot, and its blob, into one (../simulate/report.h). Returns
 * the exit status. */
int status_report(const struct status *status, const char *path);

#endif
