/* bootgraph.conf: whatever it says, it is understood or reported. */
#include "source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_source(source_settings, "etc/bootgraph/bootgraph.conf", data, size);
	return 0;
}
