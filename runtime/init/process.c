#include "process.h"
#include "../left/stat.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- what they are -------------------------------------------------------- */

enum { SPARED_MAX = 64 };

static pid_t spared[SPARED_MAX];
static unsigned spared_count;
static pid_t splash; /* 0: none */

static void read_spared(FILE *file)
{
	long pid;

	while (spared_count < SPARED_MAX && fscanf(file, "%ld", &pid) == 1)
		if (pid > 1)
			spared[spared_count++] = (pid_t)pid;
}

static void read_splash(void)
{
	FILE *file = fopen(SPLASH_FILE, "re");
	long pid;

	splash = file != NULL && fscanf(file, "%ld", &pid) == 1 && pid > 1 ? (pid_t)pid : 0;
	if (file != NULL)
		fclose(file);
}

void process_read_spared(void)
{
	DIR *directory = opendir(SPARED_DIR);
	struct dirent *entry;
	FILE *file;

	spared_count = 0;
	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		char path[sizeof SPARED_DIR + 256];

		snprintf(path, sizeof path, SPARED_DIR "/%s", entry->d_name);
		file = entry->d_name[0] != '.' ? fopen(path, "re") : NULL;
		if (file == NULL)
			continue;
		read_spared(file);
		fclose(file);
	}
	if (directory != NULL)
		closedir(directory);
	read_splash();
}

static bool is_spared(pid_t pid)
{
	unsigned i;

	for (i = 0; i < spared_count && spared[i] != pid; i++)
		;
	return i < spared_count;
}

enum process_kind process_kind(pid_t pid)
{
	char first[2];

	stat_read_file(pid, "cmdline", first, sizeof first);
	if (first[0] == '\0')
		return PROCESS_NONE;
	if (first[0] == '@' || is_spared(pid))
		return PROCESS_STORAGE;
	return pid == splash ? PROCESS_SPLASH : PROCESS_COMMON;
}

/* --- who they are --------------------------------------------------------- */

void process_name(pid_t pid, char name[PROCESS_NAME_MAX])
{
	stat_read_file(pid, "comm", name, PROCESS_NAME_MAX);
	name[strcspn(name, "\n")] = '\0';
	if (name[0] == '\0')
		strcpy(name, "?");
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
