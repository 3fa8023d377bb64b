/* When the boot cannot go on: say why, then panic= or a shell whose end makes the machine look
 * again (initramfs-tools 0.142, scripts/functions, panic). */
#ifndef BOOTGRAPH_RESCUE_H
#define BOOTGRAPH_RESCUE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct init;

#define RESCUE_REPORT "/run/bootgraph/rescue"

struct rescue {
	bool wanted;	      /* the machine's verdict */
	bool open;	      /* from the report until the machine is to look again */
	pid_t shell;	      /* or 0 */
	uint32_t begun;	      /* when the shell was started */
	bool left;	      /* it has ended */
	bool no_shell;	      /* there is none: a new device makes the machine look again */
	const char *sentence; /* without a machine: why there is none */
	pid_t keeper;	      /* rescue_story.c: who keeps the last report, or 0 */
	unsigned kept;	      /* how many there were */
};

/* Reports, obeys panic=, and starts a shell. sentence is NULL where the machine can explain. */
void rescue_open(struct init *init, const char *sentence);

/* Whether this process was the shell. */
bool rescue_ended(struct init *init, pid_t pid);

/* Nothing is left to go back to: says so, obeys panic=, or waits to be switched off. */
_Noreturn void rescue_stop(struct init *init, const char *sentence);

#endif
