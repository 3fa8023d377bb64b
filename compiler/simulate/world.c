/* How the world goes about the effects it is asked for:
 *
 * - Each ends after the time and with the status that the script has for its unit, else for its
 *   action, else after 1 ms with 0. What works on a device that is not there ends with ENXIO.
 * - Devices are told as uevents once open-uevents has ended; coldplug tells of those present before
 *   it ends. A graph without open-uevents hears of every device as it comes.
 * - probe tells what the script's `probes` has, marked BOOTGRAPH_PROBED=1, before it ends.
 * - What the script has come after a unit's effect comes when that ended with 0.
 * - ask ends when the script answers it, and not before, unless its answer is known.
 * - What a probed device is a member of is put together as PID 1 does it (core/sets.h).
 * - An effect whose time was up ends a millisecond later, killed, and the machine ignores that;
 * what hangs does not even do that. */
#include "world.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "queue.h"
#include "../../runtime/core/explain.h"
#include "../../runtime/core/sets.h"
#include "../../runtime/core/trace.h"

/* What the queue holds besides indexes of works. */
#define QUEUE_RESCAN UINT32_MAX
#define QUEUE_ASKED  0x80000000u /* and an index: somebody is asked on its behalf */

struct device_state {
	bool present;
	struct properties properties; /* as it was added, and changed since */
};

/* An effect that was begun. */
struct work {
	enum opcode op;
	uint32_t node, serial;
	uint32_t device; /* what a probe is about: index, or NONE */
	int32_t status;
	bool hangs, stopped, ended;
	bool asks;  /* somebody is being asked */
	bool stays; /* a daemon that is ready, and may end once more */
};

struct world {
	struct arena *arena;
	const struct script *script;
	const struct world_options *options;
	struct boot *boot;
	struct machine machine;
	struct trace_sink sink;
	uint32_t now;
	struct queue queue;
	struct device_state *device; /* for each device of the script */
	struct sets sets;
	uint32_t *turn; /* for each rule of the script: how many effects it had */
	VEC(struct work) works;
	const char **reason; /* for each node: why its last effect failed, or NULL */
	size_t next_happening;
	uint32_t telling; /* the device whose event the machine handles, or NONE */
	bool listening;	  /* devices are told as they come */
	bool explain;	  /* the machine has just given up */
	unsigned long events;
};

/* --- events --------------------------------------------------------------- */

static bool traces(const struct world *w)
{
	return w->options->trace != NULL;
}

static void explain_line(void *context, const char *text)
{
	struct world *w = context;

	if (traces(w))
		trace_because(&w->sink, w->now, text);
}

static const char *explain_reason(void *context, uint32_t node)
{
	return ((struct world *)context)->reason[node];
}

static void tell(struct world *w, const struct event *event)
{
	if (traces(w))
		trace_event(&w->sink, &w->machine, w->now, event);
	machine_event(&w->machine, event, w->now);
	if (w->machine.steps > machine_step_limit(w->machine.blob)) {
		fprintf(stderr, "bootgraph: the machine took more steps than its limit\n");
		abort();
	}
	w->events++;
	if (w->explain)
		machine_explain(&w->machine,
				&(struct explain_sink){explain_line, explain_reason, w});
	w->explain = false;
	if (w->options->after_event != NULL)
		w->options->after_event(w->options->context, &w->machine);
}

static void tell_device(struct world *w, uint32_t device, const struct properties *properties)
{
	w->telling = device;
	tell(w, &(struct event){.kind = EVENT_DEVICE,
				.properties = properties->bytes,
				.length = properties->length});
	w->telling = NONE;
}

static void tell_present_devices(struct world *w)
{
	for (uint32_t i = 0; i < w->script->devices.count; i++)
		if (w->device[i].present)
			tell_device(w, i, &w->device[i].properties);
}

/* --- sets ----------------------------------------------------------------- */

static void tell_sets(struct world *w)
{
	char properties[SETS_EVENT_MAX];
	size_t length;

	while ((length = sets_next_event(&w->sets, properties)) > 0)
		tell(w, &(struct event){
				.kind = EVENT_DEVICE, .properties = properties, .length = length});
}

/* There is room for all that the script says. */
static void make_sets(struct world *w)
{
	size_t count = 0;

	for (size_t i = 0; i < w->script->devices.count; i++)
		count += w->script->devices.item[i].members.count;
	w->sets = (struct sets){
		.entry = arena_alloc(w->arena, (count + 1) * sizeof *w->sets.entry),
		.entry_room = (uint32_t)count + 1,
		.told = arena_alloc(w->arena, (count + 1) * sizeof *w->sets.told),
		.told_room = (uint32_t)count + 1,
	};
}

/* --- devices -------------------------------------------------------------- */

/* What is told of a device when something about it changes. */
static struct properties changed(struct world *w, uint32_t device, const char *action,
				 const struct properties *changes)
{
	struct properties properties = w->device[device].properties;

	properties_set(w->arena, &properties, action);
	properties_set_all(w->arena, &properties, changes);
	return properties;
}

static uint32_t device_by_number(const struct world *w, uint32_t number)
{
	for (size_t i = 0; i < w->script->devices.count; i++)
		if (w->device[i].present && w->script->devices.item[i].number == number)
			return (uint32_t)i;
	return NONE;
}

static void answer(struct world *w, const struct happening *happening);
static void end_daemon(struct world *w, const struct happening *happening);

/* What is set and has no room is as if it were not. */
static void set_parameters(struct world *w, const struct happening *happening)
{
	const struct properties *set = &happening->properties;
	uint32_t table = boot_change(w->boot, w->machine.state->parameters, happening->after,
				     set->bytes, set->length);

	if (table != NONE)
		tell(w, &(struct event){.kind = EVENT_PARAMETERS,
					.properties = set->bytes,
					.length = set->length,
					.node = happening->after,
					.serial = table});
}

static void happen(struct world *w, const struct happening *happening)
{
	struct device_state *device = &w->device[happening->device];
	struct properties told = happening->properties;

	if (happening->kind == HAPPENING_AGAIN) {
		tell(w, &(struct event){.kind = EVENT_AGAIN});
		return;
	}
	if (happening->kind == HAPPENING_END) {
		end_daemon(w, happening);
		return;
	}
	if (happening->kind == HAPPENING_PARAMETERS) {
		set_parameters(w, happening);
		return;
	}
	if (happening->kind == HAPPENING_ANSWER) {
		answer(w, happening);
		return;
	}
	if (happening->kind == HAPPENING_HOLD) {
		tell(w,
		     &(struct event){.kind = EVENT_HOLD, .node = NONE, .status = happening->yes});
		return;
	}
	if (happening->kind == HAPPENING_ADD) {
		device->present = true;
		device->properties = told;
	} else if (!device->present) {
		return;
	} else if (happening->kind == HAPPENING_CHANGE) {
		told = changed(w, happening->device, "ACTION=change", &happening->properties);
		device->properties =
			changed(w, happening->device, "ACTION=add", &happening->properties);
	} else {
		told = changed(w, happening->device, "ACTION=remove", &happening->properties);
		device->present = false;
		sets_forget(&w->sets, w->script->devices.item[happening->device].number);
	}
	if (w->listening)
		tell_device(w, happening->device, &told);
	tell_sets(w);
}

/* --- effects -------------------------------------------------------------- */

/* The rule for an effect: one for its unit comes before one for its action. */
static size_t find_rule(const struct world *w, const struct effect *effect)
{
	size_t found = w->script->rules.count;

	for (size_t i = 0; i < w->script->rules.count; i++) {
		const struct effect_rule *rule = &w->script->rules.item[i];

		if (rule->node == effect->node)
			return i;
		if (rule->op == effect->op && found == w->script->rules.count)
			found = i;
	}
	return found;
}

/* A question has its answer at once, or from somebody, or, once nobody has given one for so many
 * seconds, another one. */
static struct outcome question_outcome(const struct effect *effect)
{
	const char *answer = effect->text[2], *unanswered = effect->text[3];
	unsigned long within = strtoul(effect->text[4], NULL, 10);

	if (strcmp(answer, "yes") == 0 || strcmp(answer, "no") == 0)
		return (struct outcome){.takes = 1, .status = answer[0] == 'n'};
	if (unanswered[0] == '\0' || within == 0 || within > UINT32_MAX / 2000)
		return (struct outcome){.takes = NEVER};
	return (struct outcome){.takes = (uint32_t)within * 1000,
				.status = strcmp(unanswered, "yes") != 0};
}

static struct outcome choose_outcome(struct world *w, const struct effect *effect)
{
	struct outcome outcome = {.takes = 1};
	size_t i = find_rule(w, effect);

	if (i < w->script->rules.count) {
		const struct effect_rule *rule = &w->script->rules.item[i];
		size_t turn = w->turn[i]++, last = rule->outcomes.count - 1;

		return rule->outcomes.item[turn < last ? turn : last];
	}
	if (effect->op == OP_FAIL)
		outcome.status = 1;
	else if (effect->op == OP_ASK)
		outcome = question_outcome(effect);
	else if (effect->device_node != NONE && effect->device_number >> 20 < SETS_MAJOR_ENOUGH &&
		 device_by_number(w, effect->device_number) == NONE)
		outcome.status = -ENXIO;
	return outcome;
}

static const char *status_reason(struct world *w, enum opcode op, int32_t status)
{
	const char *name = opcode_describe(op)->name;

	if (op == OP_ASK && status == 1)
		return "the answer was no";
	if (status < 0)
		return arena_printf(w->arena, "%s: %s", name, strerror(-status));
	if (status >= STATUS_SIGNAL)
		return arena_printf(w->arena, "%s was killed by SIG%s", name,
				    sigabbrev_np(status - STATUS_SIGNAL));
	return arena_printf(w->arena, "%s ended with %" PRId32, name, status);
}

static void tell_probed(struct world *w, uint32_t device)
{
	const struct script_device *known = &w->script->devices.item[device];
	struct properties told;

	if (!known->probes || !w->device[device].present)
		return;
	told = changed(w, device, "ACTION=change", &known->probed);
	properties_set(w->arena, &told, "BOOTGRAPH_PROBED=1");
	tell_device(w, device, &told);
	for (size_t i = 0; i < known->members.count; i++)
		sets_put(&w->sets, known->number, &known->members.item[i]);
	tell_sets(w);
}

/* Somebody is asked for an effect, or is not any more. */
static void tell_asked(struct world *w, uint32_t index, bool begins)
{
	struct work *work = &w->works.item[index];

	if (work->asks == begins || work->ended || work->stopped)
		return;
	work->asks = begins;
	tell(w, &(struct event){.kind = EVENT_HOLD, .node = work->node, .status = begins});
}

/* What the script has come after an effect that did its work, before its end is told: the kernel's
 * events are there sooner than the end of the child. A device that is there does not come again. */
static void follow(struct world *w, uint32_t node)
{
	for (size_t i = 0; i < w->script->consequences.count; i++) {
		const struct happening *happening = &w->script->consequences.item[i];

		if (happening->after == node &&
		    (happening->kind != HAPPENING_ADD || !w->device[happening->device].present))
			happen(w, happening);
	}
}

static void end_work(struct world *w, uint32_t index)
{
	struct work work = w->works.item[index];

	if (work.ended)
		return;
	tell_asked(w, index, false);
	w->works.item[index].ended = true;
	w->works.item[index].stays =
		work.op == OP_DAEMON && work.status == 0 && !work.stays && !work.stopped;
	if (work.status != 0 && !work.stopped)
		w->reason[work.node] = status_reason(w, work.op, work.status);
	if (work.status == 0 && (work.op == OP_OPEN_UEVENTS || work.op == OP_FOLLOW_UDEVD))
		w->listening = true;
	if (work.status == 0 && work.op == OP_COLDPLUG)
		tell_present_devices(w);
	if (work.status == 0 && work.op == OP_PROBE && work.device != NONE)
		tell_probed(w, work.device);
	if (work.status == 0)
		follow(w, work.node);
	tell(w, &(struct event){.kind = EVENT_FINISHED,
				.node = work.node,
				.serial = work.serial,
				.status = work.status});
}

/* What nobody asked is answered in vain. */
static void answer(struct world *w, const struct happening *happening)
{
	for (size_t i = 0; i < w->works.count; i++) {
		struct work *work = &w->works.item[i];

		if (work->op != OP_ASK || work->node != happening->node || work->stopped ||
		    work->ended)
			continue;
		work->status = happening->yes ? 0 : 1;
		end_work(w, (uint32_t)i);
		return;
	}
}

/* One that does not run, or is not ready yet, does not end by itself. */
static void end_daemon(struct world *w, const struct happening *happening)
{
	for (size_t i = 0; i < w->works.count; i++) {
		struct work *work = &w->works.item[i];

		if (work->node != happening->node || !work->stays)
			continue;
		work->hangs = happening->hangs;
		if (happening->hangs)
			return;
		work->ended = false;
		work->status = happening->status;
		end_work(w, (uint32_t)i);
		return;
	}
}

/* --- the port ------------------------------------------------------------- */

static void port_start(void *context, const struct effect *effect)
{
	struct world *w = context;
	struct outcome outcome = choose_outcome(w, effect);
	struct work work = {.op = effect->op,
			    .node = effect->node,
			    .serial = effect->serial,
			    .device = effect->event != NULL ? w->telling : NONE,
			    .status = outcome.status,
			    .hangs = outcome.hangs};

	if (traces(w))
		trace_effect(&w->sink, &w->machine, w->now, effect);
	vec_push(w->arena, &w->works, work);
	if (outcome.asks)
		queue_push(w->arena, &w->queue, w->now,
			   QUEUE_ASKED | ((uint32_t)w->works.count - 1));
	if (!work.hangs && outcome.takes != NEVER)
		queue_push(w->arena, &w->queue, w->now + outcome.takes,
			   (uint32_t)w->works.count - 1);
}

static void port_stop(void *context, uint32_t node, uint32_t serial)
{
	struct world *w = context;

	if (traces(w))
		trace_stop(&w->sink, &w->machine, w->now, node, serial);
	for (size_t i = 0; i < w->works.count; i++) {
		struct work *work = &w->works.item[i];

		if (work->stays && work->node == node)
			work->ended = false;
		if (work->node != node || work->ended || work->stopped ||
		    (int16_t)(uint16_t)(serial - work->serial) < 0)
			continue;
		work->stopped = true;
		work->status = STATUS_SIGNAL + SIGTERM;
		if (!work->hangs)
			queue_push(w->arena, &w->queue, w->now + 1, (uint32_t)i);
	}
	w->reason[node] = "it took too long";
}

static void port_rescan(void *context)
{
	struct world *w = context;

	if (traces(w))
		trace_rescan(&w->sink, w->now);
	queue_push(w->arena, &w->queue, w->now + 1, QUEUE_RESCAN);
}

static bool port_has_file(void *context, const char *path)
{
	const struct world *w = context;
	bool found = false;

	for (size_t i = 0; i < w->script->files.count && !found; i++)
		found = strcmp(w->script->files.item[i], path) == 0;
	if (traces(w))
		trace_file(&w->sink, w->now, path, found);
	return found;
}

static void port_note(void *context, uint32_t node, enum node_state state)
{
	struct world *w = context;

	if (traces(w))
		trace_node(&w->sink, &w->machine, w->now, node, state);
}

static void port_conclude(void *context, enum verdict verdict)
{
	struct world *w = context;

	if (traces(w))
		trace_verdict(&w->sink, w->now, verdict);
	/* Only once the event is handled is the whole path known. */
	w->explain = verdict == VERDICT_RESCUE;
}

static const struct port world_port = {
	.start = port_start,
	.stop = port_stop,
	.rescan = port_rescan,
	.has_file = port_has_file,
	.note = port_note,
	.conclude = port_conclude,
};

/* --- the clock ------------------------------------------------------------ */

static uint32_t happening_time(const struct world *w)
{
	return w->next_happening < w->script->happenings.count
		       ? w->script->happenings.item[w->next_happening].at
		       : NEVER;
}

/* Whether anybody will leave the rescue shell. */
static bool goes_on(const struct world *w)
{
	for (size_t i = w->next_happening; i < w->script->happenings.count; i++)
		if (w->script->happenings.item[i].kind == HAPPENING_AGAIN)
			return true;
	return false;
}

/* At the same moment the script comes first, then what was begun, then what is overdue. */
static void advance(struct world *w, uint32_t time)
{
	uint32_t what;

	w->now = time;
	if (happening_time(w) <= time) {
		happen(w, &w->script->happenings.item[w->next_happening++]);
	} else if (queue_time(&w->queue) <= time) {
		what = queue_pop(&w->queue);
		if (what == QUEUE_RESCAN)
			tell_present_devices(w);
		else if (what & QUEUE_ASKED)
			tell_asked(w, what & ~QUEUE_ASKED, true);
		else
			end_work(w, what);
	} else {
		tell(w, &(struct event){.kind = EVENT_TICK});
	}
}

static uint32_t earliest(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static enum world_end run(struct world *w)
{
	for (;;) {
		uint32_t verdict = w->machine.state->verdict, time;

		if (verdict == VERDICT_HANDOFF || (verdict == VERDICT_RESCUE && !goes_on(w)))
			return WORLD_VERDICT;
		if (w->events >= WORLD_EVENTS_MAX)
			return WORLD_ENDLESS;
		time = earliest(earliest(happening_time(w), queue_time(&w->queue)),
				machine_deadline(&w->machine));
		if (time == NEVER)
			return WORLD_IDLE;
		if (time > w->script->until) {
			w->now = w->script->until;
			return WORLD_UNTIL;
		}
		/* A deadline can lie in the past: then it is due now. */
		advance(w, time > w->now ? time : w->now);
	}
}

static bool has_opcode(const struct blob *blob, enum opcode op)
{
	struct node node;

	for (uint32_t i = 0; i < blob->section[SECTION_nodes].count; i++) {
		blob_node(blob, i, &node);
		for (uint32_t at = node.action; at != NONE;) {
			uint32_t word = blob_word(blob, SECTION_code, at);

			if (word == op)
				return true;
			at = word == OP_END ? NONE : at + 1 + opcode_describe(word)->operand_count;
		}
	}
	return false;
}

static void write_trace(void *context, const char *text, size_t length)
{
	fwrite(text, 1, length, context);
}

enum world_end world_run(struct arena *arena, const struct blob *blob, const struct script *script,
			 const struct world_options *options, enum verdict *ret_verdict)
{
	struct world w = {.arena = arena, .script = script, .options = options, .telling = NONE};
	enum world_end end;

	w.boot = arena_alloc(arena, sizeof *w.boot);
	w.device = arena_alloc(arena, (script->devices.count + 1) * sizeof *w.device);
	w.turn = arena_alloc(arena, (script->rules.count + 1) * sizeof *w.turn);
	w.reason = arena_alloc(arena, blob->section[SECTION_nodes].count * sizeof *w.reason);
	w.listening = !has_opcode(blob, OP_OPEN_UEVENTS) && !has_opcode(blob, OP_FOLLOW_UDEVD);
	w.sink = (struct trace_sink){write_trace, options->trace};
	make_sets(&w);
	boot_read_command_line(w.boot, blob, script->command_line);
	machine_init(&w.machine, blob, w.boot, &world_port, &w,
		     arena_alloc(arena, blob->header.state_size));
	if (traces(&w))
		fputs(TRACE_FIRST_LINE, options->trace);
	tell(&w, &(struct event){.kind = EVENT_START});
	end = run(&w);
	*ret_verdict = (enum verdict)w.machine.state->verdict;
	if (end != WORLD_VERDICT && traces(&w))
		trace_verdict(&w.sink, w.now, *ret_verdict);
	return end;
}
