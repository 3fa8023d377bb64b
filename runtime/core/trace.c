#include "trace.h"
#include "mem.h"

static const char hexadecimal[] = "0123456789abcdef";

static void write_text(const struct trace_sink *sink, const char *text)
{
	sink->write(sink->context, text, strlen(text));
}

/* In decimal, with zeros in front up to so many digits. */
static void write_number(const struct trace_sink *sink, uint32_t number, unsigned digits)
{
	char text[10];
	unsigned at = sizeof text;

	do {
		text[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0 || sizeof text - at < digits);
	sink->write(sink->context, text + at, sizeof text - at);
}

/* What could end a field or a line, and what not every reader takes, is written \xNN. */
static bool is_plain(char c, bool space)
{
	return (c > ' ' && c < 0x7f && c != '\\') || (space && c == ' ');
}

static void write_escaped(const struct trace_sink *sink, const char *text, bool space)
{
	while (*text != '\0') {
		size_t plain = 0;

		while (is_plain(text[plain], space))
			plain++;
		if (plain > 0)
			sink->write(sink->context, text, plain);
		text += plain;
		if (*text != '\0') {
			unsigned char byte = (unsigned char)*text++;
			char escape[4] = {'\\', 'x', hexadecimal[byte >> 4],
					  hexadecimal[byte & 15]};

			sink->write(sink->context, escape, sizeof escape);
		}
	}
}

static void write_field(const struct trace_sink *sink, const char *text)
{
	write_text(sink, " ");
	if (text == NULL || text[0] == '\0')
		write_text(sink, "-");
	else
		write_escaped(sink, text, false);
}

static void write_device_number(const struct trace_sink *sink, uint32_t number)
{
	write_text(sink, " ");
	write_number(sink, number >> 20, 1);
	write_text(sink, ":");
	write_number(sink, number & 0xfffff, 1);
}

/* "0.213 device" */
static void begin(const struct trace_sink *sink, uint32_t now, const char *word)
{
	write_number(sink, now / 1000, 1);
	write_text(sink, ".");
	write_number(sink, now % 1000, 3);
	write_text(sink, " ");
	write_text(sink, word);
}

static void end(const struct trace_sink *sink)
{
	write_text(sink, "\n");
}

static const char *name_of(const struct machine *machine, uint32_t node)
{
	struct node record;

	blob_node(machine->blob, node, &record);
	return blob_string(machine->blob, record.name);
}

static void write_node(const struct trace_sink *sink, const struct machine *machine, uint32_t node)
{
	write_field(sink, name_of(machine, node));
}

/* An effect goes by its node's name, and by its serial number unless it is the node's first. */
static void write_effect(const struct trace_sink *sink, const struct machine *machine,
			 uint32_t node, uint32_t serial)
{
	write_node(sink, machine, node);
	if (serial == 1)
		return;
	write_text(sink, "#");
	write_number(sink, serial, 1);
}

/* --- what the machine is told --------------------------------------------- */

/* "1c0ffee5": as CRC-32C is usually written */
static void write_checksum(const struct trace_sink *sink, uint32_t checksum)
{
	char digits[8];
	unsigned i;

	for (i = 0; i < sizeof digits; i++)
		digits[i] = hexadecimal[checksum >> (28 - 4 * i) & 15];
	sink->write(sink->context, digits, sizeof digits);
}

/* Which blob it is that runs; then the command line. */
static void write_start(const struct trace_sink *sink, const struct machine *machine, uint32_t now)
{
	const struct boot *boot = machine->boot;
	const struct header *header = &machine->blob->header;
	size_t at;

	begin(sink, now, "blob ");
	write_checksum(sink, header->checksum);
	write_text(sink, " ");
	write_number(sink, header->size, 1);
	end(sink);
	begin(sink, now, "start");
	for (at = 0; at < boot->length; at += strlen(boot->text + at) + 1)
		if (boot->text[at] != '\0')
			write_field(sink, boot->text + at);
	end(sink);
}

/* Whether a property is told as a field of its own, or says nothing about the boot. */
static bool is_left_out(const char *property)
{
	static const char *const keys[] = {"ACTION=", "DEVNAME=", "MAJOR=", "MINOR=", "SEQNUM="};
	unsigned i;

	for (i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strlen(property) >= strlen(keys[i]) &&
		    memcmp(property, keys[i], strlen(keys[i])) == 0)
			return true;
	return false;
}

static void write_properties(const struct trace_sink *sink, const struct event *event,
			     bool of_device)
{
	size_t at, length;

	for (at = 0; at < event->length; at += length + 1) {
		for (length = 0; at + length < event->length; length++)
			if (event->properties[at + length] == '\0')
				break;
		if (at + length == event->length)
			break; /* the last one is not ended */
		if (!of_device || !is_left_out(event->properties + at))
			write_field(sink, event->properties + at);
	}
}

static void write_device(const struct trace_sink *sink, uint32_t now, const struct event *event)
{
	begin(sink, now, "device");
	write_field(sink, event_property(event, "ACTION"));
	write_field(sink, event_property(event, "DEVNAME"));
	write_device_number(sink, event_device_number(event));
	write_properties(sink, event, true);
	end(sink);
}

static void write_finished(const struct trace_sink *sink, const struct machine *machine,
			   uint32_t now, const struct event *event)
{
	bool negative = event->status < 0;

	if (event->node >= machine->node_count)
		return;
	begin(sink, now, "finished");
	write_effect(sink, machine, event->node, event->serial);
	write_text(sink, negative ? " -" : " ");
	write_number(sink, negative ? 0u - (uint32_t)event->status : (uint32_t)event->status, 1);
	end(sink);
}

static void write_hold(const struct trace_sink *sink, const struct machine *machine, uint32_t now,
		       const struct event *event)
{
	begin(sink, now, "hold");
	if (event->node < machine->node_count)
		write_node(sink, machine, event->node);
	else
		write_field(sink, NULL);
	write_field(sink, event->status != 0 ? "begins" : "ends");
	end(sink);
}

static void write_parameters(const struct trace_sink *sink, const struct machine *machine,
			     uint32_t now, const struct event *event)
{
	begin(sink, now, "parameters");
	if (event->node < machine->node_count)
		write_node(sink, machine, event->node);
	else
		write_field(sink, NULL);
	write_properties(sink, event, false);
	end(sink);
}

void trace_event(const struct trace_sink *sink, const struct machine *machine, uint32_t now,
		 const struct event *event)
{
	switch (event->kind) {
	case EVENT_START:
		write_start(sink, machine, now);
		break;
	case EVENT_DEVICE:
		write_device(sink, now, event);
		break;
	case EVENT_FINISHED:
		write_finished(sink, machine, now, event);
		break;
	case EVENT_TICK:
		begin(sink, now, "tick");
		end(sink);
		break;
	case EVENT_AGAIN:
		begin(sink, now, "again");
		end(sink);
		break;
	case EVENT_HOLD:
		write_hold(sink, machine, now, event);
		break;
	case EVENT_PARAMETERS:
		write_parameters(sink, machine, now, event);
		break;
	default:
		break;
	}
}

void trace_file(const struct trace_sink *sink, uint32_t now, const char *path, bool found)
{
	begin(sink, now, "file");
	write_field(sink, path);
	write_field(sink, found ? "yes" : "no");
	end(sink);
}

/* --- what the machine does ------------------------------------------------ */

static void write_operand(const struct trace_sink *sink, const struct machine *machine,
			  const struct effect *effect, unsigned i)
{
	const char *item;
	unsigned k;

	switch (opcode_describe(effect->op)->operand[i].kind) {
	case OPERAND_DEVICE:
		write_device_number(sink, effect->device_number);
		break;
	case OPERAND_LIST:
		for (k = 0; (item = machine_list_value(machine, effect->list, k)) != NULL; k++)
			write_field(sink, item);
		break;
	case OPERAND_NUMBER:
		write_text(sink, " ");
		write_number(sink, effect->number, 1);
		break;
	default:
		write_field(sink, effect->text[i]);
		break;
	}
}

/* Optional operands at the end that are empty are left out. */
static unsigned count_operands(const struct effect *effect)
{
	const struct op *op = opcode_describe(effect->op);
	unsigned count = op->operand_count;

	while (count > 0 && op->operand[count - 1].optional && effect->text[count - 1] != NULL &&
	       effect->text[count - 1][0] == '\0')
		count--;
	return count;
}

void trace_effect(const struct trace_sink *sink, const struct machine *machine, uint32_t now,
		  const struct effect *effect)
{
	unsigned count = count_operands(effect), i;
	const char *name;

	begin(sink, now, "effect");
	write_effect(sink, machine, effect->node, effect->serial);
	write_field(sink, opcode_describe(effect->op)->name);
	for (i = 0; i < count; i++)
		write_operand(sink, machine, effect, i);
	if (effect->event != NULL) {
		name = event_property(effect->event, "DEVNAME");
		write_field(sink, name != NULL ? name : event_property(effect->event, "MODALIAS"));
	}
	end(sink);
}

void trace_stop(const struct trace_sink *sink, const struct machine *machine, uint32_t now,
		uint32_t node, uint32_t serial)
{
	begin(sink, now, "stop");
	write_effect(sink, machine, node, serial);
	end(sink);
}

void trace_rescan(const struct trace_sink *sink, uint32_t now)
{
	begin(sink, now, "rescan");
	end(sink);
}

/* A device was given up by the machine itself, not for what should have brought it. */
static const char *given_up(const struct machine *machine, uint32_t node, enum node_state state)
{
	const struct node_memory *memory = &machine->state->node[node];
	struct node record;

	blob_node(machine->blob, node, &record);
	if (record.kind != NODE_DEVICE || state != STATE_FAILED || memory->cause != node)
		return NULL;
	return memory->status == STATUS_QUIET ? "quiescent" : "budget";
}

void trace_node(const struct trace_sink *sink, const struct machine *machine, uint32_t now,
		uint32_t node, enum node_state state)
{
	const char *reason = given_up(machine, node, state);
	const char *title = machine_node_title(machine, node);

	if (reason != NULL) {
		begin(sink, now, "given-up");
		write_node(sink, machine, node);
		write_field(sink, reason);
		if (title != name_of(machine, node)) /* the command line said which one */
			write_field(sink, title);
		end(sink);
	}
	begin(sink, now, "node");
	write_node(sink, machine, node);
	write_field(sink, node_state_name(state));
	end(sink);
}

void trace_verdict(const struct trace_sink *sink, uint32_t now, enum verdict verdict)
{
	begin(sink, now, "verdict");
	write_field(sink, verdict_name(verdict));
	end(sink);
}

static void write_sentence(const struct trace_sink *sink, uint32_t now, const char *word,
			   const char *text)
{
	begin(sink, now, word);
	write_text(sink, " ");
	write_escaped(sink, text, true);
	end(sink);
}

void trace_because(const struct trace_sink *sink, uint32_t now, const char *text)
{
	write_sentence(sink, now, "because", text);
}

void trace_remark(const struct trace_sink *sink, uint32_t now, const char *text)
{
	write_sentence(sink, now, "remark", text);
}

/* --- names ---------------------------------------------------------------- */

const char *node_state_name(enum node_state state)
{
	static const char *const names[STATE_COUNT] = {
		[STATE_PENDING] = "pending", [STATE_STARTING] = "starting",
		[STATE_READY] = "ready",     [STATE_RUNNING] = "running",
		[STATE_DONE] = "done",	     [STATE_FAILED] = "failed",
		[STATE_SKIPPED] = "skipped",
	};

	return names[state];
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[VERDICT_COUNT] = {
		[VERDICT_NONE] = "none",
		[VERDICT_HANDOFF] = "handoff",
		[VERDICT_RESCUE] = "rescue",
	};

	return names[verdict];
}
