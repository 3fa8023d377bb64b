#include "trace.h"
#include "mem.h"

static void write_text(const struct trace *trace, const char *text)
{
	trace->write(trace->context, text, strlen(text));
}

static void write_number(const struct trace *trace, uint32_t number, unsigned digits)
{
	char text[10];
	unsigned at = sizeof text;

	do {
		text[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0 || sizeof text - at < digits);
	trace->write(trace->context, text + at, sizeof text - at);
}

static bool is_plain(char c, bool space)
{
	return ((unsigned char)c > ' ' && c != '\\' && c != 0x7f) || (space && c == ' ');
}

/* A text with what could end a field or a line written as \xNN. */
static void write_escaped(const struct trace *trace, const char *text, bool space)
{
	static const char digit[] = "0123456789abcdef";

	while (*text != '\0') {
		size_t plain = 0;

		while (text[plain] != '\0' && is_plain(text[plain], space))
			plain++;
		if (plain > 0)
			trace->write(trace->context, text, plain);
		text += plain;
		if (*text != '\0') {
			unsigned char byte = (unsigned char)*text++;
			char escape[4] = {'\\', 'x', digit[byte >> 4], digit[byte & 15]};

			trace->write(trace->context, escape, sizeof escape);
		}
	}
}

static void write_word(const struct trace *trace, const char *word)
{
	write_text(trace, " ");
	if (word == NULL || word[0] == '\0')
		write_text(trace, "\"\"");
	else
		write_escaped(trace, word, false);
}

static void write_device_number(const struct trace *trace, uint32_t number)
{
	write_text(trace, " ");
	write_number(trace, number >> 20, 1);
	write_text(trace, ":");
	write_number(trace, number & 0xfffff, 1);
}

/* "0.213 device" */
static void begin(const struct trace *trace, uint32_t now, const char *what)
{
	write_number(trace, now / 1000, 1);
	write_text(trace, ".");
	write_number(trace, now % 1000, 3);
	write_text(trace, " ");
	write_text(trace, what);
}

static void begin_node(const struct trace *trace, uint32_t now, const char *what, uint32_t node)
{
	struct node record;

	begin(trace, now, what);
	blob_node(trace->machine->blob, node, &record);
	write_word(trace, blob_string(trace->machine->blob, record.name));
}

static void end(const struct trace *trace)
{
	write_text(trace, "\n");
}

void trace_head(const struct trace *trace)
{
	write_text(trace, "bootgraph-trace 1\n");
}

void trace_start(const struct trace *trace, uint32_t now, const char *command_line)
{
	begin(trace, now, "start");
	if (command_line[0] != '\0')
		write_text(trace, " ");
	write_escaped(trace, command_line, true);
	end(trace);
}

/* Action, name and number come first and by themselves; the kernel's DEVPATH, SEQNUM and the like
 * say nothing more about the boot. */
static bool is_told(const char *property)
{
	static const char *const left_out[] = {
		"ACTION=", "DEVNAME=", "MAJOR=", "MINOR=", "DEVPATH=", "SEQNUM=", "SYNTH_UUID="};
	unsigned i;

	for (i = 0; i < sizeof left_out / sizeof left_out[0]; i++)
		if (strlen(property) >= strlen(left_out[i]) &&
		    memcmp(property, left_out[i], strlen(left_out[i])) == 0)
			return false;
	return true;
}

static void write_device(const struct trace *trace, uint32_t now, const struct event *event)
{
	uint32_t number = event_device_number(event);
	size_t at = 0;

	begin(trace, now, "device");
	write_word(trace, event_property(event, "ACTION"));
	write_word(trace, event_property(event, "DEVNAME"));
	if (number != 0)
		write_device_number(trace, number);
	else
		write_text(trace, " -");
	for (; at < event->length; at += strlen(event->properties + at) + 1)
		if (is_told(event->properties + at))
			write_word(trace, event->properties + at);
	end(trace);
}

/* 0, an exit status, signal-9 or errno-2. */
static void write_status(const struct trace *trace, int32_t status)
{
	write_text(trace, status < 0 ? " errno-" : status >= STATUS_SIGNAL ? " signal-" : " ");
	write_number(trace, status < 0 ? (uint32_t)-status : (uint32_t)status % STATUS_SIGNAL, 1);
}

static bool is_late(const struct machine *machine, const struct event *event)
{
	const struct node_memory *memory = &machine->state->node[event->node];
	struct node node;

	blob_node(machine->blob, event->node, &node);
	return node.kind == NODE_TASK &&
	       (memory->state != STATE_RUNNING || memory->serial != (uint16_t)event->serial);
}

void trace_event(const struct trace *trace, uint32_t now, const struct event *event)
{
	switch (event->kind) {
	case EVENT_DEVICE:
		write_device(trace, now, event);
		break;
	case EVENT_FINISHED:
		if (event->node >= trace->machine->state->node_count)
			break;
		begin_node(trace, now, is_late(trace->machine, event) ? "late" : "finished",
			   event->node);
		write_status(trace, event->status);
		end(trace);
		break;
	case EVENT_AGAIN:
		begin(trace, now, "again");
		end(trace);
		break;
	default:
		break;
	}
}

void trace_effect(const struct trace *trace, uint32_t now, const struct effect *effect)
{
	const struct op *op = opcode_describe(effect->op);
	unsigned count = op->operand_count, i, k;
	const char *item;

	begin_node(trace, now, "effect", effect->node);
	write_word(trace, op->name);
	while (count > 0 && op->operand[count - 1].optional && effect->text[count - 1] != NULL &&
	       effect->text[count - 1][0] == '\0')
		count--;
	for (i = 0; i < count; i++) {
		switch (op->operand[i].kind) {
		case OPERAND_DEVICE:
			write_device_number(trace, effect->device_number);
			break;
		case OPERAND_LIST:
			for (k = 0; (item = machine_list_value(trace->machine, effect->list, k));
			     k++)
				write_word(trace, item);
			break;
		case OPERAND_NUMBER:
			write_text(trace, " ");
			write_number(trace, effect->number, 1);
			break;
		default:
			write_word(trace, effect->text[i]);
			break;
		}
	}
	if (effect->event != NULL)
		write_word(trace, event_property(effect->event, "DEVNAME"));
	end(trace);
}

void trace_stop(const struct trace *trace, uint32_t now, uint32_t node)
{
	begin_node(trace, now, "stop", node);
	end(trace);
}

void trace_rescan(const struct trace *trace, uint32_t now)
{
	begin(trace, now, "rescan");
	end(trace);
}

void trace_node(const struct trace *trace, uint32_t now, uint32_t node, enum node_state state)
{
	begin_node(trace, now, "node", node);
	write_word(trace, node_state_name(state));
	end(trace);
}

void trace_verdict(const struct trace *trace, uint32_t now, enum verdict verdict)
{
	begin(trace, now, "verdict");
	write_word(trace, verdict_name(verdict));
	end(trace);
}

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
