/* /proc/PID/stat (proc(5)). */
#ifndef BOOTGRAPH_LEFT_STAT_H
#define BOOTGRAPH_LEFT_STAT_H

/* When the process was started, in clock ticks since the machine was: with its number this names
 * one process and no later one. 0 if the line is none. */
unsigned long long stat_start(const char *line);

#endif
