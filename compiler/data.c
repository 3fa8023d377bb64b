/* The variables that boot scripts share: init reads /conf/param.conf after every script, so what
 * one writes there another one sees, if it comes later. */
#include "graph.h"
#include "scripts/variables.h"

#include <string.h>

typedef __typeof__(((struct unit *)0)->reads) variable_list;

static const struct word *find_variable(const variable_list *list, const char *name)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strcmp(list->item[i].text, name) == 0)
			return &list->item[i];
	return NULL;
}

static const struct word *written(const struct graph *graph, uint32_t node, const char *name)
{
	const struct unit *unit = graph->nodes.item[node].unit;

	return unit != NULL ? find_variable((const variable_list *)&unit->writes, name) : NULL;
}

/* --- names ------------------------------------------------------------------ */

static const char *variable_hint(const struct graph *graph, const char *name)
{
	size_t count, i;
	const struct boot_variable *rows = boot_variables(&count);
	const char **names = arena_alloc(graph->arena, count * sizeof *names);
	const char *nearest;

	for (i = 0; i < count; i++)
		names[i] = rows[i].name;
	nearest = diag_nearest(name, names, count);
	return nearest != NULL ? arena_printf(graph->arena, "did you mean \"%s\"?", nearest) : NULL;
}

static void check_variables(const struct graph *graph, struct diag *diag, const variable_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct word *word = &list->item[i];
		const struct boot_variable *row = boot_variable_find(word->text);

		if (row == NULL)
			diag_report(diag, DIAG_UNKNOWN_VARIABLE, word->span,
				    variable_hint(graph, word->text),
				    "initramfs-tools has no variable \"%s\"", word->text);
		else if (row->reach == VARIABLE_KEPT)
			diag_report(diag, DIAG_UNKNOWN_VARIABLE, word->span, NULL,
				    "init keeps \"%s\" to itself: no script sees it", word->text);
		else if (row->reach == VARIABLE_FUNCTION)
			diag_report(diag, DIAG_UNKNOWN_VARIABLE, word->span, NULL,
				    "\"%s\" is set by %s, in each script for itself", word->text,
				    row->setter);
	}
}

/* --- order ------------------------------------------------------------------ */

static void connect_reader(struct graph *graph, struct diag *diag, uint32_t reader,
			   const struct word *variable)
{
	uint32_t writer;

	for (writer = 0; writer < graph->nodes.count; writer++) {
		const struct word *place = written(graph, writer, variable->text);

		if (place == NULL || writer == reader)
			continue;
		if (!graph_precedes(graph, reader, writer)) {
			graph_add_edge(graph, (struct graph_edge){writer, reader, EDGE_AFTER,
								  REASON_DATA, variable->span});
			continue;
		}
		diag_report(diag, DIAG_READER_BEFORE_WRITER, variable->span, NULL,
			    "\"%s\" reads %s before \"%s\" sets it", graph->nodes.item[reader].name,
			    variable->text, graph->nodes.item[writer].name);
		diag_note(diag, place->span, "it is set here");
	}
}

static void check_writers(const struct graph *graph, struct diag *diag, uint32_t second,
			  const struct word *variable)
{
	uint32_t first;

	for (first = 0; first < second; first++) {
		const struct word *place = written(graph, first, variable->text);

		if (place == NULL || graph_precedes(graph, first, second) ||
		    graph_precedes(graph, second, first))
			continue;
		diag_report(diag, DIAG_UNORDERED_WRITERS, variable->span, NULL,
			    "\"%s\" and \"%s\" set %s, in no order", graph->nodes.item[first].name,
			    graph->nodes.item[second].name, variable->text);
		diag_note(diag, place->span, "the other one is here");
	}
}

void graph_connect_data(struct graph *graph, struct diag *diag)
{
	uint32_t i, count = (uint32_t)graph->nodes.count;
	size_t k;

	for (i = 0; i < count; i++) {
		const struct unit *unit = graph->nodes.item[i].unit;

		if (unit == NULL)
			continue;
		check_variables(graph, diag, (const variable_list *)&unit->reads);
		check_variables(graph, diag, (const variable_list *)&unit->writes);
		for (k = 0; k < unit->reads.count; k++)
			connect_reader(graph, diag, i, &unit->reads.item[k]);
	}
	for (i = 0; i < count; i++)
		for (k = 0; graph->nodes.item[i].unit != NULL &&
			    k < graph->nodes.item[i].unit->writes.count;
		     k++)
			check_writers(graph, diag, i, &graph->nodes.item[i].unit->writes.item[k]);
}
