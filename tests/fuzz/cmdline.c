#include "source.h"

#include <string.h>

#include "../../runtime/core/boot.h"

/* What is read of the command line at boot has to be text, whatever stands there. */
static void read_at_boot(const uint8_t *data, size_t size)
{
	static struct boot boot, nothing; /* and what is there without a command line */
	char *text = calloc(1, size + 1);

	if (text == NULL)
		abort();
	memcpy(text, data, size);
	boot_read_command_line(&nothing, NULL, "");
	boot_read_command_line(&boot, NULL, text);
	for (unsigned i = 0; i < PARAMETER_COUNT; i++)
		if (strcmp(boot.parameter[i], nothing.parameter[i]) != 0 &&
		    strlen(boot.parameter[i]) > size + sizeof "yes")
			abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_source(source_cmdline, "--cmdline", data, size);
	read_at_boot(data, size);
	return 0;
}
