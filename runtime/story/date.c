/* Apart from the rest: the C library's time zones are 20 kB, and PID 1 has no use for them. */
#include "story.h"

#include <stdio.h>
#include <time.h>

void story_date(const struct story *story, char date[64])
{
	time_t at = (time_t)story->at;
	struct tm broken;

	if (localtime_r(&at, &broken) == NULL || strftime(date, 64, "%Y-%m-%d %H:%M", &broken) == 0)
		snprintf(date, 64, "a day that is none");
}
