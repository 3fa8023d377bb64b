/* plymouthd, the splash screen: what its clients say to it (plymouth 22.02:
 * src/ply-boot-protocol.h, src/client/ply-boot-client.c).
 *
 * A request is a letter and, if it has an argument, \2, a length with the NUL, and the text; else a
 * NUL. The reply is \6 (done), \25 (no), \5 (no answer) or \2, four bytes of length, and the
 * answer. To close the connection withdraws what was asked.
 */
#ifndef BOOTGRAPH_PROMPT_PLYMOUTH_H
#define BOOTGRAPH_PROMPT_PLYMOUTH_H

#include <stdbool.h>
#include <stddef.h>

struct plymouth {
	int fd; /* -1: it is not there */
	/* Its reply as far as it has come, in secret memory, lent. */
	unsigned char *bytes;
	size_t room, length;
};

enum plymouth_reply {
	PLYMOUTH_NOTHING, /* so far */
	PLYMOUTH_ANSWER,  /* ret_answer and ret_length are set, into bytes */
	PLYMOUTH_GONE,	  /* it has quit, or takes no questions */
};

/* Connects; false if there is none. */
bool plymouth_open(struct plymouth *plymouth);
void plymouth_close(struct plymouth *plymouth);

/* Has a passphrase asked for, a question answered (one line, shown as it is typed), or a message
 * shown. */
bool plymouth_ask_passphrase(struct plymouth *plymouth, const char *text);
bool plymouth_ask_question(struct plymouth *plymouth, const char *text);
bool plymouth_show(struct plymouth *plymouth, const char *text);

/* Takes in what it says. */
enum plymouth_reply plymouth_read(struct plymouth *plymouth, const unsigned char **ret_answer,
				  size_t *ret_length);

#endif
