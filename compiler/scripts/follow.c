#include "follow.h"

#include <fnmatch.h>
#include <string.h>

enum {
	FOLLOW_CALLS_MAX = 32,	  /* functions that call each other */
	FOLLOW_STEPS_MAX = 10000, /* commands; a handler has five */
};

enum flow follow_lose(struct reader *reader, const struct shell_command *command, const char *doubt)
{
	if (reader->reading->doubt == NULL) {
		reader->reading->doubt = doubt;
		reader->reading->doubt_span = (struct span){
			.text = reader->text, .offset = command->offset, .length = command->length};
	}
	return FLOW_LOST;
}

static enum flow succeed(struct reader *reader)
{
	reader->status = YES;
	return FLOW_ON;
}

static enum truth not(enum truth truth) { return truth == MAYBE ? MAYBE : truth == NO ? YES : NO; }

/* --- what may or may not be done ------------------------------------------------------------- */

/* After commands that may have run or not, what they assign is not known. False if they could do
 * more than that: print, leave, call. */
static bool forget(struct reader *reader, const shell_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct shell_command *command = list->item[i];

		if (command->kind != SHELL_SIMPLE)
			return false;
		if (command->words.count > 0) {
			const char *name = shell_literal(reader->arena, &command->words.item[0]);

			if (name == NULL || (strcmp(name, ":") != 0 && strcmp(name, "true") != 0))
				return false;
		}
		for (size_t j = 0; j < command->assignments.count; j++)
			variable_set(reader, command->assignments.item[j].name, (struct value){0});
	}
	return true;
}

static bool forget_clauses(struct reader *reader, const struct shell_command *command, size_t from)
{
	for (size_t i = from; i < command->clauses.count; i++)
		if (!forget(reader, &command->clauses.item[i].condition) ||
		    !forget(reader, &command->clauses.item[i].body))
			return false;
	return true;
}

/* --- simple commands ------------------------------------------------------------------------- */

static struct call expand_call(struct reader *reader, const struct shell_command *command)
{
	struct call call = {.command = command};

	for (size_t i = 0; i < command->words.count; i++) {
		struct value value = value_of(reader, &command->words.item[i]);

		vec_push(reader->arena, &call.values, value);
		vec_push(reader->arena, &call.words, value_as_string(reader, &value));
	}
	return call;
}

static enum flow run_function(struct reader *reader, const struct shell_command *function,
			      const struct call *call)
{
	struct value outer = reader->argument;
	enum flow flow;

	if (reader->calls == FOLLOW_CALLS_MAX)
		return follow_lose(reader, call->command, "calls itself");
	reader->argument = (struct value){.known = true};
	if (call->values.count > 1)
		reader->argument = call->values.item[1];
	reader->calls++;
	flow = follow(reader, &function->clauses.item[0].body);
	reader->calls--;
	reader->argument = outer;
	return flow == FLOW_RETURN ? FLOW_ON : flow;
}

static enum flow run_call(struct reader *reader, const struct call *call)
{
	const char *name = call->words.item[0];
	follow_builtin builtin;

	if (name == NULL)
		return follow_lose(reader, call->command, "runs what it has computed");
	for (size_t i = reader->functions.count; i > 0; i--)
		if (strcmp(reader->functions.item[i - 1]->name, name) == 0)
			return run_function(reader, reader->functions.item[i - 1], call);
	builtin = follow_find_builtin(name);
	if (builtin != NULL)
		return builtin(reader, call);
	/* Whatever it is, it prints nothing, and nobody can say how it ends. */
	reader->status = MAYBE;
	if (call->command->redirected && strcmp(name, "exec") != 0 && strcmp(name, "eval") != 0)
		return FLOW_ON;
	return follow_lose(reader, call->command, arena_printf(reader->arena, "runs %s", name));
}

static enum flow run_simple(struct reader *reader, const struct shell_command *command)
{
	struct call call;

	if (command->words.count == 0) {
		for (size_t i = 0; i < command->assignments.count; i++)
			variable_set(reader, command->assignments.item[i].name,
				     value_of(reader, &command->assignments.item[i].value));
		return succeed(reader);
	}
	call = expand_call(reader, command);
	return run_call(reader, &call);
}

/* --- compound commands ----------------------------------------------------------------------- */

static enum flow run_if(struct reader *reader, const struct shell_command *command)
{
	for (size_t i = 0; i < command->clauses.count; i++) {
		const struct shell_clause *clause = &command->clauses.item[i];
		enum flow flow;

		reader->status = YES;
		flow = follow(reader, &clause->condition); /* empty for else */
		if (flow != FLOW_ON)
			return flow;
		if (reader->status == YES)
			return follow(reader, &clause->body);
		if (reader->status == MAYBE)
			return forget(reader, &clause->body) &&
					       forget_clauses(reader, command, i + 1)
				       ? succeed(reader)
				       : follow_lose(reader, command, "depends on what it finds");
	}
	return succeed(reader);
}

/* Whether one of the patterns matches. */
static enum truth matches(struct reader *reader, const struct shell_clause *clause,
			  const char *subject)
{
	for (size_t i = 0; i < clause->patterns.count; i++) {
		struct value pattern = value_of(reader, &clause->patterns.item[i]);

		if (!pattern.known)
			return MAYBE;
		if (fnmatch(value_as_string(reader, &pattern), subject, 0) == 0)
			return YES;
	}
	return NO;
}

static enum flow run_case(struct reader *reader, const struct shell_command *command)
{
	struct value value = value_of(reader, &command->words.item[0]);
	const char *subject = value_as_string(reader, &value);
	enum truth found = subject == NULL ? MAYBE : NO;
	size_t i;

	for (i = 0; i < command->clauses.count && found == NO; i++)
		found = matches(reader, &command->clauses.item[i], subject);
	if (found == YES)
		return follow(reader, &command->clauses.item[i - 1].body);
	if (found == MAYBE && !forget_clauses(reader, command, 0))
		return follow_lose(reader, command, "depends on what it finds");
	return succeed(reader);
}

static enum flow run_group(struct reader *reader, const struct shell_command *command)
{
	enum flow flow = follow(reader, &command->clauses.item[0].body);

	return command->subshell && flow == FLOW_EXIT ? FLOW_ON : flow;
}

static enum flow run_unjoined(struct reader *reader, const struct shell_command *command)
{
	switch (command->kind) {
	case SHELL_SIMPLE:
		return run_simple(reader, command);
	case SHELL_GROUP:
		return run_group(reader, command);
	case SHELL_IF:
		return run_if(reader, command);
	case SHELL_CASE:
		return run_case(reader, command);
	case SHELL_FUNCTION:
		vec_push(reader->arena, &reader->functions, command);
		return succeed(reader);
	case SHELL_LOOP:
		break;
	}
	return forget_clauses(reader, command, 0)
		       ? succeed(reader)
		       : follow_lose(reader, command, "prints in a loop");
}

static enum flow run(struct reader *reader, const struct shell_command *command)
{
	struct value out = reader->out;
	enum flow flow;

	if (reader->steps++ == FOLLOW_STEPS_MAX)
		return follow_lose(reader, command, "does too much");
	flow = run_unjoined(reader, command);
	if (command->redirected)
		reader->out = out;
	if (command->negated)
		reader->status = not(reader->status);
	return flow;
}

/* Whether a command of an && or || list runs, after the one before it. */
static enum truth runs(const struct reader *reader, enum shell_join join)
{
	if (join == SHELL_AND)
		return reader->status;
	return join == SHELL_OR ? not(reader->status) : YES;
}

enum flow follow(struct reader *reader, const shell_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct shell_command *command = list->item[i];
		shell_list one = {.item = list->item + i, .count = 1};
		enum truth truth = runs(reader, command->join);
		enum flow flow;

		if (i + 1 < list->count && list->item[i + 1]->join == SHELL_PIPE)
			return follow_lose(reader, command, "runs a pipe");
		if (truth == NO)
			continue;
		if (truth == MAYBE && !forget(reader, &one))
			return follow_lose(reader, command, "depends on what it finds");
		if (truth == MAYBE)
			continue;
		flow = run(reader, command);
		if (flow != FLOW_ON)
			return flow;
	}
	return FLOW_ON;
}
