/* Asks lvm(8) what it knows: which disks a volume group has, and lacks, is in its metadata alone.
 */
#include "lvm_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	REPORT_MAX = 16 << 20, /* bytes */
	PATIENCE = 30,	       /* seconds; lvm waits for locks */
};

static pid_t start(int out)
{
	static char *const words[] = {"lvm",
				      "fullreport",
				      "--all",
				      "--reportformat",
				      "json",
				      "--configreport",
				      "vg",
				      "-o",
				      "vg_name,vg_uuid",
				      "--configreport",
				      "pv",
				      "-o",
				      "pv_name,pv_uuid,pv_missing",
				      "--configreport",
				      "lv",
				      "-o",
				      "lv_name,lv_uuid,lv_active,lv_parent,pool_lv",
				      "--configreport",
				      "pvseg",
				      "-o",
				      "pv_uuid,lv_name",
				      "--configreport",
				      "seg",
				      "-o",
				      "lv_name",
				      NULL};
	/* A translation of lvm's would change "unknown"; inherited descriptors are none of its
	 * business to tell. */
	static char *const environment[] = {"LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
					    "LVM_SUPPRESS_FD_WARNINGS=1", NULL};
	posix_spawn_file_actions_t actions;
	pid_t child = -1;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return -1;
	if (posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) != 0 ||
	    posix_spawn_file_actions_adddup2(&actions, out, 1) != 0 ||
	    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) != 0 ||
	    posix_spawnp(&child, "lvm", &actions, NULL, words, environment) != 0)
		child = -1;
	posix_spawn_file_actions_destroy(&actions);
	return child;
}

/* Reads until the end of the file; false when that takes too long, or is too much. */
static bool drain(struct arena *arena, int in, char **ret_text)
{
	time_t end = time(NULL) + PATIENCE;
	size_t size = 0, room = 1 << 16;
	char *text = arena_alloc(arena, room + 1);

	for (;;) {
		struct pollfd ready = {.fd = in, .events = POLLIN};
		ssize_t count;

		if (time(NULL) >= end || poll(&ready, 1, 1000) < 0)
			return false;
		if (ready.revents == 0)
			continue;
		count = read(in, text + size, room - size);
		if (count <= 0) {
			*ret_text = text;
			return count == 0;
		}
		size += (size_t)count;
		if (size == REPORT_MAX)
			return false;
		if (size == room) {
			char *larger = arena_alloc(arena, 2 * room + 1);

			memcpy(larger, text, size);
			text = larger;
			room *= 2;
		}
	}
}

bool lvm_run(struct arena *arena, char **ret_report)
{
	int ends[2], status = -1;
	pid_t child;
	bool fine;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	child = start(ends[1]);
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		return false;
	}
	fine = drain(arena, ends[0], ret_report);
	if (!fine)
		kill(child, SIGKILL);
	close(ends[0]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	/* lvm ends with 5 where a disk is missing, and has told all the same. */
	return fine && WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 5);
}
