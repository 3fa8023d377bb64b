/* disturb BLOB EVENTS
 *
 * Two properties that hold for every boot, each shown by a run that has to have the same trace as
 * an undisturbed one:
 *
 * - The machine's state is all there is to it: after every event the state is copied to another
 *   place, the old place is overwritten, and a new machine goes on from the copy.
 * - Nothing waits without a reason: after every event the machine is made to look at every node
 *   again, and finds nothing to do. So whoever could start has started, and the blob's wakes say of
 *   every change whom it concerns. */
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

/* EVENT_START is the event after which every node is looked at. */
static void look_again(void *context, struct machine *machine)
{
	size_t size = machine->blob->header.state_size;
	void *before = arena_alloc(context, size);

	memcpy(before, machine->state, size);
	machine_event(machine, &(struct event){.kind = EVENT_START}, machine->state->now);
	if (memcmp(before, machine->state, size) != 0) {
		fprintf(stderr, "at %u ms something waited without a reason\n",
			(unsigned)machine->state->now);
		exit(1);
	}
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
	static void (*const disturb[])(void *context, struct machine *machine) = {move, look_again};
	struct arena *arena = arena_new();
	struct diag diag = {.out = stderr};
	const struct text *text;
	struct script script;
	struct blob blob;
	char *straight;
	int status = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: disturb BLOB EVENTS\n");
		return 2;
	}
	if (!blob_load(arena, &diag, argv[1], &blob))
		return 2;
	text = input_read(arena, &diag, argv[2]);
	if (text == NULL || !script_parse(arena, &diag, text, &blob, &script))
		return 2;
	straight = run(arena, &blob, &script, NULL);
	for (size_t i = 0; i < sizeof disturb / sizeof disturb[0]; i++) {
		char *trace = run(arena, &blob, &script, disturb[i]);

		if (strcmp(straight, trace) != 0) {
			fprintf(stderr, "another trace when the machine is disturbed:\n%s", trace);
			status = 1;
		}
		free(trace);
	}
	free(straight);
	arena_free(arena);
	return status;
}
