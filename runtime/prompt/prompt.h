/* The prompt that is open, in all places where somebody may answer. */
#ifndef BOOTGRAPH_PROMPT_PROMPT_H
#define BOOTGRAPH_PROMPT_PROMPT_H

#include "askpass.h"
#include "console.h"
#include "plymouth.h"

enum {
	/* What prompt_polls fills in: consoles, plymouth, the askpass process. */
	PROMPT_POLLS = CONSOLES_MAX + 2,
	PLYMOUTH_ROOM = 1024,
};

/* What is secret of it, in one piece of secret memory. */
struct prompt_secrets {
	struct typed typed[CONSOLES_MAX];
	unsigned char plymouth[PLYMOUTH_ROOM];
	unsigned char askpass[PASSPHRASE_MAX + 1];
};

struct prompt {
	bool open;
	bool question;			      /* yes or no, not a passphrase */
	bool exclusive;			      /* a splash screen has the consoles */
	const struct prompt_request *request; /* borrowed */
	struct consoles consoles;
	struct plymouth plymouth;
	struct askpass askpass;
	struct prompt_secrets *secrets;
};

/* An answer: bytes in the prompt's secrets until the prompt is closed. */
struct prompt_answer {
	const unsigned char *bytes;
	size_t length;
	bool yes;	/* to a question */
	char where[32]; /* "ttyS0", "plymouth", "fifo" */
	size_t console; /* its number, or CONSOLES_MAX */
};

/* Opens it for a request. False if nobody can answer; then it is not open. */
bool prompt_open(struct prompt *prompt, const struct prompt_request *request);

/* Closes it. answer: who gave it, for the others; NULL: it is withdrawn. The askpass process stays
 * until prompt_over: those who look at it wait for the outcome. */
void prompt_close(struct prompt *prompt, const struct prompt_answer *answer);
void prompt_over(struct prompt *prompt);

/* Says something wherever people are, also between prompts. */
void prompt_say(struct prompt *prompt, const char *text);

/* For poll(2), and after it: true when there is an answer. Whether somebody can still answer is
 * prompt_alive. */
void prompt_polls(const struct prompt *prompt, struct pollfd *poll);
bool prompt_take(struct prompt *prompt, const struct pollfd *poll,
		 struct prompt_answer *ret_answer);
bool prompt_alive(const struct prompt *prompt);

#endif
