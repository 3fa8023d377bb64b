/* Reading a shell script for its prereqs: the shell's grammar, and following it. */
#include "source.h"

#include "../../compiler/scripts/reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct diag diag = {.out = fuzz_sink()};
	const struct text *text = text_from_memory(arena, "script", (const char *)data, size);
	const struct script_reading *reading = script_read(arena, text);

	for (size_t i = 0; i < reading->prereqs.count; i++)
		diag_report(&diag, DIAG_DANGLING_PREREQ, reading->prereqs.item[i].span, NULL, "%s",
			    reading->prereqs.item[i].name);
	if (reading->doubt != NULL)
		diag_report(&diag, DIAG_PREREQS_UNKNOWN, reading->doubt_span, NULL, "%s",
			    reading->doubt);
	if (reading->broken != NULL)
		diag_report(&diag, DIAG_SCRIPT_SKIPPED, reading->broken_span, NULL, "%s",
			    reading->broken);
	if (reading->handles)
		diag_report(&diag, DIAG_COMPUTED_PREREQS, reading->handler, NULL, "handler");
	arena_free(arena);
	return 0;
}
