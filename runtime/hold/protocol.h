/* What bootgraph-hold says to PID 1, on a connection of its own (SOCK_SEQPACKET, unix(7)): one
 * request, answered by one int32_t, which is 0 or an errno.
 *
 * The address is abstract, so nothing is left behind in /run: when PID 1 executes the real init the
 * socket is gone, and with it the clock that there was to hold. Who may connect is decided by the
 * kernel's word for who did (SO_PEERCRED), not by anything that is said. */
#ifndef BOOTGRAPH_HOLD_PROTOCOL_H
#define BOOTGRAPH_HOLD_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define HOLD_ADDRESS "bootgraph/hold" /* behind the NUL that makes it abstract */

enum hold_call {
	HOLD_BEGIN = 1, /* the process holds the clock, until it ends or says */
	HOLD_END,	/* that it does not any more */
};

struct hold_request {
	uint32_t call; /* enum hold_call */
	int32_t pid;
};

/* Fills in the address; returns its length. */
static inline socklen_t hold_address(struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(address->sun_path + 1, HOLD_ADDRESS, sizeof HOLD_ADDRESS - 1);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof HOLD_ADDRESS);
}

#endif
