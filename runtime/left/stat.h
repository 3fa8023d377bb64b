/* What /proc says of a process (proc(5)), and /proc/PID/stat above all. */
#ifndef BOOTGRAPH_LEFT_STAT_H
#define BOOTGRAPH_LEFT_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The begin of a file of a process, as a text; "" and false if it is empty, or gone. */
bool stat_read_file(pid_t pid, const char *file, char *text, size_t room);

/* When the process was started, in clock ticks since the machine was: with its number this names
 * one process and no later one. 0 if the line is none. */
unsigned long long stat_start(const char *line);

/* The same of this process, now; 0 if it is gone. */
unsigned long long stat_start_of(pid_t pid);

#endif
