/* The helper's end of the socket to the broker. */
#include "opening.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int client_next(const struct opening *opening, unsigned flags, const char *text,
		struct prompt_reply *ret_reply)
{
	struct prompt_request request = {
		.call = PROMPT_NEXT,
		.flags = flags,
		.tried = opening->tried,
		.tries = opening->tries,
	};

	snprintf(request.name, sizeof request.name, "%s", opening->name);
	snprintf(request.source, sizeof request.source, "%s", opening->source);
	snprintf(request.options, sizeof request.options, "%s", opening->raw_options);
	snprintf(request.text, sizeof request.text, "%s", text);
	if (send(PROMPT_FD, &request, sizeof request, MSG_NOSIGNAL) != sizeof request ||
	    recv(PROMPT_FD, ret_reply, sizeof *ret_reply, 0) != sizeof *ret_reply)
		return report(-EPIPE, "%s: there is nobody to ask for a passphrase", opening->name);
	if (ret_reply->length > PASSPHRASE_MAX)
		return report(-EPROTO, "%s: a passphrase came damaged", opening->name);
	if (ret_reply->status < 0 && ret_reply->status != -ENODATA)
		return report(ret_reply->status, "no console can ask for the passphrase of %s",
			      opening->name);
	return ret_reply->status;
}

void client_result(enum prompt_result result)
{
	struct prompt_request request = {.call = PROMPT_RESULT, .result = result};

	(void)send(PROMPT_FD, &request, sizeof request, MSG_NOSIGNAL); /* it may have gone */
}
