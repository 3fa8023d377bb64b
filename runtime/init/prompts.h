/* PID 1's end of the broker (runtime/prompt/broker.h): starts it when the first unit wants people,
 * connects helpers and workers to it, and knows which effects wait for people. */
#ifndef BOOTGRAPH_PROMPTS_H
#define BOOTGRAPH_PROMPTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct init;

enum { PROMPT_WAITS_MAX = 64 }; /* as many as the broker has clients */

struct prompts {
	pid_t pid;	     /* 0: not started */
	int fd;		     /* of its socket, while it runs */
	bool paused;	     /* a shell has the consoles */
	struct prompt_wait { /* effects that wait for people: their limits stand still */
		uint32_t node, serial;
	} wait[PROMPT_WAITS_MAX];
	unsigned wait_count;
	int client; /* while a child is being started: its end of a connection, else -1 */
};

void prompts_begin(struct prompts *prompts);

/* A connection for an effect's child, to be closed once the child has it; negative errno. */
int prompts_connect(struct init *init, uint32_t node, uint32_t serial);

/* Takes in what the broker says. */
void prompts_readable(struct init *init);

/* Gives the consoles to a shell, and takes them back: prompts that were open come again. */
void prompts_pause(struct init *init);
void prompts_resume(struct init *init);

/* Whether the process was the broker; whoever waits for an answer sees its end, too. */
bool prompts_ended(struct init *init, pid_t pid);

/* Ends it, with all that it knows; true if it is to be waited for. */
bool prompts_end(struct init *init);

#endif
