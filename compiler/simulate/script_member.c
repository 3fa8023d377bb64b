/* Event script -> what a probe says of the sets that a device belongs to. */
#include "script_parser.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The next word, as it fits into a field of so many bytes. */
static bool read_field(struct parser *p, const char *what, char *field, size_t room)
{
	const char *text = script_peek(p).text;

	if (text == NULL || text[0] == '\0' || strlen(text) >= room)
		return script_complain(p, what);
	strcpy(field, text);
	p->next++;
	return true;
}

static bool read_generation(struct parser *p, uint64_t *ret_number)
{
	const char *text = script_peek(p).text;
	char *end;

	if (text == NULL || strspn(text, "0123456789") == 0)
		return script_complain(p, "a number");
	*ret_number = strtoull(text, &end, 10);
	if (*end != '\0')
		return script_complain(p, "a number");
	p->next++;
	return true;
}

static bool read_slack(struct parser *p, uint32_t *ret_slack)
{
	uint64_t number = 0;

	if (script_accept(p, "any")) {
		*ret_slack = UINT32_MAX;
		return true;
	}
	if (!read_generation(p, &number))
		return false;
	*ret_slack = number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
	return true;
}

#define FIELD(name) m.name, sizeof m.name

/* device NAME member SET MEMBER [named SET] [generation NUMBER] [slack NUMBER|any]
 * [expects MEMBER,...] [enough MEMBER|MEMBER,...|#NUMBER] [about TEXT] */
bool script_read_member(struct parser *p, uint32_t device)
{
	struct membership m = {0};
	bool good = read_field(p, "the set's name", FIELD(set)) &&
		    read_field(p, "which member it is", FIELD(member));

	while (good && p->next < p->count) {
		if (script_accept(p, "named"))
			good = read_field(p, "another name of the set", FIELD(name));
		else if (script_accept(p, "generation"))
			good = read_generation(p, &m.generation);
		else if (script_accept(p, "slack"))
			good = read_slack(p, &m.slack);
		else if (script_accept(p, "expects"))
			good = read_field(p, "members, as 0,1,", FIELD(expects));
		else if (script_accept(p, "enough"))
			good = read_field(p, "what is enough, as 0|1,", FIELD(enough));
		else if (script_accept(p, "about"))
			good = read_field(p, "a text", FIELD(about));
		else
			return script_complain(
				p, "named, generation, slack, expects, enough or about");
	}
	if (good)
		vec_push(p->arena, &p->script->devices.item[device].members, m);
	return good;
}
