#include "udevd.h"

#include <stdlib.h>
#include <unistd.h>

bool udevd_runs(void)
{
	return getenv("DM_DISABLE_UDEV") == NULL && access("/run/udev/control", F_OK) == 0;
}

void udevd_tell_libdevmapper(void)
{
	if (!udevd_runs())
		setenv("DM_DISABLE_UDEV", "1", 1);
}
