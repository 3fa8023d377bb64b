#include "source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_source(source_crypttab, "etc/crypttab", data, size);
	return 0;
}
