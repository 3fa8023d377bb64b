#include "notes.h"
#include "log.h"
#include "../core/trace.h"
#include "../left/field.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REASON_MAX = 512 };

void notes_begin(struct notes *notes, uint32_t node_count)
{
	uint32_t i;

	notes->note = malloc(node_count * sizeof *notes->note);
	notes->count = notes->note != NULL ? node_count : 0;
	for (i = 0; i < notes->count; i++)
		notes->note[i] = (struct note){NEVER, NEVER, NULL};
}

void notes_state(struct notes *notes, uint32_t node, enum node_state state, uint32_t now)
{
	struct note *note;

	if (node >= notes->count)
		return;
	note = &notes->note[node];
	if (state == STATE_RUNNING) {
		note->begin = now;
		note->end = NEVER;
	} else if (state >= STATE_DONE) {
		note->end = now;
	} else if (state == STATE_PENDING) {
		free(note->reason); /* looked at again: an old reason would be a wrong one */
		note->reason = NULL;
	}
}

void notes_reason(struct notes *notes, uint32_t node, const char *format, ...)
{
	char reason[REASON_MAX];
	va_list arguments;

	if (node >= notes->count)
		return;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	free(notes->note[node].reason);
	notes->note[node].reason = strdup(reason);
}

const struct note *notes_of(const struct notes *notes, uint32_t node)
{
	static const struct note unknown = {NEVER, NEVER, NULL};

	return node < notes->count ? &notes->note[node] : &unknown;
}

/* --- /run/bootgraph/outcome ----------------------------------------------- */

static void put_time(FILE *file, uint32_t time)
{
	fputc(' ', file);
	if (time == NEVER)
		fputc('-', file);
	else
		field_write_time(file, time);
}

static void put_node(FILE *file, const struct notes *notes, const struct machine *machine,
		     uint32_t index)
{
	const struct note *note = notes_of(notes, index);
	const struct node_memory *memory = &machine->state->node[index];
	struct node node;

	blob_node(machine->blob, index, &node);
	field_write(file, blob_string(machine->blob, node.name));
	fprintf(file, " %s %s", node_kind_name((enum node_kind)node.kind),
		node_state_name((enum node_state)memory->state));
	put_time(file, note->begin);
	put_time(file, note->end);
	fprintf(file, " %d", memory->status);
	if (note->reason != NULL) {
		fputc(' ', file);
		field_write(file, note->reason);
	}
	fputc('\n', file);
}

void notes_write(const struct notes *notes, const struct machine *machine, const char *path)
{
	FILE *file = fopen(path, "we");
	uint32_t i;
	int bad;

	if (file == NULL)
		return; /* there is no /run: the trace's absence says the same */
	fputs("bootgraph-outcome 1\n", file);
	for (i = 0; i < machine->node_count; i++)
		put_node(file, notes, machine, i);
	bad = ferror(file);
	if (fclose(file) != 0 || bad)
		say(SAY_WARNING, "bootgraph: %s could not be written: %s", path, strerror(errno));
}
