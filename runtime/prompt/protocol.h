/* What is said on the sockets of the broker, the one process that holds passphrases and talks to
 * people (broker.h). All are SOCK_SEQPACKET (unix(7)): a record arrives as a whole or not at all.
 *
 * A client asks, one record at a time, and gets one reply to each NEXT and QUESTION; RESULT has no
 * reply. A client that ends without a RESULT has had no use of what it was given.
 *
 * Texts end with a NUL; whoever receives a record checks that (prompt_text_ends). A passphrase is
 * its bytes and nothing else: no NUL, no newline.
 */
#ifndef BOOTGRAPH_PROMPT_PROTOCOL_H
#define BOOTGRAPH_PROMPT_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
	PASSPHRASE_MAX = 512, /* bytes; libcryptsetup's own prompts take as many */
	PROMPT_FD = 4,	      /* a helper's end of the socket */
	REPORT_FD = 3,	      /* a helper's line for people: why it failed */
};

enum prompt_call {
	PROMPT_NEXT = 1, /* the next passphrase to try */
	PROMPT_RESULT,	 /* what became of the last one */
	PROMPT_QUESTION, /* yes or no */
};

enum prompt_flag {
	PROMPT_CACHED_ONLY = 1, /* NEXT: ask nobody; what opened something else, or -ENODATA */
	PROMPT_ASK = 2,		/* NEXT: leave out what opened something else */
};

enum prompt_result {
	RESULT_OPENED,	     /* it is kept, and tried elsewhere */
	RESULT_WRONG,	     /* it is forgotten, and whoever typed it is told */
	RESULT_FAILED,	     /* it could not be tried */
	RESULT_OPENED_ALONE, /* a PIN: not kept, for it would open nothing else */
	RESULT_WRONG_PIN,    /* as RESULT_WRONG, in other words */
};

struct prompt_request {
	uint32_t call;	/* enum prompt_call */
	uint32_t flags; /* enum prompt_flag */
	uint32_t tried; /* NEXT: how many passphrases of people were wrong already, */
	uint32_t tries; /* of how many that may be; 0: any number */
	uint32_t result;
	char name[128];	   /* NEXT: the mapping, */
	char source[256];  /* what it is on, */
	char options[768]; /* and crypttab's fourth field, for those who look at it */
	char text[512];	   /* what people are asked; without the colon and space at its end */
};

/* Where an answer of a program comes from, as prompt_reply.where (askpass.h). */
#define PROMPT_FIFO "fifo"

enum prompt_origin {
	ORIGIN_CACHE, /* it has opened something else */
	ORIGIN_PEOPLE,
};

struct prompt_reply {
	int32_t status; /* 0; QUESTION: 0 yes, 1 no; else a negative errno: nobody can answer */
	uint32_t origin;
	uint32_t length;
	unsigned char passphrase[PASSPHRASE_MAX];
	char where[32]; /* who answered, for people: "tty0", "plymouth" */
};

/* Between PID 1 and the broker, on the socket that it was started with. */
enum broker_call {
	BROKER_CLIENT = 1, /* to it, with a descriptor (SCM_RIGHTS): a client of this node */
	BROKER_PAUSE,	   /* to it: a shell has the consoles; prompts are put away */
	BROKER_RESUME,	   /* to it: and come back */
	BROKER_WAITS,	   /* from it: this effect waits for people, also behind other prompts, */
	BROKER_SERVED,	   /* and waits no more */
	BROKER_PAUSED,	   /* from it: the consoles are as they were */
};

struct broker_record {
	uint32_t call;
	uint32_t node, serial; /* the effect that the client belongs to */
};

static inline bool prompt_text_ends(const char *text, size_t room)
{
	return memchr(text, '\0', room) != NULL;
}

#endif
