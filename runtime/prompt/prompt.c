#include "prompt.h"
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PLYMOUTH_POLL = CONSOLES_MAX, ASKPASS_POLL = CONSOLES_MAX + 1 };

/* --- opening -------------------------------------------------------------- */

/* plymouthd takes all consoles for itself, unless it was told to leave the serial ones alone
 * (plymouth 22.02, src/main.c). */
static bool splash_leaves_serial(void)
{
	char line[4096];
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, line, sizeof line - 1) : -1;

	if (fd >= 0)
		close(fd);
	line[n > 0 ? n : 0] = '\0';
	return strstr(line, "plymouth.ignore-serial-consoles") != NULL;
}

static void show_on_consoles(struct prompt *prompt, size_t i)
{
	char text[640];
	const struct prompt_request *request = prompt->request;

	if (prompt->question)
		snprintf(text, sizeof text, "%.480s [y/n] ", request->text);
	else if (request->tried > 0 && request->tries > 0)
		snprintf(text, sizeof text, "%.480s (attempt %u of %u): ", request->text,
			 (unsigned)request->tried + 1, (unsigned)request->tries);
	else
		snprintf(text, sizeof text, "%.480s: ", request->text);
	if (i < CONSOLES_MAX)
		console_say(&prompt->consoles, i, text);
	else
		consoles_say(&prompt->consoles, CONSOLES_MAX, text);
}

static void open_consoles(struct prompt *prompt)
{
	enum console_use use = CONSOLES_ALL;

	if (prompt->plymouth.fd >= 0) {
		if (!splash_leaves_serial())
			return;
		use = CONSOLES_SERIAL;
	}
	prompt->consoles.typed = prompt->secrets->typed;
	consoles_open(&prompt->consoles, use, prompt->question);
	show_on_consoles(prompt, CONSOLES_MAX);
}

static void open_plymouth(struct prompt *prompt)
{
	struct plymouth *plymouth = &prompt->plymouth;
	const char *text = prompt->request->text;

	plymouth->bytes = prompt->secrets->plymouth;
	plymouth->room = PLYMOUTH_ROOM;
	if (plymouth_open(plymouth) &&
	    !(prompt->question ? plymouth_ask_question(plymouth, text)
			       : plymouth_ask_passphrase(plymouth, text)))
		plymouth_close(plymouth);
}

bool prompt_open(struct prompt *prompt, const struct prompt_request *request)
{
	prompt_over(prompt);
	prompt->question = request->call == PROMPT_QUESTION;
	prompt->request = request;
	open_plymouth(prompt);
	open_consoles(prompt);
	if (!prompt->question)
		askpass_start(&prompt->askpass, request);
	prompt->open = prompt_alive(prompt);
	return prompt->open;
}

bool prompt_alive(const struct prompt *prompt)
{
	return prompt->plymouth.fd >= 0 || prompt->askpass.fd >= 0 ||
	       consoles_any(&prompt->consoles);
}

/* --- closing -------------------------------------------------------------- */

void prompt_close(struct prompt *prompt, const struct prompt_answer *answer)
{
	char text[80] = "\n(withdrawn)\n";

	if (!prompt->open)
		return;
	if (answer != NULL)
		snprintf(text, sizeof text, "\n(answered on %.31s%s)\n", answer->where,
			 !prompt->question ? ""
			 : answer->yes	   ? ": yes"
					   : ": no");
	consoles_say(&prompt->consoles, answer != NULL ? answer->console : CONSOLES_MAX, text);
	consoles_close(&prompt->consoles);
	plymouth_close(&prompt->plymouth);
	if (answer == NULL)
		askpass_end(&prompt->askpass);
	secret_wipe(prompt->secrets, sizeof *prompt->secrets);
	prompt->open = false;
}

void prompt_over(struct prompt *prompt)
{
	askpass_end(&prompt->askpass);
}

void prompt_say(struct prompt *prompt, const char *text)
{
	struct consoles consoles = {.typed = prompt->secrets->typed};
	char line[640];

	prompt->plymouth.bytes = NULL;
	if (plymouth_open(&prompt->plymouth)) {
		plymouth_show(&prompt->plymouth, text);
		plymouth_close(&prompt->plymouth);
		return;
	}
	snprintf(line, sizeof line, "%.600s\n", text);
	consoles_open(&consoles, CONSOLES_ALL, false);
	consoles_say(&consoles, CONSOLES_MAX, line);
	consoles_close(&consoles);
}

/* --- answers -------------------------------------------------------------- */

void prompt_polls(const struct prompt *prompt, struct pollfd *poll)
{
	for (size_t i = 0; i < CONSOLES_MAX; i++)
		poll[i] = i < prompt->consoles.count && prompt->open ? prompt->consoles.poll[i]
								     : (struct pollfd){.fd = -1};
	poll[PLYMOUTH_POLL] =
		(struct pollfd){.fd = prompt->open ? prompt->plymouth.fd : -1, .events = POLLIN};
	poll[ASKPASS_POLL] =
		(struct pollfd){.fd = prompt->open ? prompt->askpass.fd : -1, .events = POLLIN};
}

static bool is_word(const struct prompt_answer *answer, const char *word)
{
	return answer->length == strlen(word) &&
	       strncasecmp((const char *)answer->bytes, word, answer->length) == 0;
}

/* Whether a line is an answer to a question. */
static bool understand(struct prompt_answer *answer)
{
	answer->yes = is_word(answer, "y") || is_word(answer, "yes");
	return answer->yes || is_word(answer, "n") || is_word(answer, "no");
}

static bool take_console(struct prompt *prompt, size_t i, struct prompt_answer *answer)
{
	struct consoles *consoles = &prompt->consoles;

	switch (console_read(consoles, i)) {
	case CONSOLE_NOTHING:
		return false;
	case CONSOLE_TOO_LONG:
		console_say(consoles, i, "That was too long.\n");
		break;
	case CONSOLE_LINE:
		answer->bytes = consoles->typed[i].bytes;
		answer->length = consoles->typed[i].length;
		answer->console = i;
		snprintf(answer->where, sizeof answer->where, "%s", consoles->console[i].name);
		if (!prompt->question || understand(answer))
			return true;
		break;
	}
	console_forget(consoles, i);
	show_on_consoles(prompt, i);
	return false;
}

/* A splash screen that quits leaves the consoles to us. */
static bool take_plymouth(struct prompt *prompt, struct prompt_answer *answer)
{
	enum plymouth_reply reply =
		plymouth_read(&prompt->plymouth, &answer->bytes, &answer->length);

	if (reply == PLYMOUTH_ANSWER) {
		snprintf(answer->where, sizeof answer->where, "plymouth");
		if (!prompt->question || understand(answer))
			return true;
		plymouth_close(&prompt->plymouth);
		open_plymouth(prompt);
		return false;
	}
	if (reply == PLYMOUTH_GONE) {
		plymouth_close(&prompt->plymouth);
		consoles_close(&prompt->consoles);
		open_consoles(prompt);
	}
	return false;
}

static bool take_askpass(struct prompt *prompt, struct prompt_answer *answer)
{
	unsigned char *bytes = prompt->secrets->askpass;
	ssize_t n = recv(prompt->askpass.fd, bytes, sizeof prompt->secrets->askpass, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0 || n > PASSPHRASE_MAX) {
		askpass_end(&prompt->askpass);
		if (n > 0)
			askpass_start(&prompt->askpass, prompt->request);
		return false;
	}
	answer->bytes = bytes;
	answer->length = (size_t)n;
	snprintf(answer->where, sizeof answer->where, PROMPT_FIFO);
	return true;
}

bool prompt_take(struct prompt *prompt, const struct pollfd *poll, struct prompt_answer *ret_answer)
{
	*ret_answer = (struct prompt_answer){.console = CONSOLES_MAX};
	for (size_t i = 0; i < prompt->consoles.count; i++) {
		prompt->consoles.poll[i].revents = poll[i].revents;
		if (prompt->consoles.poll[i].fd >= 0 && poll[i].revents != 0 &&
		    take_console(prompt, i, ret_answer))
			return true;
	}
	if (prompt->plymouth.fd >= 0 && poll[PLYMOUTH_POLL].revents != 0 &&
	    take_plymouth(prompt, ret_answer))
		return true;
	return prompt->askpass.fd >= 0 && poll[ASKPASS_POLL].revents != 0 &&
	       take_askpass(prompt, ret_answer);
}
