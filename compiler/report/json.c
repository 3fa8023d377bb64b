/* Findings as JSON: {"findings": [{"id", "severity", "file", "line", "column", "message",
 * "hint"}]}. A finding that has further places has them as "notes". */
#include "report.h"

#include "../json_text.h"

/* line and column are null for what is about no line. */
static void add_place(struct json_object *object, struct span span)
{
	size_t line, column;

	span_position(span, &line, &column);
	json_object_object_add(object, "file", json_text(span_name(span)));
	json_object_object_add(object, "line",
			       line > 0 ? json_object_new_int64((int64_t)line) : NULL);
	json_object_object_add(object, "column",
			       line > 0 ? json_object_new_int64((int64_t)column) : NULL);
}

static struct json_object *new_notes(const struct report_finding *finding)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < finding->notes.count; i++) {
		struct json_object *object = json_object_new_object();

		add_place(object, finding->notes.item[i].span);
		json_object_object_add(object, "message", json_text(finding->notes.item[i].text));
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *new_finding(const struct report_finding *finding)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "id", json_text(diag_describe(finding->id)->id));
	json_object_object_add(object, "severity", json_text(severity_name(finding->severity)));
	add_place(object, finding->span);
	json_object_object_add(object, "message", json_text(finding->text));
	json_object_object_add(object, "hint", json_text(finding->hint));
	if (finding->notes.count > 0)
		json_object_object_add(object, "notes", new_notes(finding));
	return object;
}

void report_json(const struct report *report, FILE *out)
{
	struct json_object *root = json_object_new_object(), *array = json_object_new_array();

	for (size_t i = 0; i < report->findings.count; i++)
		json_object_array_add(array, new_finding(&report->findings.item[i]));
	json_object_object_add(root, "findings", array);
	json_print(root, out);
	json_object_put(root);
}
