/* Prints the facts of a machine whose /sys and mountinfo are given: facts SYS MOUNTINFO. */
#include <stdio.h>

#include "../../compiler/facts/capture.h"

int main(int argc, char **argv)
{
	struct arena *arena = arena_new();
	struct facts facts = {0};
	const char *reason = "usage: facts SYS MOUNTINFO";

	if (argc == 3)
		reason = capture_drivers(arena, argv[1], argv[2], &facts);
	for (size_t i = 0; i < facts.modalias.count; i++)
		puts(facts.modalias.item[i]);
	if (facts.cpu != NULL)
		puts(facts.cpu);
	if (reason != NULL)
		fprintf(stderr, "%s\n", reason);
	arena_free(arena);
	return reason == NULL ? 0 : 1;
}
