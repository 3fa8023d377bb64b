/* Prints the facts of a machine whose /sys and mountinfo are given: facts SYS MOUNTINFO. */
#include <stdio.h>

#include "../../compiler/image/facts.h"

int main(int argc, char **argv)
{
	struct arena *arena = arena_new();
	struct diag diag = {.out = stderr};
	const struct facts *facts = NULL;

	if (argc == 3)
		facts = facts_collect(arena, &diag, argv[1], argv[2]);
	for (size_t i = 0; facts != NULL && i < facts->modalias.count; i++)
		puts(facts->modalias.item[i]);
	if (facts != NULL && facts->cpu != NULL)
		puts(facts->cpu);
	arena_free(arena);
	return facts != NULL ? 0 : 1;
}
