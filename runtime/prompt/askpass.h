/* The face that programs look for: cryptroot-unlock, dropbear's users and clevis find an open
 * prompt by a process that executes /lib/cryptsetup/askpass, has /lib/cryptsetup/passfifo open and
 * CRYPTTAB_NAME, CRYPTTAB_SOURCE, CRYPTTAB_TRIED and CRYPTTAB_OPTION_tries in its environment; they
 * write the passphrase to the fifo, and wait until the process of /sbin/cryptsetup is gone that has
 * the same CRYPTTAB_NAME (cryptsetup 2:2.6.1-4, cryptroot-unlock; clevis 19, initramfs scripts).
 *
 * Keyscripts run /lib/cryptsetup/askpass themselves, with a text as its argument, and read the
 * passphrase from its output; they hand the connection on that bootgraph-crypt has (PROMPT_FD).
 *
 * bootgraph-askpass (bootgraph_askpass.c) is all of these in one: /sbin/cryptsetup in the image
 * is a link to it. The broker runs it while a prompt is open, and ends it once it is known what
 * became of the passphrase. Without the file, prompts work all the same.
 */
#ifndef BOOTGRAPH_PROMPT_ASKPASS_H
#define BOOTGRAPH_PROMPT_ASKPASS_H

#include <stdbool.h>
#include <sys/types.h>

#include "protocol.h"

#define ASKPASS_PATH "/lib/cryptsetup/askpass"
#define ASKPASS_FIFO "/lib/cryptsetup/passfifo"
/* The real one, where the image has it for the rescue shell (compiler/rescue_tools.def). */
#define ASKPASS_CRYPTSETUP "/usr/lib/bootgraph/tools/cryptsetup"
#define CRYPTTAB_PATH	   "/cryptroot/crypttab"

struct askpass {
	pid_t pid; /* 0: none */
	int fd;	   /* what it read from the fifo, as one record; -1: nothing more comes */
};

/* Runs it for a request, if the image has it. */
bool askpass_start(struct askpass *askpass, const struct prompt_request *request);
void askpass_end(struct askpass *askpass);

#endif
