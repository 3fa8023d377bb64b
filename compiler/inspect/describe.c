#include "describe.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

struct described describe(const struct program *program)
{
	return (struct described){program, names_shared(program)};
}

const char *describe_node(const struct described *d, uint32_t node)
{
	const char *name = names_reference(d->program, d->shared, node);

	if (d->program->nodes.item[node].kind != NODE_DEVICE)
		return name;
	return arena_printf(d->program->arena, "device %s", name);
}

const char *describe_verb(enum edge_kind kind)
{
	static const char *const verbs[EDGE_KIND_COUNT] = {
		[EDGE_REQUIRES] = "needs",
		[EDGE_WANTS] = "wants",
		[EDGE_AFTER] = "comes after",
		[EDGE_START] = "starts on an event of",
		[EDGE_STARTING] = "runs before, and on the start of,",
		[EDGE_HOLD] = "is held until",
		[EDGE_PROVIDES] = "is provided by",
		[EDGE_STOP] = "ends on an event of",
		[EDGE_ENOUGH] = "does without the rest, when it is quiet, once there is",
		[EDGE_LATE] = "minds no quiet while there is",
	};

	return verbs[kind];
}

const char *describe_after(enum edge_kind kind)
{
	return kind == EDGE_HOLD ? " is done" : "";
}

const char *describe_reason(enum edge_reason reason)
{
	static const char *const reasons[EDGE_REASON_COUNT] = {
		[REASON_DECLARED] = "",
		[REASON_OPERAND] = ", which its action works on",
		[REASON_DATA] = ", since it reads what that writes",
		[REASON_PREREQ] = ", as its prereqs say",
		[REASON_SAME] = ", which is the same device",
		[REASON_SERIAL] = ", since scripts run one after the other",
	};

	return reasons[reason];
}

const char *describe_limit(struct arena *arena, uint32_t limit)
{
	if (limit == NO_LIMIT)
		return "without limit";
	if (limit == DEFAULT_LIMIT)
		return "at most 30 s, or rootdelay= if that is longer";
	return arena_printf(arena, "at most %g s", limit / 1000.0);
}

const char *describe_source(struct arena *arena, const char *source)
{
	return source == NULL || source[0] == '\0' ? "" : arena_printf(arena, " (%s)", source);
}

void describe_print(FILE *out, struct arena *arena, const char *format, ...)
{
	char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) >= 0) {
		diag_print_safely(out, arena_strdup(arena, text));
		fputc('\n', out);
		free(text);
	}
	va_end(arguments);
}

const struct program_edge *describe_edges(const struct described *d, uint32_t node,
					  size_t *ret_count)
{
	const struct program_edge *edge = d->program->edges.item;
	size_t low = 0, high = d->program->edges.count, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (edge[middle].to < node)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < d->program->edges.count && edge[end].to == node; end++)
		;
	*ret_count = end - low;
	return edge + low;
}
