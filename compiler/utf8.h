/* UTF-8 (RFC 3629), for checking sources and for showing them. */
#ifndef BOOTGRAPH_UTF8_H
#define BOOTGRAPH_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The character at `at`, before `end`: its bytes (1 to 4), or 0 if there is no valid one. Overlong
 * forms, surrogates and numbers above U+10FFFF are not valid. */
size_t utf8_decode(const char *at, const char *end, uint32_t *ret_character);

/* Whether a text is valid throughout. */
bool utf8_valid(const char *text);

/* The columns a character takes on a terminal: 0, 1 or 2, whatever the locale is; -1 if it must not
 * be written to one: control characters, and those that reorder the text around them. */
int utf8_columns(uint32_t character);

#endif
