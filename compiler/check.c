#include "check.h"

#include <string.h>

/* Whether anything but the boot loader names a root file system. */
static bool root_is_known(const struct model *model)
{
	size_t i;

	for (i = 0; i < model->fstab.count; i++)
		if (strcmp(model->fstab.item[i].where.text, "/") == 0)
			return true;
	for (i = 0; i < model->parameters.count; i++)
		if (model->parameters.item[i].id == PARAMETER_ROOT)
			return true;
	return false;
}

void check_graph(const struct model *model, struct diag *diag)
{
	static const struct span nowhere = {.name = "etc/fstab"};

	if (!root_is_known(model))
		diag_report(diag, DIAG_NO_ROOT, nowhere, NULL, "no root file system is declared");
}
