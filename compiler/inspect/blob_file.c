#include "blob_file.h"
#include "input.h"

#include <errno.h>
#include <string.h>

const char *refusal_string(struct arena *arena, const struct refusal *refusal)
{
	if (refusal->what == NULL)
		return refusal->reason;
	return arena_printf(arena, "%s %u: %s", refusal->what, (unsigned)refusal->index,
			    refusal->reason);
}

bool blob_load(struct arena *arena, struct diag *diag, const char *path, struct blob *ret_blob)
{
	struct span file = {.name = strcmp(path, "-") == 0 ? "<stdin>" : path};
	struct refusal refusal;
	size_t size;
	/* One byte more than there may be, so that the verifier refuses what is too long. */
	unsigned char *bytes = input_bytes(arena, path, BLOB_SIZE_MAX + 1, &size);

	if (bytes == NULL) {
		diag_report(diag, DIAG_UNREADABLE, file, NULL, "cannot be read: %s",
			    strerror(errno));
		return false;
	}
	if (!blob_verify(bytes, size, ret_blob, &refusal)) {
		diag_report(diag, DIAG_REFUSED, file, NULL, "not a blob that can be run: %s",
			    refusal_string(arena, &refusal));
		return false;
	}
	return true;
}
