/* The fields of the files in /run/bootgraph (specs/run.md): PID 1 writes them, and the tools of the
 * real system, which may be newer than it, read them. One place for both. */
#ifndef BOOTGRAPH_LEFT_FIELD_H
#define BOOTGRAPH_LEFT_FIELD_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The text as one field: what could end a field or a line is written \xNN, an empty text "-". */
void field_write(FILE *file, const char *text);

/* A time, given in milliseconds, in seconds with three decimals. */
void field_write_time(FILE *file, uint32_t milliseconds);

/* Undoes the escapes of a field; to has room for length + 1 bytes, and may be from itself. */
void field_decode(const char *from, size_t length, char *to);

/* What the first line of a file says. */
enum field_head {
	FIELD_HEAD_OURS,  /* a version that this program knows */
	FIELD_HEAD_NEWER, /* a later one, of which nothing can be said */
	FIELD_HEAD_OTHER, /* no such file */
};

/* Reads the first line, which has to be "bootgraph-KIND N", and moves *text behind it. */
enum field_head field_read_head(char **text, const char *kind, unsigned newest);

/* The next whole line, which loses its newline; NULL at the end. One without a newline was cut
 * short, and is none. */
char *field_next_line(char **text);

/* The next field of a line, decoded in place; "" for "-", NULL at the line's end. */
char *field_next(char **line);

#endif
