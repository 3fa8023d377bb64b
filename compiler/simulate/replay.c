#include "replay_parts.h"

#include <inttypes.h>
#include <string.h>

#include "../../runtime/core/explain.h"
#include "../../runtime/core/trace.h"

/* --- the port -------------------------------------------------------------------------------- */

/* Effects begin and end as the trace says, so there is nothing to do but to write it down. */
struct replay {
	struct boot *boot;
	struct machine machine;
	struct trace_sink sink;
	struct arena *arena;
	struct diag *diag;
	FILE *out;
	struct recording *recording;
	VEC(char) line;	   /* the one that is being written */
	size_t input;	   /* the one at hand, and */
	size_t next, last; /* deeds that the trace has for the input at hand, not done yet */
	uint32_t now;
	bool other_blob; /* than the trace is of */
	bool parted;	 /* the machine did something else; nothing is compared any more */
	bool explain;
	bool handed_over; /* the handoff has begun */
};

static void port_start(void *context, const struct effect *effect)
{
	struct replay *p = context;

	trace_effect(&p->sink, &p->machine, p->now, effect);
	p->handed_over |= effect->op == OP_HANDOFF;
}

static void port_stop(void *context, uint32_t node, uint32_t serial)
{
	struct replay *p = context;

	trace_stop(&p->sink, &p->machine, p->now, node, serial);
}

static void port_rescan(void *context)
{
	struct replay *p = context;

	trace_rescan(&p->sink, p->now);
}

/* The answers come in the order of the questions. */
static bool port_has_file(void *context, const char *path)
{
	struct replay *p = context;
	bool found = false;

	for (size_t i = 0; i < p->recording->answers.count; i++) {
		struct answer *answer = &p->recording->answers.item[i];

		if (answer->used || strcmp(answer->path, path) != 0)
			continue;
		answer->used = true;
		found = answer->found;
		break;
	}
	trace_file(&p->sink, p->now, path, found);
	return found;
}

static void port_note(void *context, uint32_t node, enum node_state state)
{
	struct replay *p = context;

	trace_node(&p->sink, &p->machine, p->now, node, state);
}

static void port_conclude(void *context, enum verdict verdict)
{
	struct replay *p = context;

	trace_verdict(&p->sink, p->now, verdict);
	p->explain = verdict == VERDICT_RESCUE;
}

static const struct port replay_port = {
	.start = port_start,
	.stop = port_stop,
	.rescan = port_rescan,
	.has_file = port_has_file,
	.note = port_note,
	.conclude = port_conclude,
};

static void explain_line(void *context, const char *text)
{
	struct replay *p = context;

	trace_because(&p->sink, p->now, text);
}

/* --- the comparison -------------------------------------------------------------------------- */

static void part(struct replay *p, struct span span, const char *text)
{
	p->parted = true;
	diag_report(p->diag, DIAG_REPLAY_DIFFERS, span,
		    p->other_blob ? "the trace is of another blob" : NULL, "%s", text);
}

/* A trace may end before the machine does, but after a verdict nothing is missing. */
static bool is_cut(const struct recording *recording)
{
	size_t count = recording->deeds.count;

	return count == 0 || strncmp(recording->deeds.item[count - 1].text, "verdict ", 8) != 0;
}

/* A line of the new trace, without its time, if it says what the machine did. */
static void compare(struct replay *p, const char *deed)
{
	const struct recording *recording = p->recording;

	if (p->parted)
		return;
	if (p->next < p->last) {
		const struct deed *then = &recording->deeds.item[p->next++];

		if (strcmp(then->text, deed) != 0)
			part(p, then->span,
			     arena_printf(p->arena, "the machine does otherwise: %s", deed));
		return;
	}
	/* More than the trace has. */
	if (p->input + 1 < recording->inputs.count)
		part(p, recording->inputs.item[p->input + 1].span,
		     arena_printf(p->arena, "before this the machine does more: %s", deed));
	else if (!is_cut(recording))
		part(p, recording->deeds.item[recording->deeds.count - 1].span,
		     arena_printf(p->arena, "after this the machine does more: %s", deed));
}

static void end_line(struct replay *p)
{
	const char *deed;

	fwrite(p->line.item, 1, p->line.count, p->out);
	p->line.item[p->line.count - 1] = '\0';
	deed = strchr(p->line.item, ' ');
	p->line.count = 0;
	if (deed != NULL && replay_is_deed(deed + 1, strcspn(deed + 1, " ")))
		compare(p, deed + 1);
}

static void write_trace(void *context, const char *bytes, size_t length)
{
	struct replay *p = context;

	for (size_t i = 0; i < length; i++)
		vec_push(p->arena, &p->line, bytes[i]);
	if (length > 0 && bytes[length - 1] == '\n')
		end_line(p);
}

/* Not compared. */
static void write_plain(void *context, const char *bytes, size_t length)
{
	fwrite(bytes, 1, length, context);
}

/* --- telling --------------------------------------------------------------------------------- */

static void tell(struct replay *p)
{
	const struct recording *recording = p->recording;
	const struct input *input = &recording->inputs.item[p->input];
	struct event event = input->event;

	p->last = p->input + 1 < recording->inputs.count ? input[1].deeds : recording->deeds.count;
	p->now = input->at;
	if (event.kind == EVENT_PARAMETERS)
		event.serial = boot_change(p->boot, p->machine.state->parameters, event.node,
					   event.properties, event.length);
	trace_event(&p->sink, &p->machine, p->now, &event);
	machine_event(&p->machine, &event, p->now);
	if (!p->parted && p->next < p->last)
		part(p, recording->deeds.item[p->next].span, "the machine does not do this");
	if (p->explain)
		machine_explain(&p->machine, &(struct explain_sink){explain_line, NULL, p});
	p->explain = false;
}

static void compare_blobs(struct replay *p, const struct blob *blob)
{
	const struct recording *recording = p->recording;

	p->other_blob = recording->names_blob && (recording->checksum != blob->header.checksum ||
						  recording->size != blob->header.size);
	if (p->other_blob)
		diag_report(p->diag, DIAG_REPLAY_BLOB, recording->blob_span,
			    "run/bootgraph/boot.blob of that boot is the one",
			    "the trace is of another blob; this one is %08" PRIx32 " %" PRIu32,
			    blob->header.checksum, blob->header.size);
}

bool replay_run(struct arena *arena, struct diag *diag, const struct text *text,
		const struct blob *blob, FILE *trace, struct replay_result *ret_result)
{
	struct recording recording;
	struct replay p = {.arena = arena, .diag = diag, .out = trace, .recording = &recording};

	if (!replay_read(arena, diag, text, blob, &recording))
		return false;
	compare_blobs(&p, blob);
	p.sink = (struct trace_sink){write_trace, &p};
	p.boot = arena_alloc(arena, sizeof *p.boot);
	boot_read_command_line(p.boot, blob, recording.command_line);
	machine_init(&p.machine, blob, p.boot, &replay_port, &p,
		     arena_alloc(arena, blob->header.state_size));
	fputs(TRACE_FIRST_LINE, trace);
	for (; p.input < recording.inputs.count; p.input++)
		tell(&p);
	ret_result->verdict = (enum verdict)p.machine.state->verdict;
	ret_result->same = !p.parted;
	/* What the trace of a boot has no end of: PID 1 did not come back from the handoff. */
	if (ret_result->verdict == VERDICT_NONE && p.handed_over)
		ret_result->verdict = VERDICT_HANDOFF;
	else if (ret_result->verdict == VERDICT_NONE)
		trace_verdict(&(struct trace_sink){write_plain, trace}, p.now, VERDICT_NONE);
	return true;
}
