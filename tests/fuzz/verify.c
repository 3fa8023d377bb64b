/* The verifier, and behind it the machine and the text twins, on any bytes. The input is a blob as
 * long as its header says, with whatever checksum; what follows it decides which events come. */
#include <stdlib.h>
#include <string.h>

#include "../verify/random_run.h"
#include "../../runtime/core/verify.h"

enum { EVENTS = 200, SIZE_OFFSET = 12 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct choices choices = {.seed = 1};
	size_t blob_size = size;
	unsigned char *bytes;
	struct refusal refusal;
	struct blob blob;

	if (size >= BLOB_SIZE_MIN) {
		blob_size = blob_u32(data + SIZE_OFFSET);
		if (blob_size < BLOB_SIZE_MIN || blob_size > size)
			blob_size = size;
	}
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

		random_run(arena, &blob, &choices, EVENTS);
		check_listing(arena, &blob);
		arena_free(arena);
	}
	free(bytes);
	return 0;
}
