/* LVM's metadata: whatever a disk says in it, the reader stays within its memory, and what it
 * accepts has tables that can be printed. */
#include "../lvm/print.h"

#include <stdlib.h>

#include "source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lvm_memory memory = {.size = 32 * size + 65536};
	struct lvm_error error;
	struct lvm_group group;

	memory.block = malloc(memory.size);
	if (memory.block == NULL)
		abort();
	if (lvm_group_parse(&memory, (const char *)data, size, &group, &error))
		print_group(fuzz_sink(), &memory, &group, NULL);
	free(memory.block);
	return 0;
}
