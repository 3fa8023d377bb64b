/* Event script -> how effects end, and what is answered. */
#include "script_parser.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../../runtime/core/event.h"

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
	const char *text = script_peek(p).text;

	if (text == NULL || !read(text, ret_status))
		return script_complain(p, expected);
	p->next++;
	return true;
}

/* [asks] [takes SECONDS] [exits STATUS | fails ERRNO | killed-by SIGNAL | hangs] */
static bool read_outcome(struct parser *p, struct outcome *outcome)
{
	size_t first = p->next;

	*outcome = (struct outcome){.takes = 1};
	outcome->asks = script_accept(p, "asks");
	if (script_accept(p, "takes") && !script_expect_seconds(p, &outcome->takes))
		return false;
	if (script_accept(p, "exits"))
		return expect_status(p, read_exit_status, "an exit status, 0 to 255,",
				     &outcome->status);
	if (script_accept(p, "fails"))
		return expect_status(p, read_errno, "an error's name, as ENOENT,",
				     &outcome->status);
	if (script_accept(p, "killed-by"))
		return expect_status(p, read_signal, "a signal's name, as SIGSEGV,",
				     &outcome->status);
	outcome->hangs = script_accept(p, "hangs");
	return p->next > first ||
	       script_complain(p, "asks, takes, exits, fails, killed-by or hangs");
}

/* The node that is called so, if it is none of a device. */
static uint32_t find_node(const struct blob *blob, const char *name)
{
	for (uint32_t i = 0; i < blob->section[SECTION_nodes].count; i++) {
		struct node node;

		blob_node(blob, i, &node);
		if (node.kind != NODE_DEVICE && strcmp(blob_string(blob, node.name), name) == 0)
			return i;
	}
	return NONE;
}

static void report_name(struct parser *p, struct script_word word, bool actions)
{
	uint32_t node_count = p->blob->section[SECTION_nodes].count;
	const char **candidates =
		arena_alloc(p->arena, (node_count + OP_COUNT) * sizeof *candidates);
	const char *near;
	size_t count = 0;

	for (uint32_t i = 0; i < node_count; i++) {
		struct node node;

		blob_node(p->blob, i, &node);
		candidates[count++] = blob_string(p->blob, node.name);
	}
	for (unsigned op = 0; actions && op < OP_COUNT; op++)
		if (opcode_describe(op)->class == CLASS_EFFECT)
			candidates[count++] = opcode_describe(op)->name;
	near = diag_nearest(word.text, candidates, count);
	diag_report(p->diag, DIAG_EVENTS_NAME, word.span,
		    near != NULL ? arena_printf(p->arena, "did you mean \"%s\"?", near) : NULL,
		    actions ? "neither a unit of this blob nor an action: \"%s\""
			    : "no unit of this blob: \"%s\"",
		    word.text);
}

/* The node or the action that the next word names. */
static bool read_effect_name(struct parser *p, struct effect_rule *rule)
{
	struct script_word word = script_peek(p);
	const char *name;

	if (!script_expect_word(p, "the name of a unit or an action", &name))
		return false;
	rule->op = OP_COUNT;
	rule->node = find_node(p->blob, name);
	if (rule->node != NONE)
		return true;
	rule->op = opcode_by_name(name, strlen(name));
	if (rule->op != OP_COUNT && opcode_describe(rule->op)->class == CLASS_EFFECT)
		return true;
	report_name(p, word, true);
	return false;
}

/* effect NAME OUTCOME [then OUTCOME]... */
bool script_read_effect(struct parser *p)
{
	struct effect_rule rule = {0};
	struct outcome outcome;

	if (!read_effect_name(p, &rule))
		return false;
	do {
		if (!read_outcome(p, &outcome))
			return false;
		vec_push(p->arena, &rule.outcomes, outcome);
	} while (script_accept(p, "then"));
	vec_push(p->arena, &p->script->rules, rule);
	return script_expect_end(p);
}

bool script_expect_unit(struct parser *p, uint32_t *ret_node)
{
	struct script_word word = script_peek(p);
	const char *name;

	if (!script_expect_word(p, "the name of a unit", &name))
		return false;
	*ret_node = find_node(p->blob, name);
	if (*ret_node != NONE)
		return true;
	report_name(p, word, false);
	return false;
}

/* answer UNIT yes|no */
bool script_read_answer(struct parser *p)
{
	struct happening happening = {.kind = HAPPENING_ANSWER};

	if (!script_expect_unit(p, &happening.node))
		return false;
	happening.yes = script_accept(p, "yes");
	if (!happening.yes && !script_accept(p, "no"))
		return script_complain(p, "yes or no");
	script_push_happening(p, happening);
	return script_expect_end(p);
}

/* daemon UNIT hangs, daemon UNIT ends [exits STATUS | killed-by SIGNAL] */
bool script_read_daemon(struct parser *p)
{
	struct happening happening = {.kind = HAPPENING_END};

	if (!script_expect_unit(p, &happening.node))
		return false;
	happening.hangs = script_accept(p, "hangs");
	if (!happening.hangs && !script_accept(p, "ends"))
		return script_complain(p, "ends or hangs");
	if (!happening.hangs && script_accept(p, "exits") &&
	    !expect_status(p, read_exit_status, "an exit status, 0 to 255,", &happening.status))
		return false;
	if (!happening.hangs && script_accept(p, "killed-by") &&
	    !expect_status(p, read_signal, "a signal's name, as SIGSEGV,", &happening.status))
		return false;
	script_push_happening(p, happening);
	return script_expect_end(p);
}
