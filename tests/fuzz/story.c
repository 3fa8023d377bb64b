/* The report of a rescue as the firmware, or /run/bootgraph, has it: anybody may have written
 * there. What is read is harmless to a terminal, and what is written of it is read as it was. */
#include "../../runtime/story/story.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_harmless(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			abort();
}

static void check_again(const struct story *story)
{
	char text[STORY_MAX];
	struct story again;
	size_t length = story_write(story, text);

	if (length != strlen(text) || length >= STORY_MAX ||
	    story_read(text, &again) != FIELD_HEAD_OURS || again.at != story->at ||
	    strncmp(again.stopped, story->stopped, 511) != 0 ||
	    again.path_count > story->path_count ||
	    again.cut < (story->cut || again.path_count < story->path_count))
		abort();
	for (size_t i = 0; i < again.path_count; i++)
		if (strcmp(again.path[i], story->path[i]) != 0)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), date[64];
	struct story story;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	story_tale(text);
	if (story_read(text, &story) == FIELD_HEAD_OURS) {
		story_date(&story, date);
		check_harmless(story.stopped);
		for (size_t i = 0; i < story.path_count; i++)
			check_harmless(story.path[i]);
		check_again(&story);
	}
	free(text);
	return 0;
}
