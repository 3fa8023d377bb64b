/* --facts FILE|live */
#include "capture.h"

#include <string.h>

struct facts *facts_obtain(struct arena *arena, struct diag *diag, const char *path)
{
	struct facts *facts;

	if (strcmp(path, "live") != 0)
		return facts_read(arena, diag, path);
	facts = arena_alloc(arena, sizeof *facts);
	facts->no_modalias = capture_drivers(arena, "/sys", "/proc/self/mountinfo", facts);
	return facts;
}
