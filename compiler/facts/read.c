#include "facts.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <string.h>

#include "../source/text.h"

void facts_add_alias(struct arena *arena, struct facts *facts, const char *alias)
{
	if (*alias == '\0')
		return;
	if (strncmp(alias, "cpu:", 4) == 0) {
		facts->cpu = arena_strdup(arena, alias);
		return;
	}
	for (size_t i = 0; i < facts->modalias.count; i++)
		if (strcmp(facts->modalias.item[i], alias) == 0)
			return;
	vec_push(arena, &facts->modalias, arena_strdup(arena, alias));
}

static bool read_modalias(struct arena *arena, struct diag *diag, const struct text *text,
			  json_object *list, struct facts *facts)
{
	struct span span = {.text = text};

	if (!json_object_is_type(list, json_type_array)) {
		diag_report(diag, DIAG_IMAGE_FACTS, span, NULL,
			    "\"modalias\" is not a list of texts");
		return false;
	}
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *item = json_object_array_get_idx(list, i);

		if (!json_object_is_type(item, json_type_string)) {
			diag_report(diag, DIAG_IMAGE_FACTS, span, NULL,
				    "\"modalias\": item %zu is not a text", i + 1);
			return false;
		}
		facts_add_alias(arena, facts, json_object_get_string(item));
	}
	return true;
}

/* The parsed text, or NULL after reporting where it is no JSON. */
static json_object *parse(struct diag *diag, const struct text *text)
{
	struct json_tokener *tokener = json_tokener_new();
	json_object *object = NULL;
	enum json_tokener_error error;
	struct span span = {.text = text, .length = 1};

	if (tokener == NULL)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/* With the NUL that follows the text, the parser knows where it ends. */
	object = json_tokener_parse_ex(tokener, text->data, (int)text->size + 1);
	error = json_tokener_get_error(tokener);
	span.offset = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	if (error != json_tokener_success || object == NULL) {
		diag_report(diag, DIAG_IMAGE_FACTS, span, NULL, "not a JSON object: %s",
			    error == json_tokener_success ? "it is null"
							  : json_tokener_error_desc(error));
		return NULL;
	}
	return object;
}

struct facts *facts_read(struct arena *arena, struct diag *diag, const char *path)
{
	const struct text *text = text_read(arena, AT_FDCWD, path, path);
	struct facts *facts = arena_alloc(arena, sizeof *facts);
	json_object *object, *list;
	bool fine;

	if (text == NULL) {
		diag_report(diag, DIAG_UNREADABLE, (struct span){.name = path}, NULL,
			    "cannot be read: %s", strerror(errno));
		return NULL;
	}
	if (!text_check(diag, text))
		return NULL;
	object = parse(diag, text);
	if (object == NULL)
		return NULL;
	fine = json_object_object_get_ex(object, "modalias", &list);
	if (!fine)
		diag_report(diag, DIAG_IMAGE_FACTS, (struct span){.text = text}, NULL,
			    "no \"modalias\" in it");
	fine = fine && read_modalias(arena, diag, text, list, facts);
	json_object_put(object);
	return fine ? facts : NULL;
}
