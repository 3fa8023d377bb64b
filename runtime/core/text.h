/* Small things about texts that a freestanding program has to do itself. */
#ifndef BOOTGRAPH_CORE_TEXT_H
#define BOOTGRAPH_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DECIMAL_SIZE = 11 };

/* A number's decimal digits, written at the end of the buffer; points at the first. */
const char *text_decimal(uint32_t number, char buffer[DECIMAL_SIZE]);

/* Whether a text that came from elsewhere ends within its field and holds no control character. */
bool text_is_sane(const char *text, size_t room);

#endif
