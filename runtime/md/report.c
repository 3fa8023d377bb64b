#include "array.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REPORT = 3, LINE = 400 }; /* what PID 1 reads at most */

bool report(const char *format, ...)
{
	char line[LINE];
	struct stat st;
	va_list arguments;
	int fd, length;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof line - 1, format, arguments);
	va_end(arguments);
	if (length < 0)
		return false;
	if ((size_t)length > sizeof line - 2)
		length = sizeof line - 2;
	line[length++] = '\n';
	fd = fstat(REPORT, &st) == 0 && S_ISFIFO(st.st_mode) ? REPORT : STDERR_FILENO;
	if (write(fd, line, (size_t)length) < 0)
		return false; /* nobody listens: the exit status is left */
	return false;
}
