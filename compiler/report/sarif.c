/* Findings as SARIF 2.1.0: one run, a rule for each id that occurs, a result for each finding. */
#include "report.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../json_text.h"

#define SARIF_SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

static void add(struct json_object *object, const char *key, struct json_object *value)
{
	json_object_object_add(object, key, value);
}

static void add_number(struct json_object *object, const char *key, size_t number)
{
	add(object, key, json_object_new_int64((int64_t)number));
}

/* {"text": ...}: SARIF's messages, snippets and descriptions all look so. */
static struct json_object *new_message(const char *text)
{
	struct json_object *object = json_object_new_object();

	add(object, "text", json_text(text));
	return object;
}

static struct json_object *new_snippet(const char *text, const char *end)
{
	struct json_object *object = json_object_new_object();

	add(object, "text", json_text_range(text, end));
	return object;
}

/* --- locations ------------------------------------------------------------ */

/* A path as the reference to a URI (RFC 3986): relative ones stay relative, bytes that are not
 * unreserved are percent-encoded, a colon too, which would end a scheme. */
static struct json_object *new_uri(const char *path)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~/";
	struct json_object *object;
	char *uri = NULL;
	size_t size;
	FILE *out = open_memstream(&uri, &size);

	if (out == NULL)
		return json_object_new_string("");
	fputs(path[0] == '/' ? "file://" : "", out);
	for (; *path != '\0'; path++)
		if (strchr(unreserved, *path) != NULL)
			fputc(*path, out);
		else
			fprintf(out, "%%%02X", (unsigned)(unsigned char)*path);
	fclose(out);
	object = json_object_new_string(uri);
	free(uri);
	return object;
}

/* The span, and around it its lines, for those who cannot read the file. */
static void add_regions(struct json_object *physical, struct span span)
{
	struct json_object *region, *context;
	struct report_region place;

	if (!report_locate(span, &place))
		return;
	region = json_object_new_object();
	add_number(region, "startLine", place.line);
	add_number(region, "startColumn", place.column);
	add_number(region, "endLine", place.end_line);
	add_number(region, "endColumn", place.end_column);
	add(region, "snippet", new_snippet(place.from, place.to));
	add(physical, "region", region);
	context = json_object_new_object();
	add_number(context, "startLine", place.line);
	add_number(context, "endLine", place.end_line);
	add(context, "snippet", new_snippet(place.lines, place.lines_end));
	add(physical, "contextRegion", context);
}

static struct json_object *new_location(const struct report *report, struct span span)
{
	struct json_object *location = json_object_new_object(), *part = json_object_new_object();
	const char *path = report_path(report, span);
	struct json_object *array, *artifact;

	if (path == NULL) {
		array = json_object_new_array();
		add(part, "name", json_text(span_name(span)));
		json_object_array_add(array, part);
		add(location, "logicalLocations", array);
		return location;
	}
	artifact = json_object_new_object();
	add(artifact, "uri", new_uri(path));
	add(part, "artifactLocation", artifact);
	add_regions(part, span);
	add(location, "physicalLocation", part);
	return location;
}

/* --- rules and results ---------------------------------------------------- */

static const char *level_name(enum severity severity)
{
	return severity_name(severity); /* note, warning, error: SARIF has the same words */
}

static struct json_object *new_rule(enum diag_id id)
{
	const struct diag_row *row = diag_describe(id);
	struct json_object *rule = json_object_new_object();
	struct json_object *configuration = json_object_new_object();

	add(rule, "id", json_text(row->id));
	add(rule, "fullDescription", new_message(row->text));
	add(rule, "help", new_message(row->text));
	add(configuration, "level", json_text(level_name(row->severity)));
	add(rule, "defaultConfiguration", configuration);
	return rule;
}

/* The rules that occur, in the order of diagnostics.def; ret_index has their numbers. */
static struct json_object *new_rules(const struct report *report, size_t ret_index[DIAG_COUNT])
{
	struct json_object *array = json_object_new_array();
	bool used[DIAG_COUNT] = {false};

	for (size_t i = 0; i < report->findings.count; i++)
		used[report->findings.item[i].id] = true;
	for (unsigned id = 0; id < DIAG_COUNT; id++) {
		ret_index[id] = json_object_array_length(array);
		if (used[id])
			json_object_array_add(array, new_rule((enum diag_id)id));
	}
	return array;
}

static struct json_object *new_notes(const struct report *report,
				     const struct report_finding *finding)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < finding->notes.count; i++) {
		struct json_object *location = new_location(report, finding->notes.item[i].span);

		add_number(location, "id", i + 1);
		add(location, "message", new_message(finding->notes.item[i].text));
		json_object_array_add(array, location);
	}
	return array;
}

static struct json_object *new_result(const struct report *report,
				      const struct report_finding *finding, size_t rule)
{
	struct json_object *result = json_object_new_object(), *locations = json_object_new_array();
	const char *text =
		arena_printf(report->arena, "%s\nHint: %s", finding->text, finding->hint);

	add(result, "ruleId", json_text(diag_describe(finding->id)->id));
	add_number(result, "ruleIndex", rule);
	add(result, "level", json_text(level_name(finding->severity)));
	add(result, "message", new_message(text));
	json_object_array_add(locations, new_location(report, report_place(report, finding)));
	add(result, "locations", locations);
	if (finding->notes.count > 0)
		add(result, "relatedLocations", new_notes(report, finding));
	return result;
}

static struct json_object *new_run(const struct report *report)
{
	struct json_object *run = json_object_new_object(), *tool = json_object_new_object();
	struct json_object *driver = json_object_new_object(), *results = json_object_new_array();
	size_t rule[DIAG_COUNT];

	add(driver, "name", json_text("bootgraph"));
	add(driver, "version", json_text(BOOTGRAPH_VERSION));
	add(driver, "rules", new_rules(report, rule));
	add(tool, "driver", driver);
	add(run, "tool", tool);
	add(run, "columnKind", json_text("unicodeCodePoints"));
	for (size_t i = 0; i < report->findings.count; i++)
		json_object_array_add(results, new_result(report, &report->findings.item[i],
							  rule[report->findings.item[i].id]));
	add(run, "results", results);
	return run;
}

void report_sarif(const struct report *report, FILE *out)
{
	struct json_object *root = json_object_new_object(), *runs = json_object_new_array();

	add(root, "$schema", json_text(SARIF_SCHEMA));
	add(root, "version", json_text("2.1.0"));
	json_object_array_add(runs, new_run(report));
	add(root, "runs", runs);
	json_print(root, out);
	json_object_put(root);
}
