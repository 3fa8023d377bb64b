/* lvm.conf(5): read only for what has a say in which volumes may be activated. */
#include "../../runtime/lvm/conf.h"
#include "../model.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

void source_lvm_conf(struct model *model, struct diag *diag, const struct text *text)
{
	struct lvm_memory memory = {.size = 2 * LVM_CONF_MEMORY(text->size)}; /* it is read twice */
	struct lvm_error error;

	memory.block = malloc(memory.size);
	if (memory.block == NULL)
		abort();
	if (!lvm_conf_decides(&memory, text->data, text->size, &model->lvm_decides, &error)) {
		/* The helper in the image cannot read it either, and leaves everything to lvm.
		 * The line, with which such an error begins, is the span's. */
		model->lvm_decides = "it cannot be read";
		diag_report(diag, DIAG_LVM_CONF,
			    error.line > 0 ? text_line(text, error.line - 1)
					   : (struct span){.name = text->name},
			    NULL, "%s", error.line > 0 ? strchr(error.text, ':') + 2 : error.text);
	}
	model->lvm_system_id_file = arena_printf(
		model->arena, "%s", lvm_conf_system_id_file(&memory, text->data, text->size));
	free(memory.block);
}
