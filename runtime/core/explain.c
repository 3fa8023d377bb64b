#include "explain.h"
#include "device_ref.h"
#include "mem.h"
#include "text.h"

/* A line under construction; what does not fit is cut off. */
struct line {
	char text[EXPLAIN_LINE_MAX];
	size_t length;
};

static void add(struct line *line, const char *text)
{
	size_t n = strlen(text), room = sizeof line->text - 1 - line->length;

	if (n > room)
		n = room;
	memcpy(line->text + line->length, text, n);
	line->length += n;
	line->text[line->length] = '\0';
}

static void add_number(struct line *line, uint32_t number)
{
	char digits[DECIMAL_SIZE];

	add(line, text_decimal(number, digits));
}

/* A level of a set in words; any other reference as it is written. */
static void add_device(struct line *line, const char *title)
{
	struct device_ref ref;

	device_ref_parse(title, &ref);
	if (ref.kind == REF_COMPLETE || ref.kind == REF_ENOUGH) {
		add(line, ref.kind == REF_COMPLETE ? "all of " : "enough of ");
		add(line, ref.text); /* a set's name is never quoted */
	} else {
		add(line, "device ");
		add(line, title);
	}
}

static void add_node(const struct machine *machine, struct line *line, uint32_t index)
{
	struct node node;
	uint32_t setter;

	blob_node(machine->blob, index, &node);
	if (node.kind != NODE_DEVICE) {
		add(line, machine_node_title(machine, index));
		return;
	}
	add_device(line, machine_node_title(machine, index));
	setter = machine_device_setter(machine, index);
	if (setter != NONE) {
		add(line, ", set by ");
		add(line, machine_node_title(machine, setter));
		add(line, ",");
	}
}

static void add_source(struct line *line, const char *source)
{
	if (*source == '\0')
		return;
	add(line, " (");
	add(line, source);
	add(line, ")");
}

static void add_own_failure(const struct machine *machine, const struct explain_sink *sink,
			    struct line *line, uint32_t index)
{
	const struct node_memory *memory = &machine->state->node[index];
	const char *reason = sink->reason != NULL ? sink->reason(sink->context, index) : NULL;
	struct node node;

	blob_node(machine->blob, index, &node);
	if (node.kind == NODE_DEVICE) {
		add(line, memory->status == STATUS_QUIET
				  ? " did not appear, and nothing more was to be expected"
				  : " did not appear in time");
		if (reason != NULL) {
			add(line, ": ");
			add(line, reason);
		}
	} else if (reason != NULL) {
		add(line, " failed: ");
		add(line, reason);
	} else if (memory->status < 0) {
		add(line,
		    memory->status == STATUS_TIMED_OUT ? " took too long" : " failed with error ");
		if (memory->status != STATUS_TIMED_OUT)
			add_number(line, (uint32_t)-memory->status);
	} else if (memory->status >= STATUS_SIGNAL) {
		add(line, " was killed by signal ");
		add_number(line, (uint32_t)memory->status - STATUS_SIGNAL);
	} else {
		add(line, " exited with ");
		add_number(line, (uint32_t)memory->status);
	}
}

/* Says what a node needs of another one, and where that is written. */
static void add_need(const struct machine *machine, struct line *line, uint32_t index,
		     uint32_t cause)
{
	struct node node;
	struct edge edge;
	uint32_t i;

	blob_node(machine->blob, index, &node);
	add(line, node.kind == NODE_DEVICE ? " comes from " : " needs ");
	add_node(machine, line, cause);
	for (i = 0; i < node.edge_count; i++) {
		blob_edge(machine->blob, node.first_edge + i, &edge);
		if (edge.from == cause) {
			add_source(line, blob_string(machine->blob, edge.source));
			break;
		}
	}
}

/* The first edge that keeps a pending node waiting, or NONE. */
static uint32_t first_blocker(const struct machine *machine, uint32_t index)
{
	struct node node;
	struct edge edge;
	uint32_t i;

	blob_node(machine->blob, index, &node);
	for (i = 0; i < node.edge_count; i++) {
		blob_edge(machine->blob, node.first_edge + i, &edge);
		if ((edge.kind == EDGE_REQUIRES || edge.kind == EDGE_START ||
		     edge.kind == EDGE_STARTING) &&
		    machine->state->node[edge.from].state != STATE_DONE)
			return edge.from;
	}
	return NONE;
}

/* The unit that a device waited for in vain, or NONE: its time is over as well when that unit never
 * got to work, but who looks for the cause has to go on there. One that has done its work leaves
 * the device to itself. */
static uint32_t idle_provider(const struct machine *machine, uint32_t index)
{
	uint32_t i, provider = NONE;
	struct node node;
	struct edge edge;

	blob_node(machine->blob, index, &node);
	if (node.kind == NODE_DEVICE && !machine_device_is_as_compiled(machine, index))
		return NONE;
	for (i = 0; i < node.edge_count; i++) {
		blob_edge(machine->blob, node.first_edge + i, &edge);
		if (edge.kind != EDGE_PROVIDES)
			continue;
		if (machine->state->node[edge.from].state == STATE_DONE)
			return NONE;
		if (provider == NONE)
			provider = edge.from;
	}
	return provider;
}

static bool provides_something(const struct machine *machine, uint32_t index)
{
	struct node node;
	struct edge edge;
	uint32_t i;

	blob_node(machine->blob, index, &node);
	if (node.kind != NODE_TASK)
		return false;
	for (i = 0; i < machine->blob->section[SECTION_edges].count; i++) {
		blob_edge(machine->blob, i, &edge);
		if (edge.from == index && edge.kind == EDGE_PROVIDES)
			return true;
	}
	return false;
}

/* What a node waits for, or failed for; NONE if it is a first cause as far as the graph knows. */
static uint32_t next_cause(const struct machine *machine, uint32_t index)
{
	const struct node_memory *memory = &machine->state->node[index];

	if (memory->state == STATE_PENDING)
		return first_blocker(machine, index);
	return memory->cause != index ? memory->cause : idle_provider(machine, index);
}

/* Whether what kept a node leads back to what was named already: then it explains nothing. */
static bool leads_back(const struct machine *machine, uint32_t index, const unsigned char *named)
{
	uint32_t left = machine->node_count;

	while (index != NONE && !(named[index / 8] >> index % 8 & 1) && left-- > 0)
		index = next_cause(machine, index);
	return index != NONE;
}

enum { OWN_FAILURE = 3 };

/* How likely a unit is what kept a device away: it failed by itself, or something that it needs was
 * there, or nothing at all is known. */
static unsigned likelihood(const struct machine *machine, uint32_t index)
{
	const struct node_memory *memory = &machine->state->node[index];
	unsigned rank = 1;
	struct node node, from;
	struct edge edge;
	uint32_t i;

	if (memory->state == STATE_FAILED && memory->cause == index)
		return OWN_FAILURE;
	blob_node(machine->blob, index, &node);
	for (i = 0; i < node.edge_count; i++) {
		blob_edge(machine->blob, node.first_edge + i, &edge);
		blob_node(machine->blob, edge.from, &from);
		if (edge.kind == EDGE_REQUIRES && from.kind == NODE_DEVICE &&
		    machine->state->node[edge.from].state == STATE_DONE)
			rank = 2;
	}
	return rank;
}

/* Whether some of a set is there: then only what has failed by itself may hide the rest. */
static bool is_begun(const struct machine *machine, const struct node *node)
{
	struct edge edge;
	uint32_t i;

	for (i = 0; i < node->edge_count; i++) {
		blob_edge(machine->blob, node->first_edge + i, &edge);
		if (edge.kind == EDGE_ENOUGH && machine->state->node[edge.from].state == STATE_DONE)
			return true;
	}
	return false;
}

/* A device that nobody is known to provide did not come: the unit behind whose work it may lie, the
 * likeliest one that has not done it and was not named yet; or NONE. Without facts the compiler
 * cannot know that a volume lies on what a unit opens, only that it could. */
static uint32_t likely_provider(const struct machine *machine, uint32_t index,
				const unsigned char *named)
{
	uint32_t i, found = NONE;
	struct node node;
	unsigned rank;

	blob_node(machine->blob, index, &node);
	if (node.kind != NODE_DEVICE)
		return NONE;
	rank = is_begun(machine, &node) ? OWN_FAILURE - 1 : 0;
	for (i = 0; i < node.path_count; i++) {
		uint32_t other = blob_word(machine->blob, SECTION_paths, node.first_path + i);

		if (machine->state->node[other].state == STATE_DONE ||
		    !provides_something(machine, other) || likelihood(machine, other) <= rank ||
		    leads_back(machine, other, named))
			continue;
		rank = likelihood(machine, other);
		found = other;
	}
	return found;
}

static void add_likely(const struct machine *machine, struct line *line, uint32_t provider)
{
	struct node node;

	add(line, "; it may lie behind ");
	add_node(machine, line, provider);
	blob_node(machine->blob, provider, &node);
	add_source(line, blob_string(machine->blob, node.source));
}

/* Explains one node; returns the node to explain next, or NONE at a first cause. */
static uint32_t explain_node(const struct machine *machine, const struct explain_sink *sink,
			     uint32_t index, unsigned char *named)
{
	const struct node_memory *memory = &machine->state->node[index];
	uint32_t next = next_cause(machine, index);
	struct line line = {.length = 0};

	named[index / 8] |= (unsigned char)(1 << index % 8);
	add_node(machine, &line, index);
	if (next != NONE) {
		add_need(machine, &line, index, next);
	} else if (memory->state == STATE_FAILED) {
		add_own_failure(machine, sink, &line, index);
		next = likely_provider(machine, index, named);
		if (next != NONE)
			add_likely(machine, &line, next);
	} else if (memory->state == STATE_SKIPPED)
		add(&line, " was skipped: its condition does not hold");
	else if (memory->state == STATE_PENDING)
		add(&line, " is not there");
	else
		add(&line, " has not ended");
	sink->line(sink->context, line.text);
	return next;
}

void machine_explain(const struct machine *machine, const struct explain_sink *sink)
{
	unsigned char named[(NONE + 1) / 8]; /* a bit for each node */
	uint32_t left = machine->node_count, index = machine->blob->header.goal, i;

	if (machine->state->verdict != VERDICT_RESCUE)
		return;
	/* A unit with `on-failure: rescue` may have failed off the goal's path: it is the cause
	 * then. */
	for (i = 0; machine->state->node[index].state < STATE_DONE && i < left; i++) {
		const struct node_memory *memory = &machine->state->node[i];
		struct node node;

		blob_node(machine->blob, i, &node);
		if (memory->state == STATE_FAILED && memory->cause == i && node.flags & NODE_RESCUE)
			index = i;
	}
	memset(named, 0, sizeof named);
	while (index != NONE && left-- > 0)
		index = explain_node(machine, sink, index, named);
}
