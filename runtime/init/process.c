#include "process.h"
#include "../left/stat.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The begin of a file of a process, as a text; "" if it is gone. */
static void read_file(pid_t pid, const char *file, char *text, size_t room)
{
	char path[64];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, room - 1);
		close(fd);
	}
	text[n > 0 ? n : 0] = '\0';
}

enum process_kind process_kind(pid_t pid)
{
	char first[2];

	read_file(pid, "cmdline", first, sizeof first);
	if (first[0] == '\0')
		return PROCESS_NONE;
	return first[0] == '@' ? PROCESS_STORAGE : PROCESS_COMMON;
}

void process_name(pid_t pid, char name[PROCESS_NAME_MAX])
{
	read_file(pid, "comm", name, PROCESS_NAME_MAX);
	name[strcspn(name, "\n")] = '\0';
	if (name[0] == '\0')
		strcpy(name, "?");
}

unsigned long long process_start(pid_t pid)
{
	char line[512];

	read_file(pid, "stat", line, sizeof line);
	return stat_start(line);
}

bool process_is_worker(pid_t pid)
{
	char path[32], own[256], its[256];
	ssize_t n, m;

	snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
	n = readlink("/proc/self/exe", own, sizeof own);
	m = readlink(path, its, sizeof its);
	return n > 0 && n == m && memcmp(own, its, (size_t)n) == 0;
}

void process_each(void (*function)(void *context, pid_t pid), void *context)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	while (proc != NULL && (entry = readdir(proc)) != NULL) {
		long pid = strtol(entry->d_name, NULL, 10);

		if (pid > 1)
			function(context, (pid_t)pid);
	}
	if (proc != NULL)
		closedir(proc);
}
