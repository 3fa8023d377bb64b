#include "ask.h"
#include "init.h"
#include "../prompt/protocol.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The question, and how much of the set that it is about is there. */
static void write_question(const struct init *init, const struct effect *effect, char *text,
			   size_t room)
{
	char about[256];

	members_describe(init, effect->text[ASK_ABOUT], about, sizeof about);
	snprintf(text, room, "%s%s%s%s", effect->text[ASK_QUESTION], *about != '\0' ? " (" : "",
		 about, *about != '\0' ? ")" : "");
}

/* False if nobody has answered within the time that the unit gives. */
static bool wait_for_answer(int client, const struct effect *effect)
{
	struct pollfd answer = {.fd = client, .events = POLLIN};
	unsigned long seconds = strtoul(effect->text[ASK_WITHIN], NULL, 10);
	int patience = -1;

	if (effect->text[ASK_UNANSWERED][0] != '\0' && seconds > 0 && seconds < INT_MAX / 1000)
		patience = (int)seconds * 1000;
	return poll(&answer, 1, patience) != 0;
}

static int32_t answer_for_all(const struct effect *effect, struct report *report)
{
	bool yes = strcmp(effect->text[ASK_UNANSWERED], "yes") == 0;

	return report_say(report, yes ? 0 : 1, "nobody has answered within %s s: %s",
			  effect->text[ASK_WITHIN], yes ? "yes" : "no");
}

int32_t work_ask(struct init *init, const struct effect *effect, struct report *report)
{
	struct prompt_request request = {.call = PROMPT_QUESTION};
	struct prompt_reply reply;

	write_question(init, effect, request.text, sizeof request.text);
	if (send(init->prompts.client, &request, sizeof request, MSG_NOSIGNAL) != sizeof request)
		return report_say(report, -EPIPE, "nobody can be asked: %s", effect->text[0]);
	if (!wait_for_answer(init->prompts.client, effect))
		return answer_for_all(effect, report);
	if (recv(init->prompts.client, &reply, sizeof reply, 0) != sizeof reply)
		return report_say(report, -EPIPE, "nobody can be asked: %s", effect->text[0]);
	if (reply.status < 0)
		return report_say(report, -ENODEV, "no console can answer: %s", effect->text[0]);
	if (reply.status > 0)
		return report_say(report, 1, "the answer on %.31s was no", reply.where);
	return 0;
}
