/* What PID 1 says: on the console, and for later in the kernel log. */
#ifndef BOOTGRAPH_LOG_H
#define BOOTGRAPH_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "../core/boot.h"

enum log_level {
	SAY_ERROR,
	SAY_WARNING,
	SAY_INFO, /* silent with `quiet` */
	SAY_DEBUG,
};

/* Opens what is there by now; to be called again when /dev has been mounted. */
void log_open(void);

/* quiet and bootgraph.log=; before it, warnings and errors are said. */
void log_set_level(const struct boot *boot);

/* Says a sentence, as in printf, without newline. Never blocks for more than a moment: a console
 * that takes nothing (flow control) loses the text. */
void say(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Bytes as they are, on the console only. */
void log_write(const char *bytes, size_t length);

/* A line, without its newline, in the kernel's log only: for what the consoles have had already,
 * and the real system's journal is to have, too. */
void log_keep(const char *line, size_t length);

bool log_shows(enum log_level level);

#endif
