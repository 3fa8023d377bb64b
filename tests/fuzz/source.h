/* What the fuzz targets of the front end have in common: read, then look at all that came of it. */
#ifndef BOOTGRAPH_FUZZ_SOURCE_H
#define BOOTGRAPH_FUZZ_SOURCE_H

#include "../../compiler/source/text.h"
#include "../frontend/print.h"

#include <stdint.h>
#include <stdlib.h>

typedef void source(struct model *model, struct diag *diag, const struct text *text);

/* Diagnostics are formatted, since carets are a part of what can go wrong, and thrown away. */
static inline FILE *fuzz_sink(void)
{
	static FILE *sink;

	if (sink == NULL)
		sink = fopen("/dev/null", "w");
	if (sink == NULL)
		abort();
	return sink;
}

static inline void fuzz_source(source *read, const char *name, const uint8_t *data, size_t size)
{
	struct model model = {.arena = arena_new()};
	struct diag diag = {.out = fuzz_sink()};
	const struct text *text = text_from_memory(model.arena, name, (const char *)data, size);

	if (text_check(&diag, text))
		read(&model, &diag, text);
	print_model(fuzz_sink(), &model);
	arena_free(model.arena);
}

#endif
