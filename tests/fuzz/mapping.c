/* veritytab and integritytab: the same input as each of them. */
#include "source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_source(source_veritytab, "etc/veritytab", data, size);
	fuzz_source(source_integritytab, "etc/integritytab", data, size);
	return 0;
}
