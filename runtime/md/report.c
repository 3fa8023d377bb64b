#include "array.h"
#include "../helper/report.h"

#include <stdarg.h>
#include <stdio.h>

bool report(const char *format, ...)
{
	char line[REPORT_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	report_failure("%s", line);
	return false;
}
