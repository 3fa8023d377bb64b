/* The report of a rescue that a reset has put an end to (specs/run.md): whoever has repaired the
 * machine from elsewhere, or has found it running again, learns of it on the next good boot. */
#include "resume.h"
#include "../story/firmware.h"
#include "../story/story.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define EARLIER "/run/bootgraph/earlier-rescue"

/* Bytes as they are: status reads them with the same function. */
static bool leave_for_status(const char *text)
{
	FILE *file = fopen(EARLIER, "we");
	bool good = file != NULL && fputs(text, file) >= 0;

	if (file != NULL)
		good = fclose(file) == 0 && good;
	if (!good)
		journal_say(LOG_WARNING, "%s: %s", EARLIER, strerror(errno));
	return good;
}

static bool is_of_this_boot(const struct story *story)
{
	char id[64] = "";
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (file != NULL && fgets(id, sizeof id, file) == NULL)
		id[0] = '\0';
	if (file != NULL)
		fclose(file);
	id[strcspn(id, "\n")] = '\0';
	return id[0] != '\0' && strcmp(id, story->boot) == 0;
}

static void tell(struct resume *resume, const struct story *story)
{
	char date[64];
	size_t i;

	story_date(story, date);
	journal_event(resume, LOG_WARNING, "earlier-rescue", "",
		      "an earlier boot, on %s, had stopped in the rescue shell: %s", date,
		      story->stopped);
	for (i = 0; i < story->path_count; i++)
		journal_say(LOG_WARNING, "earlier rescue: %s", story->path[i]);
}

/* False if it is to be kept: somebody newer knows what it says. */
static bool take(struct resume *resume, char *text)
{
	char copy[2 * STORY_MAX];
	struct story story;
	enum field_head head;

	strcpy(copy, text);
	head = story_read(copy, &story);
	if (head == FIELD_HEAD_NEWER)
		journal_say(LOG_WARNING, "the firmware holds the report of an earlier rescue, of a "
					 "version that this program does not know");
	if (head != FIELD_HEAD_OURS)
		return head == FIELD_HEAD_OTHER;
	if (is_of_this_boot(&story))
		return true; /* pending.c tells it from /run/bootgraph/rescue */
	tell(resume, &story);
	return leave_for_status(text);
}

void earlier_tell(struct resume *resume)
{
	char text[2 * STORY_MAX];
	int variables, r = 0;
	ssize_t length;

	if (!firmware_has_variables())
		return;
	variables = firmware_open();
	if (variables < 0) {
		journal_say(LOG_INFO, "the firmware's variables cannot be read: %s",
			    strerror(-variables));
		return;
	}
	length = firmware_read(variables, text, sizeof text);
	if (length >= 0 && take(resume, text))
		r = firmware_delete(variables);
	else if (length < 0 && length != -ENOENT)
		r = (int)length;
	if (r < 0)
		journal_say(LOG_WARNING, "the firmware's report of an earlier rescue: %s",
			    strerror(-r));
	close(variables);
}
