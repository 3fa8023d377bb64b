/* Before the handoff: whatever PID 1 has started, and what that has left behind, is ended. Only
 * storage daemons live on (process.h). */
#ifndef BOOTGRAPH_ENDING_H
#define BOOTGRAPH_ENDING_H

struct init;

/* SIGTERM, and SIGKILL a second later. Who is ended and is none of PID 1's own workers is named, in
 * the trace, too; so is who does not end. */
void processes_end(struct init *init);

#endif
