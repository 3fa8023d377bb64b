/* What a rescue was about, kept for a boot after it (../story): the report itself is lost with the
 * machine's memory when somebody resets it. */
#ifndef BOOTGRAPH_RESCUE_STORY_H
#define BOOTGRAPH_RESCUE_STORY_H

struct init;

/* Has a child keep the sentence, and the path, a text with a line for each link, in the firmware,
 * where there is one and bootgraph.rescue-story= does not say none. Nobody waits for it: firmware
 * can be slow, and has been seen to hang. */
void rescue_story_keep(struct init *init, const char *sentence, const char *path);

/* Before a reboot: gives that child a few seconds to come to its end. */
void rescue_story_wait(struct init *init);

#endif
