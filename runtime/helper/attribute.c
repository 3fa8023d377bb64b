#include "attribute.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

void attribute_read(const char *device, const char *attribute, char *value, size_t room)
{
	char path[192];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof path, "/sys/class/block/%.64s/%s", device, attribute);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, value, room - 1);
		close(fd);
	}
	while (n > 0 && value[n - 1] == '\n')
		n--;
	value[n > 0 ? n : 0] = '\0';
}
