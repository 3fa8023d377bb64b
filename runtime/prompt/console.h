/* All consoles at once: the only code that asks people something there.
 *
 * The kernel names its consoles in /sys/class/tty/console/active (kernel:
 * Documentation/ABI/testing/sysfs-tty); "tty0" among them is the virtual terminal in front. Where
 * that cannot be read, /dev/console is the one there is.
 */
#ifndef BOOTGRAPH_PROMPT_CONSOLE_H
#define BOOTGRAPH_PROMPT_CONSOLE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "protocol.h"

enum { CONSOLES_MAX = 8 };

struct console {
	char name[32];
	bool has_settings;
	struct termios settings; /* as it was before */
};

struct consoles {
	struct console console[CONSOLES_MAX];
	struct pollfd poll[CONSOLES_MAX]; /* fd -1: it has gone */
	size_t count;
	/* What has been typed so far, one buffer for each: in secret memory (secret.h), lent. */
	struct typed {
		unsigned char bytes[PASSPHRASE_MAX];
		size_t length;
		bool too_long;
	} * typed; /* CONSOLES_MAX of them */
};

enum console_use {
	CONSOLES_ALL,
	CONSOLES_SERIAL, /* the virtual terminals belong to a splash screen */
};

enum console_read {
	CONSOLE_NOTHING,
	CONSOLE_LINE,	  /* typed has it, without its end */
	CONSOLE_TOO_LONG, /* the line was not for us */
};

/* Opens them; what was typed before is no answer and is thrown away. With echo off, what is typed
 * is not shown. */
void consoles_open(struct consoles *consoles, enum console_use use, bool echo);
/* Puts their settings back and closes them; what was typed is wiped. */
void consoles_close(struct consoles *consoles);
/* Whether there is one left. */
bool consoles_any(const struct consoles *consoles);

/* Says something on all of them, or all but one (CONSOLES_MAX: all). */
void consoles_say(const struct consoles *consoles, size_t but, const char *text);
void console_say(const struct consoles *consoles, size_t i, const char *text);

/* Takes in what was typed. After a line, typed[i] is to be emptied. */
enum console_read console_read(struct consoles *consoles, size_t i);
void console_forget(struct consoles *consoles, size_t i);

#endif
