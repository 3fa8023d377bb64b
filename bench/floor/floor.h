/* What the parts of the floor share (init.c says what the floor is). */
#ifndef FLOOR_H
#define FLOOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Says what failed, with errno's words, and ends: PID 1 that ends is the kernel's panic. */
_Noreturn void die(const char *what);

/* Remembers that something is done now, for floor.trace. */
void mark(const char *format, ...) __attribute__((format(printf, 1, 2)));

pid_t spawn(char **command);

/* Waits for a child; one that ends with a status above `worst` ends the floor. */
void wait_for(pid_t child, const char *what, int worst);

/* Runs the commands of /steps, one a line with its words separated by spaces, each when the one
 * before has succeeded. There need not be any. */
void run_steps(void);

/* The kernel's name for the file system on this device: "ext4" or "btrfs" if it has this UUID, else
 * NULL. */
const char *type_with_uuid(const char *node, const uint8_t uuid[16]);

#endif
