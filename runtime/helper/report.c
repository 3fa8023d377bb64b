#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int descriptor = STDERR_FILENO;

void report_begin(void)
{
	struct stat st;

	/* Only a pipe is PID 1's: a shell may have given away the number to a file. */
	if (fstat(REPORT_FD, &st) == 0 && S_ISFIFO(st.st_mode) &&
	    fcntl(REPORT_FD, F_SETFD, FD_CLOEXEC) == 0)
		descriptor = REPORT_FD;
}

int report_failure(const char *format, ...)
{
	char line[REPORT_MAX];
	va_list arguments;
	size_t length, i;

	va_start(arguments, format);
	vsnprintf(line, sizeof line - 1, format, arguments);
	va_end(arguments);
	length = strlen(line);
	for (i = 0; i < length; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = ' ';
	line[length] = '\n';
	/* One write: it is shorter than PIPE_BUF, so it arrives whole or not at all. Where nobody
	 * listens any more, the exit status has to do. */
	while (write(descriptor, line, length + 1) < 0 && errno == EINTR)
		;
	return 1;
}
