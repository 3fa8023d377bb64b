/* Timeouts that are shorter than what they are for. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

/* Seconds as sleep(1) and timeout(1) take them: "1.5", "2m"; negative if it is no such text. */
static double seconds_of(const char *text)
{
	static const struct {
		const char *suffix;
		double seconds;
	} units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
	char *end;
	double number = strtod(text, &end);

	for (size_t i = 0; end != text && i < sizeof units / sizeof *units; i++)
		if (strcmp(end, units[i].suffix) == 0)
			return number * units[i].seconds;
	return -1;
}

/* How long a program's own arguments let it take, with the word that says so. */
struct told {
	double seconds;
	struct word word;
};

/* sleep adds its arguments up. */
static bool told_by_sleep(const struct word *words, size_t count, struct told *ret_told)
{
	*ret_told = (struct told){0, words[0]};
	for (size_t i = 1; i < count; i++) {
		double seconds = seconds_of(words[i].text);

		if (seconds < 0)
			return false;
		if (i == 1 || seconds > ret_told->seconds)
			ret_told->word = words[i];
		ret_told->seconds += seconds;
	}
	return count > 1;
}

/* timeout [OPTION]... DURATION COMMAND: the first word that is neither an option nor its value. */
static bool told_by_timeout(const struct word *words, size_t count, struct told *ret_told)
{
	size_t i = 1;

	while (i < count && words[i].text[0] == '-')
		i += strcmp(words[i].text, "-k") == 0 || strcmp(words[i].text, "-s") == 0 ? 2 : 1;
	if (i >= count)
		return false;
	*ret_told = (struct told){seconds_of(words[i].text), words[i]};
	return ret_told->seconds > 0;
}

/* udevadm settle waits 120 s if nothing else is said; udevadm(8). */
static bool told_by_settle(const struct word *words, size_t count, struct told *ret_told)
{
	if (count < 2 || strcmp(words[1].text, "settle") != 0)
		return false;
	*ret_told = (struct told){120, words[1]};
	for (size_t i = 2; i < count; i++) {
		const char *text = words[i].text, *equals = strchr(text, '=');
		bool is_timeout = strncmp(text, "-t", 2) == 0 || strncmp(text, "--timeout", 9) == 0;

		if (!is_timeout)
			continue;
		if (equals != NULL)
			*ret_told = (struct told){seconds_of(equals + 1), words[i]};
		else if (text[1] == 't' && text[2] != '\0')
			*ret_told = (struct told){seconds_of(text + 2), words[i]};
		else if (i + 1 < count)
			*ret_told = (struct told){seconds_of(words[i + 1].text), words[i + 1]};
	}
	return ret_told->seconds > 0;
}

static bool tell(const struct word *words, size_t count, struct told *ret_told)
{
	static const struct {
		const char *program;
		bool (*told)(const struct word *words, size_t count, struct told *ret_told);
	} programs[] = {
		{"sleep", told_by_sleep},
		{"timeout", told_by_timeout},
		{"udevadm", told_by_settle},
	};
	const char *slash = count > 0 ? strrchr(words[0].text, '/') : NULL;
	const char *name = slash != NULL ? slash + 1 : count > 0 ? words[0].text : "";

	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (strcmp(name, programs[i].program) == 0)
			return programs[i].told(words, count, ret_told);
	return false;
}

static void check_step(struct diag *diag, const struct unit *unit, const struct action *step)
{
	uint32_t limit = unit_limit(unit);
	struct told told;

	if (step->op != OP_RUN || limit == NO_LIMIT ||
	    !tell(step->list.item, step->list.count, &told) || told.seconds * 1000 < limit)
		return;
	diag_report(diag, DIAG_TIMEOUT_SHORT, told.word.span, NULL,
		    "%s ends %s after %g s, and this is to take %g s", unit->name.text,
		    step->list.item[0].text, limit / 1000.0, told.seconds);
	if (unit->timeout_word.text != NULL)
		diag_note(diag, unit->timeout_word.span, "its timeout");
}

void check_timeouts(const struct graph *graph, struct diag *diag)
{
	for (size_t i = 0; i < graph->nodes.count; i++) {
		const struct unit *unit = graph->nodes.item[i].unit;

		for (size_t k = 0; unit != NULL && !unit->script && k < unit->steps.count; k++)
			check_step(diag, unit, &unit->steps.item[k]);
	}
}
