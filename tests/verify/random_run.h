/* Runs a blob that the verifier has accepted on events that nobody would think of, and stops the
 * program if the machine breaks one of its promises (promises.h). */
#ifndef BOOTGRAPH_RANDOM_RUN_H
#define BOOTGRAPH_RANDOM_RUN_H

#include "../../compiler/arena.h"
#include "../../runtime/core/blob.h"

/* Where decisions come from: bytes of a fuzzer, and once these are used up, numbers from a seed. */
struct choices {
	const unsigned char *at;
	size_t left;
	uint64_t seed;
};

/* A number below limit, which is not 0. */
uint32_t choose(struct choices *choices, uint32_t limit);

void random_run(const struct blob *blob, struct choices *choices, unsigned events);

/* Stops the program unless the blob's listing assembles to a program with the same listing. */
void check_listing(struct arena *arena, const struct blob *blob);

/* Puts the right checksum into a blob of at least BLOB_SIZE_MIN bytes. */
void repair_checksum(unsigned char *bytes, size_t size);

#endif
