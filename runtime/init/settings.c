#include "settings.h"
#include "environment.h"
#include "init.h"
#include "log.h"

#include <stdio.h>
#include <string.h>

struct settings {
	char text[CHANGES_ROOM]; /* NAME=value, each ended by a NUL */
	size_t length;
	bool complete;
};

static const char *script_name(const struct init *init, uint32_t index)
{
	struct node node;

	blob_node(&init->blob, index, &node);
	return blob_string(&init->blob, node.name);
}

static void say_settings(struct init *init, enum log_level level, const char *setting,
			 const char *script, const char *what)
{
	char text[400];

	snprintf(text, sizeof text, "%.200s is what %.80s has set%s", setting, script, what);
	say(level, "bootgraph: %s", text);
	tracefile_remark(&init->trace, init_now(), text);
}

static void add(struct settings *settings, const char *name, const char *value)
{
	size_t room = sizeof settings->text - settings->length;
	int n = snprintf(settings->text + settings->length, room, "%s=%s", name, value);

	if (n < 0 || (size_t)n >= room)
		settings->complete = false;
	else
		settings->length += (size_t)n + 1;
}

/* One variable before and after the script. What init itself has put in its place since a script
 * set it (the node of a root that was named by its UUID) is no change. */
static void compare(struct init *init, struct settings *settings, const char *variable,
		    const char *script, const struct variables *fresh)
{
	const char *before = variables_get(&init->environment.exported, variable);
	const char *after = variables_get(fresh, variable);
	char setting[COMMAND_LINE_MAX];
	enum parameter_id id;

	before = before != NULL ? before : "";
	after = after != NULL ? after : "";
	if (strcmp(before, after) == 0)
		return;
	after = environment_parameter(variable, after, &id);
	if (strcmp(after, init_parameter(init, id)) == 0)
		return;
	snprintf(setting, sizeof setting, "%s=%s", parameter_name(id), after);
	if (machine_parameter_is_spent(&init->machine, id)) {
		say_settings(init, SAY_WARNING, setting, script,
			     ", too late: what it is for has begun without it");
		return;
	}
	say_settings(init, SAY_INFO, setting, script, "");
	add(settings, parameter_name(id), after);
}

void settings_take(struct init *init, uint32_t node, const struct variables *fresh)
{
	struct settings settings = {.complete = true};
	const char *variable;
	uint32_t table = NONE;
	unsigned i;

	for (i = 0; (variable = environment_parameter_name(i)) != NULL; i++)
		compare(init, &settings, variable, script_name(init, node), fresh);
	if (settings.length == 0 && settings.complete)
		return;
	if (settings.complete)
		table = boot_change(&init->boot, init->machine.state->parameters, node,
				    settings.text, settings.length);
	if (table == NONE)
		say(SAY_ERROR, "bootgraph: there is no room for what %.80s has set",
		    script_name(init, node));
	else
		init_tell(init, &(struct event){.kind = EVENT_PARAMETERS,
						.properties = settings.text,
						.length = settings.length,
						.node = node,
						.serial = table});
}
