/* Programs that units run: their arguments, the devices that follow these, what they are handed,
 * and the line in which a helper says why it failed. */
#ifndef BOOTGRAPH_PROGRAM_H
#define BOOTGRAPH_PROGRAM_H

#include "child.h"

enum {
	PROGRAM_REPORT_FD = 3, /* the program's end of a pipe: one line for people */
	PROGRAM_PROMPT_FD = 4, /* unlock: a connection to whoever asks for passphrases */
};

/* Effects, in the child: run, assemble, run-for-device, unlock. The program's exit status is the
 * effect's; how it was killed too. */
int32_t work_run(struct init *init, const struct effect *effect, struct report *report);
int32_t work_assemble(struct init *init, const struct effect *effect, struct report *report);
int32_t work_run_for_device(struct init *init, const struct effect *effect, struct report *report);
int32_t work_unlock(struct init *init, const struct effect *effect, struct report *report);

#endif
