/* A unit and a drop-in laid over it: two files, the second one after a line "===". */
#include "source.h"

#include <string.h>

static void read_both(struct model *model, struct diag *diag, const struct text *text)
{
	const char *line = strstr(text->data, "===\n");
	size_t first = line != NULL ? (size_t)(line - text->data) : text->size;
	const struct text *drop_in;
	size_t i, count;

	source_units(model, diag,
		     text_from_memory(model->arena, "units/fuzz.yaml", text->data, first));
	if (line == NULL)
		return;
	drop_in = text_from_memory(model->arena, "units/fuzz.d/fuzz.yaml", line + 4,
				   text->size - first - 4);
	for (i = 0, count = model->units.count; i < count; i++) {
		struct unit *unit = model->units.item[i];

		source_drop_in(model, diag, unit->name, "fuzz.yaml", drop_in);
		vec_push(model->arena, &model->units,
			 unit_with_drop_ins(model, diag, unit, unit->name.text));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_source(read_both, "fuzz", data, size);
	return 0;
}
