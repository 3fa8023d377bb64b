#include "json_text.h"

#include <stdlib.h>
#include <string.h>

#include "utf8.h"

struct json_object *json_text_range(const char *text, const char *end)
{
	struct json_object *object;
	char *valid = NULL;
	uint32_t character;
	size_t size, length;
	FILE *out = open_memstream(&valid, &size);

	if (out == NULL)
		return json_object_new_string("");
	while (text < end) {
		length = utf8_decode(text, end, &character);
		fwrite(length > 0 ? text : "\xef\xbf\xbd", 1, length > 0 ? length : 3, out);
		text += length > 0 ? length : 1;
	}
	fclose(out);
	object = json_object_new_string_len(valid, (int)size);
	free(valid);
	return object;
}

struct json_object *json_text(const char *text)
{
	return json_text_range(text, text + strlen(text));
}

void json_print(const struct json_object *object, FILE *out)
{
	const int flags =
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;

	fputs(json_object_to_json_string_ext((struct json_object *)object, flags), out);
	fputc('\n', out);
}
