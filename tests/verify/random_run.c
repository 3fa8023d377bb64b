#include "random_run.h"
#include "promises.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../compiler/program.h"
#include "../../compiler/source/text.h"
#include "../../runtime/core/explain.h"
#include "../../runtime/core/machine.h"
#include "../../runtime/core/trace.h"

uint32_t choose(struct choices *choices, uint32_t limit)
{
	uint32_t number = 0;

	if (choices->left > 0) {
		number = *choices->at++;
		if (--choices->left > 0 && limit > 256) {
			number = number << 8 | *choices->at++;
			choices->left--;
		}
		return number % limit;
	}
	/* xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators") */
	choices->seed ^= choices->seed >> 12;
	choices->seed ^= choices->seed << 25;
	choices->seed ^= choices->seed >> 27;
	return (uint32_t)(choices->seed * UINT64_C(2685821657736338717) >> 32) % limit;
}

/* --- the world ------------------------------------------------------------------------------- */

enum { WORK_MAX = 64, PROPERTIES_MAX = 512 };

struct world {
	const struct blob *blob;
	struct choices *choices;
	struct boot boot;
	struct machine machine;
	struct promises promises;
	struct trace_sink sink;
	struct {
		uint32_t node, serial;
	} work[WORK_MAX]; /* effects that have not ended; more than these never do */
	unsigned works;
	uint32_t now;
	bool handling; /* the machine must not be called from its port */
	size_t written;
};

static void port_start(void *context, const struct effect *effect)
{
	struct world *w = context;

	demand(w->handling, "it starts an effect by itself");
	promises_start(&w->promises, effect);
	trace_effect(&w->sink, &w->machine, w->now, effect);
	if (w->works == WORK_MAX)
		return;
	w->work[w->works].node = effect->node;
	w->work[w->works++].serial = effect->serial;
}

static void port_stop(void *context, uint32_t node, uint32_t serial)
{
	struct world *w = context;

	promises_stop(&w->promises, node, serial);
	trace_stop(&w->sink, &w->machine, w->now, node, serial);
}

static void port_rescan(void *context)
{
	struct world *w = context;

	trace_rescan(&w->sink, w->now);
}

static bool port_has_file(void *context, const char *path)
{
	struct world *w = context;

	return path[0] == '/' && choose(w->choices, 2) == 0;
}

static void port_note(void *context, uint32_t node, enum node_state state)
{
	struct world *w = context;

	promises_note(&w->promises, node, state);
	trace_node(&w->sink, &w->machine, w->now, node, state);
}

static void port_conclude(void *context, enum verdict verdict)
{
	struct world *w = context;

	promises_conclude(&w->promises, verdict);
	trace_verdict(&w->sink, w->now, verdict);
}

/* Looks at every byte, so that the sanitizers do. */
static void write_trace(void *context, const char *bytes, size_t length)
{
	struct world *w = context;

	for (size_t i = 0; i < length; i++)
		w->written += (unsigned char)bytes[i] != 0;
}

static void explain_line(void *context, const char *text)
{
	struct world *w = context;

	demand(strlen(text) < EXPLAIN_LINE_MAX, "an explanation that is too long");
	trace_because(&w->sink, w->now, text);
}

static void tell(struct world *w, const struct event *event)
{
	trace_event(&w->sink, &w->machine, w->now, event);
	promises_before(&w->promises, event, w->now);
	w->handling = true;
	machine_event(&w->machine, event, w->now);
	w->handling = false;
	promises_after(&w->promises, event);
	demand(machine_deadline(&w->machine) >= w->now || w->machine.state->verdict != VERDICT_NONE,
	       "a deadline that is over");
}

/* --- events ---------------------------------------------------------------------------------- */

/* A text of the blob: those are the ones that its matches ask for. */
static const char *choose_string(struct world *w)
{
	uint32_t at = choose(w->choices, w->blob->section[SECTION_strings].count);

	while (at > 0 && blob_string(w->blob, at - 1)[0] != '\0')
		at--;
	return blob_string(w->blob, at);
}

static size_t add_property(char *to, size_t length, const char *key, const char *value)
{
	int n = snprintf(to + length, PROPERTIES_MAX - length, "%s=%s", key, value);

	if (n < 0 || length + (size_t)n + 1 > PROPERTIES_MAX)
		return length;
	return length + (size_t)n + 1;
}

static void tell_device(struct world *w)
{
	static const char *const actions[] = {"add", "change", "remove", "bind"};
	static const char *const keys[] = {"ID_FS_UUID", "ID_FS_LABEL", "ID_PART_ENTRY_UUID",
					   "DM_NAME",	 "MODALIAS",	"BOOTGRAPH_PROBED",
					   "SUBSYSTEM",	 "DEVNAME"};
	char properties[PROPERTIES_MAX], number[16];
	size_t length = add_property(properties, 0, "ACTION", actions[choose(w->choices, 4)]);

	snprintf(number, sizeof number, "%u", (unsigned)choose(w->choices, 4));
	length = add_property(properties, length, "MAJOR", number);
	length = add_property(properties, length, "MINOR", "1");
	length = add_property(properties, length, "SUBSYSTEM", "block");
	for (uint32_t i = choose(w->choices, 4); i > 0; i--) {
		const char *value = choose_string(w), *equals = strchr(value, '=');
		bool own_key = choose(w->choices, 3) == 0;

		length = add_property(properties, length,
				      own_key ? choose_string(w) : keys[choose(w->choices, 8)],
				      equals != NULL ? equals + 1 : value);
	}
	if (choose(w->choices, 16) == 0)
		length -= 1; /* the last one is not ended */
	tell(w, &(struct event){.kind = EVENT_DEVICE, .properties = properties, .length = length});
}

static void tell_finished(struct world *w)
{
	static const int32_t statuses[] = {0, 0, 0, 0, 1, 255, 256 + 11, -5, INT32_MIN, INT32_MAX};
	struct event event = {.kind = EVENT_FINISHED, .status = statuses[choose(w->choices, 10)]};

	if (w->works > 0 && choose(w->choices, 8) != 0) {
		unsigned i = choose(w->choices, w->works);

		event.node = w->work[i].node;
		event.serial = w->work[i].serial;
		w->work[i] = w->work[--w->works];
	} else { /* one that was never begun */
		event.node = choose(w->choices, w->machine.node_count + 2u);
		event.serial = choose(w->choices, 3);
	}
	tell(w, &event);
}

/* Up to the end of what 32 bits can count. */
static void tell_tick(struct world *w)
{
	uint32_t deadline = machine_deadline(&w->machine);

	if (choose(w->choices, 4) == 0 && w->now < NEVER - 60000)
		w->now += choose(w->choices, 60000);
	else if (deadline != NEVER && deadline > w->now)
		w->now = deadline;
	tell(w, &(struct event){.kind = EVENT_TICK});
}

/* Somebody is asked for a unit, or holds all clocks. */
static void tell_hold(struct world *w)
{
	uint32_t node = choose(w->choices, w->machine.node_count + 1u);

	tell(w, &(struct event){.kind = EVENT_HOLD,
				.node = node < w->machine.node_count ? node : NONE,
				.status = choose(w->choices, 2) != 0});
}

/* A boot script has set something, to a text of the blob as likely as not. */
static void tell_parameters(struct world *w)
{
	static const enum parameter_id ids[] = {PARAMETER_ROOT,	      PARAMETER_RESUME,
						PARAMETER_NORESUME,   PARAMETER_ROOTDELAY,
						PARAMETER_ROOTFSTYPE, PARAMETER_ROOTFLAGS};
	const char *value = choose(w->choices, 4) == 0 ? "90" : choose_string(w);
	uint32_t node = choose(w->choices, w->machine.node_count), table;
	char settings[PROPERTIES_MAX];
	size_t length;

	length = add_property(settings, 0, parameter_name(ids[choose(w->choices, 6)]), value);
	table = boot_change(&w->boot, w->machine.state->parameters, node, settings, length);
	/* The machine is told of what has no room, too, and of a table that is none. */
	tell(w, &(struct event){.kind = EVENT_PARAMETERS,
				.properties = settings,
				.length = length,
				.node = node,
				.serial = table});
}

static void tell_something(struct world *w)
{
	uint32_t what = choose(w->choices, 17);

	if (what < 6)
		tell_device(w);
	else if (what < 12)
		tell_finished(w);
	else if (what < 14)
		tell_tick(w);
	else if (what < 15)
		tell_hold(w);
	else if (what < 16)
		tell_parameters(w);
	else
		tell(w, &(struct event){.kind = EVENT_AGAIN});
}

/* Serials are 16 bits and wrap: some runs begin shortly before that. */
static void advance_serials(struct world *w)
{
	uint16_t serial = (uint16_t)(0u - choose(w->choices, 4));

	for (uint32_t i = 0; i < w->machine.node_count; i++)
		w->machine.state->node[i].serial = serial;
}

static void *allocate(size_t size)
{
	void *block = malloc(size > 0 ? size : 1);

	if (block == NULL)
		abort();
	return block;
}

/* The state is a block of its own, of exactly the size that the blob declares. */
void random_run(const struct blob *blob, struct choices *choices, unsigned events)
{
	static const char *const command_lines[] = {"", "root=UUID=1 rw rootdelay=4000000000",
						    "rootwait resume=8:1 fastboot"};
	static const struct port port = {port_start,	port_stop, port_rescan,
					 port_has_file, port_note, port_conclude};
	struct world w = {.blob = blob, .choices = choices};
	uint32_t nodes = blob->section[SECTION_nodes].count;
	struct promised_node *promised = allocate(nodes * sizeof *promised);
	void *state = allocate(blob->header.state_size);

	boot_read_command_line(&w.boot, blob, command_lines[choose(choices, 3)]);
	w.sink = (struct trace_sink){write_trace, &w};
	machine_init(&w.machine, blob, &w.boot, &port, &w, state);
	advance_serials(&w);
	promises_begin(&w.promises, &w.machine, promised);
	tell(&w, &(struct event){.kind = EVENT_START});
	while (events-- > 0)
		tell_something(&w);
	machine_explain(&w.machine, &(struct explain_sink){explain_line, NULL, &w});
	free(state);
	free(promised);
}

/* --- the text twin --------------------------------------------------------------------------- */

static char *listing_of(const struct program *program, size_t *ret_size)
{
	char *listing = NULL;
	FILE *out = open_memstream(&listing, ret_size);

	if (out == NULL)
		abort();
	program_list(program, out);
	fclose(out);
	return listing;
}

void check_listing(struct arena *arena, const struct blob *blob)
{
	struct diag diag = {.out = stderr};
	size_t size, again_size;
	char *listing = listing_of(program_read(arena, blob), &size), *again;
	struct program *program =
		program_assemble(arena, &diag, text_from_memory(arena, "listing", listing, size));

	demand(program != NULL, "a listing that does not assemble");
	again = listing_of(program, &again_size);
	demand(size == again_size && memcmp(listing, again, size) == 0,
	       "a listing that assembles to another one");
	free(listing);
	free(again);
}

void repair_checksum(unsigned char *bytes, size_t size)
{
	unsigned count;
	const struct field *field = blob_header_fields(&count);
	size_t offset = 0;

	for (; field->kind != FIELD_CHECKSUM; field++)
		offset += field->width;
	blob_put_u32(bytes + offset, blob_checksum(bytes, size));
}
