#include "stat.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_FIELD = 2, START_FIELD = 22 };

bool stat_read_file(pid_t pid, const char *file, char *text, size_t room)
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
	return n > 0;
}

/* The name is in parentheses, and may hold anything, these and spaces too. */
unsigned long long stat_start(const char *line)
{
	const char *at = strrchr(line, ')');
	int field;

	for (field = NAME_FIELD; at != NULL && field < START_FIELD; field++)
		at = strchr(at + 1, ' ');
	return at != NULL ? strtoull(at + 1, NULL, 10) : 0;
}

unsigned long long stat_start_of(pid_t pid)
{
	char line[512];

	return stat_read_file(pid, "stat", line, sizeof line) ? stat_start(line) : 0;
}
