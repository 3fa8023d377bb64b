/* Event script -> world. One statement a line; each keyword is a row of a table. */
#include "script.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"
#include "../../runtime/core/boot.h"
#include "../../runtime/core/event.h"

struct parser {
	struct arena *arena;
	struct diag *diag;
	const struct blob *blob;
	struct script *script;
	/* The line at hand. */
	const struct script_word *word;
	size_t count;
	size_t next; /* the word to be read */
	uint32_t at; /* the time it begins with */
	bool timed;
	bool until_given;
};

/* --- words ---------------------------------------------------------------- */

/* The next word, or one without text that spans the end of the line. */
static struct script_word peek(const struct parser *p)
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

static bool accept(struct parser *p, const char *keyword)
{
	const char *text = peek(p).text;

	if (text == NULL || strcmp(text, keyword) != 0)
		return false;
	p->next++;
	return true;
}

static bool complain(struct parser *p, const char *expected)
{
	struct script_word word = peek(p);

	if (word.text == NULL)
		diag_report(p->diag, DIAG_EVENTS_SYNTAX, word.span, NULL, "%s is missing",
			    expected);
	else
		diag_report(p->diag, DIAG_EVENTS_SYNTAX, word.span, NULL, "%s expected", expected);
	return false;
}

static bool expect_end(struct parser *p)
{
	return p->next == p->count || complain(p, "end of line");
}

static bool expect_word(struct parser *p, const char *what, const char **ret_text)
{
	*ret_text = peek(p).text;
	if (*ret_text == NULL)
		return complain(p, what);
	p->next++;
	return true;
}

static bool expect_seconds(struct parser *p, uint32_t *ret_milliseconds)
{
	const char *text = peek(p).text;

	if (text == NULL || !words_seconds(text, ret_milliseconds))
		return complain(p, "a time in seconds, as 2 or 0.25,");
	p->next++;
	return true;
}

/* --- properties ----------------------------------------------------------- */

/* The words up to the end of the line, each KEY=value. */
static bool read_properties(struct parser *p, struct properties *properties)
{
	for (; p->next < p->count; p->next++) {
		const char *text = peek(p).text;

		if (strchr(text, '=') == NULL || text[0] == '=')
			return complain(p, "a property, as ID_FS_TYPE=ext4,");
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

static void push_happening(struct parser *p, enum happening_kind kind, uint32_t device,
			   struct properties properties)
{
	struct happening happening = {p->at, (uint32_t)p->script->happenings.count, kind, device,
				      properties};

	vec_push(p->arena, &p->script->happenings, happening);
}

/* device add NAME MAJOR:MINOR [KEY=value]... */
static bool read_add(struct parser *p)
{
	struct properties properties = {0};
	struct script_device *device;
	const char *name, *number;
	struct script_word word = peek(p);
	uint32_t index;

	if (!expect_word(p, "the device's name", &name))
		return false;
	index = device_by_name(p, name, word.span);
	device = &p->script->devices.item[index];
	if (peek(p).text == NULL || !read_device_number(peek(p).text, &device->number))
		return complain(p, "a device number, as 252:1, or - if it has none,");
	expect_word(p, "a device number", &number);
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
	push_happening(p, HAPPENING_ADD, index, properties);
	return true;
}

/* device change NAME [KEY=value]..., device remove NAME */
static bool read_change(struct parser *p, enum happening_kind kind)
{
	struct properties properties = {0};
	struct script_word word = peek(p);
	const char *name;

	if (!expect_word(p, "the device's name", &name))
		return false;
	if (kind == HAPPENING_CHANGE && !read_properties(p, &properties))
		return false;
	push_happening(p, kind, device_by_name(p, name, word.span), properties);
	return expect_end(p);
}

/* device NAME probes [KEY=value]... */
static bool read_probes(struct parser *p)
{
	struct script_word word = peek(p);
	struct script_device *device;
	const char *name;
	uint32_t index;

	if (!expect_word(p, "add, change, remove, or a device's name", &name))
		return false;
	if (!accept(p, "probes"))
		return complain(p, "\"probes\"");
	index = device_by_name(p, name, word.span); /* this may move them */
	device = &p->script->devices.item[index];
	device->probes = true;
	device->probed = (struct properties){0};
	return read_properties(p, &device->probed);
}

static bool read_device(struct parser *p)
{
	if (accept(p, "add"))
		return read_add(p);
	if (accept(p, "change"))
		return read_change(p, HAPPENING_CHANGE);
	if (accept(p, "remove"))
		return read_change(p, HAPPENING_REMOVE);
	if (p->timed)
		return complain(p, "add, change or remove");
	return read_probes(p);
}

/* --- effects -------------------------------------------------------------- */

static bool read_errno(const char *name, int32_t *ret_status)
{
	for (int number = 1; number < 200; number++) {
		const char *known = strerrorname_np(number);

		if (known != NULL && strcmp(known, name) == 0) {
			*ret_status = -number;
			return true;
		}
	}
	return false;
}

static bool read_signal(const char *name, int32_t *ret_status)
{
	for (int number = 1; number < NSIG; number++) {
		const char *known = sigabbrev_np(number);

		if (known != NULL && strncmp(name, "SIG", 3) == 0 && strcmp(known, name + 3) == 0) {
			*ret_status = STATUS_SIGNAL + number;
			return true;
		}
	}
	return false;
}

static bool read_exit_status(const char *text, int32_t *ret_status)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	*ret_status = (int32_t)number;
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && number < STATUS_SIGNAL;
}

/* The word that follows exits, fails or killed-by. */
static bool expect_status(struct parser *p, bool (*read)(const char *, int32_t *),
			  const char *expected, int32_t *ret_status)
{
	const char *text = peek(p).text;

	if (text == NULL || !read(text, ret_status))
		return complain(p, expected);
	p->next++;
	return true;
}

/* [takes SECONDS] [exits STATUS | fails ERRNO | killed-by SIGNAL | hangs] */
static bool read_outcome(struct parser *p, struct outcome *outcome)
{
	size_t first = p->next;

	*outcome = (struct outcome){.takes = 1};
	if (accept(p, "takes") && !expect_seconds(p, &outcome->takes))
		return false;
	if (accept(p, "exits"))
		return expect_status(p, read_exit_status, "an exit status, 0 to 255,",
				     &outcome->status);
	if (accept(p, "fails"))
		return expect_status(p, read_errno, "an error's name, as ENOENT,",
				     &outcome->status);
	if (accept(p, "killed-by"))
		return expect_status(p, read_signal, "a signal's name, as SIGSEGV,",
				     &outcome->status);
	outcome->hangs = accept(p, "hangs");
	return p->next > first || complain(p, "takes, exits, fails, killed-by or hangs");
}

/* The node or the action that the next word names. */
static bool read_effect_name(struct parser *p, struct effect_rule *rule)
{
	uint32_t node_count = p->blob->section[SECTION_nodes].count;
	struct script_word word = peek(p);
	const char **candidates, *near, *name;
	size_t count = 0;

	if (!expect_word(p, "the name of a unit or an action", &name))
		return false;
	rule->node = NONE;
	rule->op = OP_COUNT;
	candidates = arena_alloc(p->arena, (node_count + OP_COUNT) * sizeof *candidates);
	for (uint32_t i = 0; i < node_count; i++) {
		struct node node;

		blob_node(p->blob, i, &node);
		candidates[count++] = blob_string(p->blob, node.name);
		if (node.kind != NODE_DEVICE &&
		    strcmp(blob_string(p->blob, node.name), name) == 0) {
			rule->node = i;
			return true;
		}
	}
	for (unsigned op = 0; op < OP_COUNT; op++)
		if (opcode_describe(op)->class == CLASS_EFFECT)
			candidates[count++] = opcode_describe(op)->name;
	rule->op = opcode_by_name(name, strlen(name));
	if (rule->op != OP_COUNT && opcode_describe(rule->op)->class == CLASS_EFFECT)
		return true;
	near = diag_nearest(name, candidates, count);
	diag_report(p->diag, DIAG_EVENTS_NAME, word.span,
		    near != NULL ? arena_printf(p->arena, "did you mean \"%s\"?", near) : NULL,
		    "neither a unit of this blob nor an action: \"%s\"", name);
	return false;
}

/* effect NAME OUTCOME [then OUTCOME]... */
static bool read_effect(struct parser *p)
{
	struct effect_rule rule = {0};
	struct outcome outcome;

	if (!read_effect_name(p, &rule))
		return false;
	do {
		if (!read_outcome(p, &outcome))
			return false;
		vec_push(p->arena, &rule.outcomes, outcome);
	} while (accept(p, "then"));
	vec_push(p->arena, &p->script->rules, rule);
	return expect_end(p);
}

/* --- the other statements ------------------------------------------------- */

static bool read_command_line(struct parser *p)
{
	const char *line = p->script->command_line;

	for (; p->next < p->count; p->next++)
		line = arena_printf(p->arena, "%s%s%s", line, line[0] != '\0' ? " " : "",
				    peek(p).text);
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
	const char *path = peek(p).text;

	if (path == NULL || path[0] != '/')
		return complain(p, "an absolute path");
	p->next++;
	vec_push(p->arena, &p->script->files, path);
	return expect_end(p);
}

static bool read_rescue(struct parser *p)
{
	if (!accept(p, "again"))
		return complain(p, "\"again\"");
	push_happening(p, HAPPENING_AGAIN, 0, (struct properties){0});
	return expect_end(p);
}

static bool read_answer(struct parser *p)
{
	diag_report(p->diag, DIAG_EVENTS_SYNTAX, p->word[0].span, NULL,
		    "there is nothing to answer: no action of this version asks anything");
	return false;
}

static bool read_until(struct parser *p)
{
	if (p->until_given)
		diag_report(p->diag, DIAG_EVENTS_SYNTAX, p->word[0].span, NULL,
			    "until is given twice");
	p->until_given = true;
	return expect_seconds(p, &p->script->until) && expect_end(p);
}

static const struct statement {
	const char *keyword;
	bool (*read)(struct parser *p);
	bool timed; /* may begin with `at SECONDS` */
} statements[] = {
	{"command-line", read_command_line, false},
	{"file", read_file, false},
	{"device", read_device, true},
	{"effect", read_effect, false},
	{"rescue", read_rescue, true},
	{"answer", read_answer, true},
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
	p->timed = accept(p, "at");
	if (p->timed && !expect_seconds(p, &p->at))
		return;
	word = peek(p);
	if (word.text == NULL) {
		complain(p, "a statement");
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
