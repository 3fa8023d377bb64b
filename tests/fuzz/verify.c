/* The verifier, and behind it the machine and the text twins, on any bytes. The input is a blob as
 * long as its header says, with whatever checksum; what follows it decides which events come. */
#include <stdlib.h>
#include <string.h>

#include "../verify/mutate.h"
#include "../../runtime/core/verify.h"

enum {
	EVENTS = 200,
	LISTING_EVERY =
		16, /* one of so many is listed and assembled: that takes longer than all else */
	SIZE_OFFSET = 12
};

/* The blob's bytes among those of an input. */
static size_t blob_size_of(const uint8_t *data, size_t size)
{
	size_t blob_size = size >= BLOB_SIZE_MIN ? blob_u32(data + SIZE_OFFSET) : size;

	return blob_size < BLOB_SIZE_MIN || blob_size > size ? size : blob_size;
}

#ifdef BOOTGRAPH_FUZZ
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

/* Half of what is tried has the form of a blob still; where events are drawn from is left to
 * libFuzzer. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
	struct choices choices = {.seed = seed * UINT64_C(2) + 1};
	size_t blob_size = blob_size_of(data, size);

	if (choose(&choices, 2) == 0)
		return LLVMFuzzerMutate(data, size, most);
	for (unsigned changes = 1 + choose(&choices, 3); changes > 0; changes--)
		mutate_blob(data, blob_size, &choices);
	if (choose(&choices, 2) == 0)
		size = blob_size +
		       LLVMFuzzerMutate(data + blob_size, size - blob_size, most - blob_size);
	return size;
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct choices choices = {.seed = 1};
	size_t blob_size = blob_size_of(data, size);
	unsigned char *bytes;
	struct refusal refusal;
	struct blob blob;

	choices.at = data + blob_size;
	choices.left = size - blob_size;
	bytes = malloc(blob_size + 1);
	if (bytes == NULL)
		return 0;
	memcpy(bytes, data, blob_size);
	if (blob_size >= BLOB_SIZE_MIN)
		repair_checksum(bytes, blob_size);
	if (blob_verify(bytes, blob_size, &blob, &refusal)) {
		struct arena *arena = arena_new();

		random_run(&blob, &choices, EVENTS);
		if (choose(&choices, LISTING_EVERY) == 0)
			check_listing(arena, &blob);
		arena_free(arena);
	}
	free(bytes);
	return 0;
}
