/* The verifier: what it accepts cannot crash, hang, or read outside the blob.
 *
 * It checks structure, ranges and text ends field by field from blob.def; programs instruction by
 * instruction from opcodes.def, with the depth of their answers; that the graph's edges point
 * forwards, so that the machine's work per event is bounded; the state size and the checksum. */
#ifndef BOOTGRAPH_VERIFY_H
#define BOOTGRAPH_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "blob.h"

/* Why a blob was refused, and where: "code word 12: operand 2 of mount: no such value". */
struct refusal {
	const char *reason; /* constant text */
	const char *what;   /* section or field, constant text, or NULL */
	uint32_t index;	    /* record or word in it */
};

/* Decodes and verifies. On success fills in ret_blob, which borrows bytes, and returns true; else
 * fills in reterr and leaves ret_blob alone. */
bool blob_verify(const void *bytes, size_t size, struct blob *ret_blob, struct refusal *reterr);

#endif
