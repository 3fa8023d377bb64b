/* mdadm.conf, and what its lines say about each other. */
#include "source.h"
#include "../../compiler/source/mdadm_check.h"

static void read_and_check(struct model *model, struct diag *diag, const struct text *text)
{
	source_mdadm_conf(model, diag, text);
	mdadm_check(model, diag, -1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_source(read_and_check, "etc/mdadm/mdadm.conf", data, size);
	return 0;
}
