#include "ask.h"
#include "init.h"
#include "../prompt/protocol.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

int32_t work_ask(struct init *init, const struct effect *effect, struct report *report)
{
	struct prompt_request request = {.call = PROMPT_QUESTION};
	struct prompt_reply reply;

	snprintf(request.text, sizeof request.text, "%s", effect->text[0]);
	if (send(init->prompts.client, &request, sizeof request, MSG_NOSIGNAL) != sizeof request ||
	    recv(init->prompts.client, &reply, sizeof reply, 0) != sizeof reply)
		return report_say(report, -EPIPE, "nobody can be asked: %s", effect->text[0]);
	if (reply.status < 0)
		return report_say(report, -ENODEV, "no console can answer: %s", effect->text[0]);
	if (reply.status > 0)
		return report_say(report, 1, "the answer on %.31s was no", reply.where);
	return 0;
}
