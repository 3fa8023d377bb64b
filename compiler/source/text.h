/* Reading files below a sysroot, and the line map, fields and escapes that line formats share. */
#ifndef BOOTGRAPH_TEXT_H
#define BOOTGRAPH_TEXT_H

#include "../diag.h"

enum {
	TEXT_SIZE_MAX = 16 << 20, /* bytes of a file; longer ones are EFBIG */
	TEXT_LINE_MAX = 65536,	  /* bytes of a line */
};

/* Reads a file. path is relative to the sysroot (a directory; symbolic links resolve inside it), or
 * to the working directory with root_fd AT_FDCWD. What it is shown as is `name`. On failure errno
 * is set and NULL returned, nothing reported: the caller knows whether the file has to be there.
 * Only regular files are read (EISDIR for directories, ENOTSUP for FIFOs, devices and sockets, none
 * of which is ever opened). */
const struct text *text_read(struct arena *arena, int root_fd, const char *path, const char *name);

/* A text that is already in memory (a stdlib unit, an option's value). */
const struct text *text_from_memory(struct arena *arena, const char *name, const char *data,
				    size_t size);

/* Reports NUL bytes, invalid UTF-8 and lines of more than TEXT_LINE_MAX bytes; false if there were
 * any, and the text is better not parsed. */
bool text_check(struct diag *diag, const struct text *text);

/* A line, counted from 0, without its newline. */
struct span text_line(const struct text *text, size_t line);

/* Opens a file below a sysroot the way openat2(RESOLVE_IN_ROOT) does, also where the kernel has no
 * openat2; -1 and errno on failure. flags are those of open(2) without O_CREAT and O_TMPFILE. */
int sysroot_open(int root_fd, const char *path, int flags);

#endif
