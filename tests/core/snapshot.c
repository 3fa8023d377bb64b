/* snapshot BLOB EVENTS
 *
 * The machine's state is all there is to it: after every event the state is copied to another
 * place, the old place is overwritten, and a new machine goes on from the copy. Its trace must be
 * the one of an undisturbed run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../compiler/inspect/blob_file.h"
#include "../../compiler/inspect/input.h"
#include "../../compiler/simulate/world.h"

/* Moves the machine to a copy of its state. */
static void move(void *context, struct machine *machine)
{
	const struct machine old = *machine;
	size_t size = old.blob->header.state_size;
	void *copy = arena_alloc(context, size), *state = arena_alloc(context, size);

	memcpy(copy, old.state, size);
	memset(old.state, 0xa5, size);
	memset(machine, 0xa5, sizeof *machine);
	machine_init(machine, old.blob, old.boot, old.port, old.context, state);
	memcpy(state, copy, size);
}

static char *run(struct arena *arena, const struct blob *blob, const struct script *script,
		 void (*after_event)(void *context, struct machine *machine))
{
	struct world_options options = {.after_event = after_event, .context = arena};
	enum verdict verdict;
	char *trace = NULL;
	size_t size;

	options.trace = open_memstream(&trace, &size);
	if (options.trace == NULL)
		abort();
	world_run(arena, blob, script, &options, &verdict);
	fclose(options.trace);
	return trace;
}

int main(int argc, char **argv)
{
	struct arena *arena = arena_new();
	struct diag diag = {.out = stderr};
	const struct text *text;
	struct script script;
	struct blob blob;
	char *straight, *moved;
	int status = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: snapshot BLOB EVENTS\n");
		return 2;
	}
	if (!blob_load(arena, &diag, argv[1], &blob))
		return 2;
	text = input_read(arena, &diag, argv[2]);
	if (text == NULL || !script_parse(arena, &diag, text, &blob, &script))
		return 2;
	straight = run(arena, &blob, &script, NULL);
	moved = run(arena, &blob, &script, move);
	if (strcmp(straight, moved) != 0) {
		fprintf(stderr, "another trace when the state is moved:\n%s", moved);
		status = 1;
	}
	free(straight);
	free(moved);
	arena_free(arena);
	return status;
}
