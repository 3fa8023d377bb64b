#include "resume.h"
#include "../left/stat.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The descriptor comes first: then the number cannot be given to another process between the two.
 */
static int open_process(const struct left_process *process)
{
	int fd = (int)syscall(SYS_pidfd_open, process->pid, 0);

	if (fd >= 0 && stat_start_of(process->pid) != process->start) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static const char *unit_text(const struct left_process *process, char text[128])
{
	if (process->unit[0] == '\0')
		return "";
	snprintf(text, 128, " of %s", process->unit);
	return text;
}

/* systemd has mdmon started anew from the real root, with --takeover: the old one ends then. One
 * that has ended itself and was not waited for has no command line any more. */
static pid_t find_successor(const struct left_process *process)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;

	while (proc != NULL && found == 0 && (entry = readdir(proc)) != NULL) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		char name[64];

		if (pid <= 1 || pid == process->pid ||
		    !stat_read_file(pid, "comm", name, sizeof name))
			continue;
		name[strcspn(name, "\n")] = '\0';
		if (strcmp(name, process->name) == 0 && stat_start_of(pid) >= process->start &&
		    stat_read_file(pid, "cmdline", name, sizeof name))
			found = pid;
	}
	if (proc != NULL)
		closedir(proc);
	return found;
}

void processes_ended(struct resume *resume, struct watched *watched)
{
	const struct left_process *process = &watched->process;
	pid_t successor = find_successor(process);
	char unit[128];

	if (watched->fd >= 0)
		close(watched->fd);
	watched->fd = -1;
	if (successor == 0) {
		journal_event(resume, LOG_ERR, "ended", process->name,
			      "%s%s, process %d, which lived on from the initramfs, has ended",
			      process->name, unit_text(process, unit), (int)process->pid);
		return;
	}
	journal_event(resume, LOG_NOTICE, "succeeded", process->name,
		      "%s%s, process %d, has been followed by process %d", process->name,
		      unit_text(process, unit), (int)process->pid, (int)successor);
	watched->process.pid = successor;
	watched->process.start = stat_start_of(successor);
	watched->fd = open_process(&watched->process);
}

void processes_watch(struct resume *resume)
{
	size_t i;

	resume->watched = calloc(resume->left.process_count + 1, sizeof *resume->watched);
	if (resume->watched == NULL) {
		journal_say(LOG_ERR, "no memory to watch processes");
		return;
	}
	resume->watched_count = resume->left.process_count;
	for (i = 0; i < resume->watched_count; i++) {
		struct watched *watched = &resume->watched[i];

		watched->process = resume->left.process[i];
		watched->fd = open_process(&watched->process);
		if (watched->fd < 0)
			processes_ended(resume, watched);
	}
}
