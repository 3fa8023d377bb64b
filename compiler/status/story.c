#include "status.h"
#include "../../runtime/story/story.h"

#include <string.h>

/* A rescue that was left is told when all is well again: it may have been long ago by then. */
static void tell_rescue(const struct timeline *timeline, const struct rescue_story *rescue)
{
	printf("After %.3f s the boot stopped in the rescue shell:\n", rescue->begin / 1000.0);
	for (size_t i = 0; i < rescue->because_count; i++)
		printf("  %s\n", timeline->because.item[rescue->first_because + i]);
	if (rescue->end == UINT32_MAX)
		puts("That shell was not left.");
	else
		printf("The shell was left at %.3f s, and the boot looked again.\n",
		       rescue->end / 1000.0);
}

/* " (raid1, 2 devices)", if that is known. */
static const char *describe_set(const struct status *status, const char *set)
{
	for (size_t i = 0; i < status->left.set_count; i++)
		if (strcmp(status->left.set[i].set, set) == 0)
			return arena_printf(status->arena, " (%s)", status->left.set[i].about);
	return "";
}

/* "COMPLETE=md:2f00-1a2b" is about a set; any other name is a device's. */
static void tell_given_up(const struct status *status, const struct given_up *given_up)
{
	bool quiet = strcmp(given_up->reason, "quiescent") == 0;

	if (strncmp(given_up->node, "COMPLETE=", 9) == 0)
		printf("After %.3f s not all of %s%s was waited for any longer: ",
		       given_up->at / 1000.0, given_up->node + 9,
		       describe_set(status, given_up->node + 9));
	else
		printf("After %.3f s %s was not waited for any longer: ", given_up->at / 1000.0,
		       given_up->node);
	puts(quiet ? "nothing more was to be expected." : "its time was used up.");
}

void status_tell_story(const struct status *status, const struct timeline *timeline)
{
	bool done = timeline->verdict != NULL && strcmp(timeline->verdict, "handoff") == 0;

	for (size_t i = 0; i < timeline->given_up.count; i++)
		tell_given_up(status, &timeline->given_up.item[i]);
	for (size_t i = 0; i < timeline->rescues.count; i++)
		tell_rescue(timeline, &timeline->rescues.item[i]);
	printf("%s after %.3f s.\n\n", done ? "Handed over to the real init" : "The trace ends",
	       timeline->end / 1000.0);
}

void status_tell_earlier(struct status *status)
{
	static const char path[] = "run/bootgraph/earlier-rescue";
	char *text = status_read(status, path), date[64];
	struct story story;

	if (text == NULL || !status_check_head(status, path, story_read(text, &story)))
		return;
	story_date(&story, date);
	printf("An earlier boot, on %s with kernel %s, had stopped in the rescue shell:\n", date,
	       story.release);
	if (story.path_count == 0)
		printf("  %s\n", story.stopped);
	for (size_t i = 0; i < story.path_count; i++)
		printf("  %s\n", story.path[i]);
	puts(story.cut ? "  ... and there was more.\n" : "");
}
