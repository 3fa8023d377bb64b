#include "names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int compare_names(const void *a, const void *b, void *context)
{
	const struct program *program = context;

	return strcmp(program->nodes.item[*(const uint32_t *)a].name,
		      program->nodes.item[*(const uint32_t *)b].name);
}

const bool *names_shared(const struct program *program)
{
	size_t count = program->nodes.count;
	uint32_t *order = arena_alloc(program->arena, (count + 1) * sizeof *order);
	bool *shared = arena_alloc(program->arena, (count + 1) * sizeof *shared);

	for (size_t i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, count, sizeof *order, compare_names, (void *)program);
	for (size_t i = 1; i < count; i++)
		if (compare_names(&order[i - 1], &order[i], (void *)program) == 0)
			shared[order[i - 1]] = shared[order[i]] = true;
	return shared;
}

const char *names_reference(const struct program *program, const bool *shared, uint32_t node)
{
	const char *name = program->nodes.item[node].name;

	return shared[node] ? arena_printf(program->arena, "%s[%" PRIu32 "]", name, node) : name;
}
