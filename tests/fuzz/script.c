/* Reading a shell script for its prereqs and for what it uses: the shell's grammar, and following
 * it. */
#include "source.h"

#include "../../compiler/scripts/reading.h"
#include "../../compiler/scripts/uses.h"

/* Annotated in stdlib-units/scripts.def, so that is read, too. */
static void read_uses(struct arena *arena, struct diag *diag, const struct text *text,
		      const struct script_reading *reading)
{
	const struct script script = {.name = "cryptroot", .text = text, .reading = reading};
	const struct script_uses *uses = script_uses_read(arena, "local-top", &script);

	for (size_t i = 0; uses != NULL && i < uses->uses.count; i++)
		diag_report(diag, DIAG_UNORDERED_WRITERS, uses->uses.item[i].span, NULL, "%s %s",
			    use_kind_name(uses->uses.item[i].kind), uses->uses.item[i].name);
}

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
	read_uses(arena, &diag, text, reading);
	arena_free(arena);
	return 0;
}
