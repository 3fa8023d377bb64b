#include "stat.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_FIELD = 2, START_FIELD = 22 };

/* The name is in parentheses, and may hold anything, these and spaces too. */
unsigned long long stat_start(const char *line)
{
	const char *at = strrchr(line, ')');
	int field;

	for (field = NAME_FIELD; at != NULL && field < START_FIELD; field++) {
		at = strchr(at, ' ');
		at += at != NULL;
	}
	return at != NULL ? strtoull(at, NULL, 10) : 0;
}
