#include "progress.h"
#include "init.h"
#include "../left/stat.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- what has been done ----------------------------------------------------- */

/* "PID (NAME) STATE PARENT GROUP SESSION ...": the name may hold anything. */
static bool is_of_session(const char *process, pid_t session)
{
	char text[256];
	const char *end;
	int is = 0;

	if (!stat_read_file(atoi(process), "stat", text, sizeof text))
		return false; /* it has ended */
	end = strrchr(text, ')');
	return end != NULL && sscanf(end + 1, " %*c %*d %*d %d", &is) == 1 && is == session;
}

/* Lines of "KEY: BYTES", and of system calls, which do no harm. */
static uint64_t bytes_of(const char *process)
{
	uint64_t sum = 0;
	char text[512];
	const char *at = text;

	if (!stat_read_file(atoi(process), "io", text, sizeof text))
		return 0;
	while ((at = strchr(at, ':')) != NULL)
		sum += strtoull(++at, NULL, 10);
	return sum;
}

uint64_t progress_of_session(pid_t session)
{
	DIR *processes = opendir("/proc");
	const struct dirent *item;
	uint64_t sum = 0;

	while (processes != NULL && (item = readdir(processes)) != NULL)
		if (isdigit((unsigned char)item->d_name[0]) && is_of_session(item->d_name, session))
			sum += bytes_of(item->d_name);
	if (processes != NULL)
		closedir(processes);
	return sum;
}

/* --- checks ------------------------------------------------------------------- */

static bool is_watched(const struct child *child)
{
	return child->op == OP_FSCK && !child->stopped;
}

static void look(struct init *init, struct child *child, uint32_t now)
{
	uint64_t done = progress_of_session(child->pid);
	bool works = done != child->done;

	child->done = done;
	child->look_at = now + PROGRESS_INTERVAL;
	if (works == child->works)
		return;
	child->works = works;
	init_tell(init, &(struct event){.kind = EVENT_HOLD,
					.node = child->node,
					.serial = child->serial,
					.status = works});
}

void progress_tick(struct init *init, uint32_t now)
{
	for (size_t i = 0; i < init->children.count; i++) {
		struct child *child = &init->children.child[i];

		if (is_watched(child) && child->look_at <= now)
			look(init, child, now);
	}
}

uint32_t progress_deadline(const struct init *init)
{
	uint32_t deadline = NEVER;

	for (size_t i = 0; i < init->children.count; i++) {
		const struct child *child = &init->children.child[i];

		if (is_watched(child) && child->look_at < deadline)
			deadline = child->look_at;
	}
	return deadline;
}
