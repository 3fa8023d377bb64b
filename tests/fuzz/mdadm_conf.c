#include "source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_source(source_mdadm_conf, "etc/mdadm/mdadm.conf", data, size);
	return 0;
}
