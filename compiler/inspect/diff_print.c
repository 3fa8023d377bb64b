/* Differences as text and as JSON. */
#include "diff.h"

#include "../json_text.h"
#include "describe.h"

void diff_print(struct arena *arena, const difference_list *list, FILE *out)
{
	for (size_t i = 0; i < list->count; i++)
		describe_print(out, arena, "%s%s", list->item[i].sentence,
			       describe_source(arena, list->item[i].source));
}

static void add_text(struct json_object *object, const char *key, const char *text)
{
	if (text != NULL)
		json_object_object_add(object, key, json_text(text));
}

static struct json_object *new_difference(const struct difference *difference)
{
	static const char *const changes[CHANGE_COUNT] = {"added", "removed", "changed"};
	struct json_object *object = json_object_new_object();

	add_text(object, "change", changes[difference->change]);
	add_text(object, "what", difference->what);
	add_text(object, "node", difference->node);
	add_text(object, "other", difference->other);
	add_text(object, "old", difference->old);
	add_text(object, "new", difference->new);
	add_text(object, "source", difference->source);
	add_text(object, "message", difference->sentence);
	return object;
}

void diff_json(const difference_list *list, FILE *out)
{
	struct json_object *root = json_object_new_object(), *array = json_object_new_array();

	for (size_t i = 0; i < list->count; i++)
		json_object_array_add(array, new_difference(&list->item[i]));
	json_object_object_add(root, "differences", array);
	json_print(root, out);
	json_object_put(root);
}
