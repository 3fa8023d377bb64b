/* Event script -> world. One statement a line; each keyword is a row of a table. */
#include "script_parser.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"
#include "../../runtime/core/boot.h"
#include "../../runtime/core/event.h"

/* --- words ---------------------------------------------------------------- */

/* The next word, or one without text that spans the end of the line. */
struct script_word script_peek(const struct parser *p)
{
	struct script_word end;

	if (p->next < p->count)
		return p->word[p->next];
	end = p->word[p->count - 1];
	end.span.offset += end.span.length;
	end.span.length = 0;
	end.text = NULL;
	return end;
}

bool script_accept(struct parser *p, const char *keyword)
{
	const char *text = script_peek(p).text;

	if (text == NULL || strcmp(text, keyword) != 0)
		return false;
	p->next++;
	return true;
}

bool script_complain(struct parser *p, const char *expected)
{
	struct script_word word = script_peek(p);

	if (word.text == NULL)
		diag_report(p->diag, DIAG_EVENTS_SYNTAX, word.span, NULL, "%s is missing",
			    expected);
	else
		diag_report(p->diag, DIAG_EVENTS_SYNTAX, word.span, NULL, "%s expected", expected);
	return false;
}

bool script_expect_end(struct parser *p)
{
	return p->next == p->count || script_complain(p, "end of line");
}

bool script_expect_word(struct parser *p, const char *what, const char **ret_text)
{
	*ret_text = script_peek(p).text;
	if (*ret_text == NULL)
		return script_complain(p, what);
	p->next++;
	return true;
}

bool script_expect_seconds(struct parser *p, uint32_t *ret_milliseconds)
{
	const char *text = script_peek(p).text;

	if (text == NULL || !words_seconds(text, ret_milliseconds))
		return script_complain(p, "a time in seconds, as 2 or 0.25,");
	p->next++;
	return true;
}

/* --- properties ----------------------------------------------------------- */

/* The words up to the end of the line, each KEY=value. */
static bool read_properties(struct parser *p, struct properties *properties)
{
	for (; p->next < p->count; p->next++) {
		const char *text = script_peek(p).text;

		if (strchr(text, '=') == NULL || text[0] == '=')
			return script_complain(p, "a property, as ID_FS_TYPE=ext4,");
		properties_set(p->arena, properties, text);
	}
	return true;
}

/* --- devices -------------------------------------------------------------- */

static uint32_t device_by_name(struct parser *p, const char *name, struct span span)
{
	struct script_device device = {.name = name, .span = span};

	for (size_t i = 0; i < p->script->devices.count; i++)
		if (strcmp(p->script->devices.item[i].name, name) == 0)
			return (uint32_t)i;
	vec_push(p->arena, &p->script->devices, device);
	return (uint32_t)p->script->devices.count - 1;
}

static bool read_device_number(const char *text, uint32_t *ret_number)
{
	unsigned major, minor;
	int end = 0;

	*ret_number = 0;
	if (strcmp(text, "-") == 0)
		return true;
	if (sscanf(text, "%4u:%7u%n", &major, &minor, &end) != 2 || text[end] != '\0' ||
	    major >= 1u << 12 || minor >= 1u << 20)
		return false;
	*ret_number = major << 20 | minor;
	return true;
}

void script_push_happening(struct parser *p, struct happening happening)
{
	happening.at = p->at;
	happening.after = p->after;
	happening.order = (uint32_t)p->script->happenings.count;
	if (p->after != NONE)
		vec_push(p->arena, &p->script->consequences, happening);
	else
		vec_push(p->arena, &p->script->happenings, happening);
}

/* device add NAME MAJOR:MINOR [KEY=value]... */
static bool read_add(struct parser *p)
{
	struct properties properties = {0};
	struct script_device *device;
	const char *name, *number;
	struct script_word word = script_peek(p);
	uint32_t index;

	if (!script_expect_word(p, "the device's name", &name))
		return false;
	index = device_by_name(p, name, word.span);
	device = &p->script->devices.item[index];
	if (script_peek(p).text == NULL ||
	    !read_device_number(script_peek(p).text, &device->number))
		return script_complain(p, "a device number, as 252:1, or - if it has none,");
	script_expect_word(p, "a device number", &number);
	device->added = true;
	properties_set(p->arena, &properties, "ACTION=add");
	if (device->number != 0) {
		properties_set(p->arena, &properties, "SUBSYSTEM=block");
		properties_set(p->arena, &properties,
			       arena_printf(p->arena, "MAJOR=%" PRIu32, device->number >> 20));
		properties_set(p->arena, &properties,
			       arena_printf(p->arena, "MINOR=%" PRIu32, device->number & 0xfffff));
		properties_set(p->arena, &properties, arena_printf(p->arena, "DEVNAME=%s", name));
	}
	if (!read_properties(p, &properties))
		return false;
	script_push_happening(p, (struct happening){.kind = HAPPENING_ADD,
						    .device = index,
						    .properties = properties});
	return true;
}

/* device change NAME [KEY=value]..., device remove NAME */
static bool read_change(struct parser *p, enum happening_kind kind)
{
	struct properties properties = {0};
	struct script_word word = script_peek(p);
	const char *name;

	if (!script_expect_word(p, "the device's name", &name))
		return false;
	if (kind == HAPPENING_CHANGE && !read_properties(p, &properties))
		return false;
	script_push_happening(p, (struct happening){.kind = kind,
						    .device = device_by_name(p, name, word.span),
						    .properties = properties});
	return script_expect_end(p);
}

/* device NAME probes [KEY=value]..., device NAME member ... */
static bool read_probes(struct parser *p)
{
	struct script_word word = script_peek(p);
	struct script_device *device;
	const char *name;
	uint32_t index;

	if (!script_expect_word(p, "add, change, remove, or a device's name", &name))
		return false;
	if (script_accept(p, "member"))
		return script_read_member(p, device_by_name(p, name, word.span));
	if (!script_accept(p, "probes"))
		return script_complain(p, "\"probes\" or \"member\"");
	index = device_by_name(p, name, word.span); /* this may move them */
	device = &p->script->devices.item[index];
	device->probes = true;
	device->probed = (struct properties){0};
	return read_properties(p, &device->probed);
}

static bool read_device(struct parser *p)
{
	if (script_accept(p, "add"))
		return read_add(p);
	if (script_accept(p, "change"))
		return read_change(p, HAPPENING_CHANGE);
	if (script_accept(p, "remove"))
		return read_change(p, HAPPENING_REMOVE);
	if (p->timed || p->after != NONE)
		return script_complain(p, "add, change or remove");
	return read_probes(p);
}

/* --- the other statements ------------------------------------------------- */

static bool read_command_line(struct parser *p)
{
	const char *line = p->script->command_line;

	for (; p->next < p->count; p->next++)
		line = arena_printf(p->arena, "%s%s%s", line, line[0] != '\0' ? " " : "",
				    script_peek(p).text);
	if (strlen(line) >= COMMAND_LINE_MAX) {
		diag_report(p->diag, DIAG_EVENTS_SYNTAX, p->word[0].span, NULL,
			    "the command line is longer than %d bytes", COMMAND_LINE_MAX - 1);
		return false;
	}
	p->script->command_line = line;
	return true;
}

static bool read_file(struct parser *p)
{
	const char *path = script_peek(p).text;

	if (path == NULL || path[0] != '/')
		return script_complain(p, "an absolute path");
	p->next++;
	vec_push(p->arena, &p->script->files, path);
	return script_expect_end(p);
}

static bool read_rescue(struct parser *p)
{
	if (!script_accept(p, "again"))
		return script_complain(p, "\"again\"");
	script_push_happening(p, (struct happening){.kind = HAPPENING_AGAIN});
	return script_expect_end(p);
}

/* clock held, clock released */
static bool read_clock(struct parser *p)
{
	struct happening happening = {.kind = HAPPENING_HOLD};

	happening.yes = script_accept(p, "held");
	if (!happening.yes && !script_accept(p, "released"))
		return script_complain(p, "held or released");
	script_push_happening(p, happening);
	return script_expect_end(p);
}

/* parameters NAME=value... */
static bool read_parameters(struct parser *p)
{
	struct happening happening = {.kind = HAPPENING_PARAMETERS};

	if (p->next == p->count)
		return script_complain(p, "a kernel parameter, as root=/dev/nbd0,");
	for (size_t i = p->next; i < p->count; i++) {
		const char *text = p->word[i].text;
		size_t length = strcspn(text, "=");

		p->next = i;
		if (text[length] == '\0' || parameter_by_name(text, length) == PARAMETER_COUNT)
			return script_complain(p, "a kernel parameter, as root=/dev/nbd0,");
		properties_set(p->arena, &happening.properties, text);
	}
	script_push_happening(p, happening);
	return true;
}

/* after UNIT device add|change|remove ..., after UNIT parameters ... */
static bool read_after(struct parser *p)
{
	if (!script_expect_unit(p, &p->after))
		return false;
	if (script_accept(p, "parameters"))
		return read_parameters(p);
	return script_accept(p, "device") ? read_device(p)
					  : script_complain(p, "\"device\" or \"parameters\"");
}

static bool read_until(struct parser *p)
{
	if (p->until_given)
		diag_report(p->diag, DIAG_EVENTS_SYNTAX, p->word[0].span, NULL,
			    "until is given twice");
	p->until_given = true;
	return script_expect_seconds(p, &p->script->until) && script_expect_end(p);
}

static const struct statement {
	const char *keyword;
	bool (*read)(struct parser *p);
	bool timed; /* may begin with `at SECONDS` */
} statements[] = {
	{"after", read_after, false},
	{"command-line", read_command_line, false},
	{"file", read_file, false},
	{"device", read_device, true},
	{"effect", script_read_effect, false},
	{"rescue", read_rescue, true},
	{"answer", script_read_answer, true},
	{"daemon", script_read_daemon, true},
	{"clock", read_clock, true},
	{"parameters", read_parameters, true},
	{"until", read_until, false},
};

enum { STATEMENT_COUNT = sizeof statements / sizeof statements[0] };

static void report_keyword(struct parser *p, struct script_word word)
{
	const char *candidates[STATEMENT_COUNT], *near;

	for (size_t i = 0; i < STATEMENT_COUNT; i++)
		candidates[i] = statements[i].keyword;
	near = diag_nearest(word.text, candidates, STATEMENT_COUNT);
	diag_report(p->diag, DIAG_EVENTS_SYNTAX, word.span,
		    near != NULL ? arena_printf(p->arena, "did you mean \"%s\"?", near) : NULL,
		    "unknown statement \"%s\"", word.text);
}

static void parse_line(struct parser *p)
{
	struct script_word word;

	p->next = 0;
	p->at = 0;
	p->after = NONE;
	p->timed = script_accept(p, "at");
	if (p->timed && !script_expect_seconds(p, &p->at))
		return;
	word = script_peek(p);
	if (word.text == NULL) {
		script_complain(p, "a statement");
		return;
	}
	for (size_t i = 0; i < STATEMENT_COUNT; i++) {
		if (strcmp(statements[i].keyword, word.text) != 0)
			continue;
		if (p->timed && !statements[i].timed)
			diag_report(p->diag, DIAG_EVENTS_SYNTAX, word.span, NULL,
				    "\"%s\" holds for the whole time, and takes no \"at\"",
				    word.text);
		p->next++;
		statements[i].read(p);
		return;
	}
	report_keyword(p, word);
}

/* --- the whole ------------------------------------------------------------ */

/* By time, then as written: qsort does not promise to keep the order of equals. */
static int compare_happenings(const void *a, const void *b)
{
	const struct happening *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static void check_devices(struct parser *p)
{
	for (size_t i = 0; i < p->script->devices.count; i++) {
		const struct script_device *device = &p->script->devices.item[i];

		if (!device->added)
			diag_report(p->diag, DIAG_EVENTS_NAME, device->span, NULL,
				    "no statement adds the device \"%s\"", device->name);
	}
}

bool script_parse(struct arena *arena, struct diag *diag, const struct text *text,
		  const struct blob *blob, struct script *ret_script)
{
	struct parser p = {.arena = arena, .diag = diag, .blob = blob, .script = ret_script};
	size_t errors = diag->count[SEVERITY_ERROR];

	*ret_script = (struct script){.command_line = "", .until = UNTIL_DEFAULT};
	for (size_t line = 0; line < text->line_count; line++) {
		p.word = words_split(arena, diag, text, line, &p.count);
		if (p.count > 0)
			parse_line(&p);
	}
	check_devices(&p);
	if (ret_script->happenings.count > 0)
		qsort(ret_script->happenings.item, ret_script->happenings.count,
		      sizeof ret_script->happenings.item[0], compare_happenings);
	return diag->count[SEVERITY_ERROR] == errors;
}
