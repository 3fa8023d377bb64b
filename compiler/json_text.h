/* Texts of any bytes as JSON strings (RFC 8259), for json-c. */
#ifndef BOOTGRAPH_JSON_TEXT_H
#define BOOTGRAPH_JSON_TEXT_H

#include <json-c/json.h>
#include <stdio.h>

/* A string object. JSON is UTF-8; a byte that is not becomes U+FFFD. */
struct json_object *json_text(const char *text);
/* The same of the bytes before end. */
struct json_object *json_text_range(const char *text, const char *end);

/* Writes a value, indented, with a newline after it. */
void json_print(const struct json_object *object, FILE *out);

#endif
