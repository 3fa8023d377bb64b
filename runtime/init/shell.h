/* A shell for people, in the rescue and at a break point; and what panic= has instead of one
 * (initramfs-tools 0.142, scripts/functions, panic). */
#ifndef BOOTGRAPH_INIT_SHELL_H
#define BOOTGRAPH_INIT_SHELL_H

#include <stdbool.h>
#include <sys/types.h>

struct init;

enum {
	CONSOLES_MAX = 8,
	CONSOLE_NAME_MAX = 32,
};

/* The names in /proc/consoles as paths, the preferred one first. */
unsigned consoles_read(char name[CONSOLES_MAX][CONSOLE_NAME_MAX]);

/* Returns only if panic= was not given: with it, nobody is to get a shell. */
void panic_obey(struct init *init);

bool shell_exists(void);

/* Starts a shell on the first console, once the scripts of /scripts/panic have run; reason is its
 * variable REASON. Its number, or -1 if there is none. */
pid_t shell_start(struct init *init, const char *reason);

/* Executes a shell in the place of this process; returns if there is none. */
void shell_execute(char **environment);

#endif
