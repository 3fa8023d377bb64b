#include "replay_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "properties.h"
#include "words.h"
#include "../inspect/escape.h"

#define HEAD	   "bootgraph-trace "
#define OTHER_BLOB "the blob has no such unit: the trace is of another one"

struct trace_field {
	const char *text; /* unescaped */
	struct span span;
};

struct reader {
	struct arena *arena;
	struct diag *diag;
	const struct blob *blob;
	const struct trace_field *field; /* of the line at hand: time, word, and what follows */
	size_t count;
	uint32_t at;
	struct recording *recording;
};

/* --- fields ---------------------------------------------------------------------------------- */

static bool complain(struct reader *r, size_t field, const char *problem)
{
	struct span span = {.name = "trace"};

	if (r->count > 0)
		span = r->field[field < r->count ? field : r->count - 1].span;
	diag_report(r->diag, DIAG_EVENTS_SYNTAX, span, NULL, "%s", problem);
	return false;
}

static const char *unescape(struct arena *arena, const char *at, const char *end)
{
	char *out = arena_alloc(arena, (size_t)(end - at) + 1), *to = out;

	while (at < end) {
		size_t escape = *at == '\\' ? escape_read(at + 1, end, to) : 0;

		if (escape == 0)
			*to = *at;
		at += 1 + escape;
		to++;
	}
	return out;
}

/* A line's end, or NULL if it was cut short. */
static const char *line_end(const struct text *text, size_t line)
{
	size_t start = text->line_start[line];

	return memchr(text->data + start, '\n', text->size - start);
}

bool replay_is_trace(const struct text *text)
{
	return text->size > strlen(HEAD) && memcmp(text->data, HEAD, strlen(HEAD)) == 0 &&
	       line_end(text, 0) != NULL;
}

/* A line's fields, each separated by one space. */
static void split(struct reader *r, const struct text *text, size_t line)
{
	VEC(struct trace_field) fields = {0};
	const char *at = text->data + text->line_start[line], *end = line_end(text, line);

	while (at < end) {
		const char *space = memchr(at, ' ', (size_t)(end - at));
		struct trace_field field = {.span = {.text = text}};

		if (space == NULL)
			space = end;
		field.text = unescape(r->arena, at, space);
		field.span.offset = (size_t)(at - text->data);
		field.span.length = (size_t)(space - at);
		vec_push(r->arena, &fields, field);
		at = space < end ? space + 1 : end;
	}
	r->field = fields.item;
	r->count = fields.count;
}

static uint32_t find_node(const struct reader *r, const char *name, size_t length)
{
	struct node node;

	for (uint32_t i = 0; i < r->blob->section[SECTION_nodes].count; i++) {
		const char *its;

		blob_node(r->blob, i, &node);
		its = blob_string(r->blob, node.name);
		if (node.kind != NODE_DEVICE && strlen(its) == length &&
		    memcmp(its, name, length) == 0)
			return i;
	}
	return NONE;
}

static bool read_number(const char *text, long long least, long long most, long long *ret_number)
{
	char *end;

	errno = 0;
	*ret_number = strtoll(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && *ret_number >= least &&
	       *ret_number <= most;
}

/* From the word to the end of the line. */
static struct span line_span(const struct reader *r)
{
	struct span span = r->field[1].span, last = r->field[r->count - 1].span;

	span.length = last.offset + last.length - span.offset;
	return span;
}

/* --- lines ----------------------------------------------------------------------------------- */

static void push_input(struct reader *r, struct event event)
{
	struct input input = {r->at, event, r->recording->deeds.count, line_span(r)};

	vec_push(r->arena, &r->recording->inputs, input);
}

static bool read_start(struct reader *r)
{
	const char *line = "";

	if (r->recording->command_line != NULL)
		return complain(r, 1, "a boot starts once");
	for (size_t i = 2; i < r->count; i++)
		line = arena_printf(r->arena, "%s%s%s", line, i > 2 ? " " : "", r->field[i].text);
	if (strlen(line) >= COMMAND_LINE_MAX)
		return complain(r, 1, "the command line is too long");
	r->recording->command_line = line;
	push_input(r, (struct event){.kind = EVENT_START});
	return true;
}

/* device ACTION NAME MAJOR:MINOR KEY=VALUE... */
static bool read_device(struct reader *r)
{
	struct properties properties = {0};
	unsigned major, minor;
	int end = 0;

	if (r->count < 5 || sscanf(r->field[4].text, "%4u:%7u%n", &major, &minor, &end) != 2 ||
	    r->field[4].text[end] != '\0')
		return complain(r, 4, "device ACTION NAME MAJOR:MINOR expected");
	properties_set(r->arena, &properties,
		       arena_printf(r->arena, "ACTION=%s", r->field[2].text));
	if (strcmp(r->field[3].text, "-") != 0)
		properties_set(r->arena, &properties,
			       arena_printf(r->arena, "DEVNAME=%s", r->field[3].text));
	if (major != 0 || minor != 0) {
		properties_set(r->arena, &properties, arena_printf(r->arena, "MAJOR=%u", major));
		properties_set(r->arena, &properties, arena_printf(r->arena, "MINOR=%u", minor));
	}
	for (size_t i = 5; i < r->count; i++)
		properties_set(r->arena, &properties, r->field[i].text);
	push_input(r, (struct event){.kind = EVENT_DEVICE,
				     .properties = properties.bytes,
				     .length = properties.length});
	return true;
}

/* finished NODE STATUS, or finished NODE#SERIAL STATUS */
static bool read_finished(struct reader *r)
{
	const char *effect = r->count > 2 ? r->field[2].text : "", *hash = strrchr(effect, '#');
	struct event event = {.kind = EVENT_FINISHED, .serial = 1};
	long long serial, status;

	if (r->count != 4 || !read_number(r->field[3].text, INT32_MIN, INT32_MAX, &status))
		return complain(r, 3, "finished EFFECT STATUS expected");
	event.status = (int32_t)status;
	event.node = find_node(r, effect, strlen(effect));
	if (event.node == NONE && hash != NULL) {
		if (!read_number(hash + 1, 0, UINT16_MAX, &serial))
			return complain(r, 2, "no number behind the #");
		event.serial = (uint32_t)serial;
		event.node = find_node(r, effect, (size_t)(hash - effect));
	}
	if (event.node == NONE)
		return complain(r, 2, OTHER_BLOB);
	push_input(r, event);
	return true;
}

static bool read_tick(struct reader *r)
{
	push_input(r, (struct event){.kind = EVENT_TICK});
	return true;
}

static bool read_again(struct reader *r)
{
	push_input(r, (struct event){.kind = EVENT_AGAIN});
	return true;
}

/* hold NODE begins, hold - ends */
static bool read_hold(struct reader *r)
{
	struct event event = {.kind = EVENT_HOLD, .node = NONE};
	const char *name = r->count > 2 ? r->field[2].text : "";

	if (r->count != 4)
		return complain(r, 3, "hold NODE begins or ends expected");
	event.status = strcmp(r->field[3].text, "begins") == 0;
	if (strcmp(name, "-") != 0) {
		event.node = find_node(r, name, strlen(name));
		if (event.node == NONE)
			return complain(r, 2, OTHER_BLOB);
	}
	push_input(r, event);
	return true;
}

/* parameters NODE NAME=VALUE... */
static bool read_parameters(struct reader *r)
{
	struct event event = {.kind = EVENT_PARAMETERS, .node = NONE};
	const char *name = r->count > 2 ? r->field[2].text : "-";
	struct properties properties = {0};

	if (strcmp(name, "-") != 0) {
		event.node = find_node(r, name, strlen(name));
		if (event.node == NONE)
			return complain(r, 2, OTHER_BLOB);
	}
	for (size_t i = 3; i < r->count; i++)
		properties_set(r->arena, &properties, r->field[i].text);
	event.properties = properties.bytes;
	event.length = properties.length;
	push_input(r, event);
	return true;
}

static bool read_file(struct reader *r)
{
	struct answer answer = {0};

	if (r->count != 4)
		return complain(r, 3, "file PATH yes or no expected");
	answer.path = r->field[2].text;
	answer.found = strcmp(r->field[3].text, "yes") == 0;
	vec_push(r->arena, &r->recording->answers, answer);
	return true;
}

/* blob CHECKSUM SIZE */
static bool read_blob(struct reader *r)
{
	struct recording *recording = r->recording;

	recording->names_blob = r->count >= 4 &&
				sscanf(r->field[2].text, "%8" SCNx32, &recording->checksum) == 1 &&
				sscanf(r->field[3].text, "%9" SCNu32, &recording->size) == 1;
	recording->blob_span = line_span(r);
	return recording->names_blob || complain(r, 2, "blob CHECKSUM SIZE expected");
}

/* The words of inputs, and what comes before them; all others say what the machine did. */
static const struct {
	const char *word;
	bool (*read)(struct reader *r);
} words[] = {
	{"start", read_start}, {"device", read_device}, {"finished", read_finished},
	{"tick", read_tick},   {"again", read_again},	{"file", read_file},
	{"hold", read_hold},   {"blob", read_blob},	{"parameters", read_parameters},
};

bool replay_is_deed(const char *word, size_t length)
{
	static const char *const deeds[] = {"node",   "given-up", "effect", "stop",
					    "rescan", "verdict",  "file"};

	for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++)
		if (strlen(deeds[i]) == length && memcmp(deeds[i], word, length) == 0)
			return true;
	return false;
}

static void push_deed(struct reader *r)
{
	struct span span = line_span(r);
	struct deed deed = {
		arena_printf(r->arena, "%.*s", (int)span.length, span.text->data + span.offset),
		span};

	vec_push(r->arena, &r->recording->deeds, deed);
}

static bool read_line(struct reader *r)
{
	uint32_t at;

	if (r->count < 2)
		return r->count == 0 || complain(r, 0, "a time and a word expected");
	if (!words_seconds(r->field[0].text, &at))
		return complain(r, 0, "a time in seconds expected");
	if (at < r->at)
		return complain(r, 0, "earlier than the line before");
	r->at = at;
	if (replay_is_deed(r->field[1].text, strlen(r->field[1].text)))
		push_deed(r);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i].word, r->field[1].text) == 0) {
			if (words[i].read != read_start && words[i].read != read_blob &&
			    r->recording->command_line == NULL)
				return complain(r, 1, "the first input must be start");
			return words[i].read(r);
		}
	return true;
}

/* A last line that was cut short is none: /run was full, or somebody copied it meanwhile. */
bool replay_read(struct arena *arena, struct diag *diag, const struct text *text,
		 const struct blob *blob, struct recording *ret_recording)
{
	struct reader reader = {
		.arena = arena, .diag = diag, .blob = blob, .recording = ret_recording};
	struct reader *r = &reader;
	bool good = true;

	*ret_recording = (struct recording){0};
	split(r, text, 0);
	if (r->count != 2 || strcmp(r->field[1].text, "1") != 0)
		return complain(r, 1, "a trace of another version than 1");
	for (size_t i = 1; i < text->line_count && line_end(text, i) != NULL; i++) {
		split(r, text, i);
		good &= read_line(r);
	}
	if (good && ret_recording->command_line == NULL) {
		split(r, text, 0);
		return complain(r, 0, "the trace has no start");
	}
	return good;
}
