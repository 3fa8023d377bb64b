#include "command.h"

#include <errno.h>
#include <string.h>

static bool report(struct diag *diag, const char *path)
{
	diag_report(diag, DIAG_UNWRITABLE, (struct span){.name = path}, NULL,
		    "cannot be written: %s", strerror(errno));
	return false;
}

bool command_open_output(struct output *output, struct arena *arena, struct diag *diag,
			 const char *path)
{
	return output_open(output, arena, path) || report(diag, path);
}

bool command_commit_output(struct output *output, struct diag *diag, const char *path)
{
	return output_commit(output) || report(diag, path);
}
