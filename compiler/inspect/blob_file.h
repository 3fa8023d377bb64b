/* Blobs as files. */
#ifndef BOOTGRAPH_BLOB_FILE_H
#define BOOTGRAPH_BLOB_FILE_H

#include <stdbool.h>

#include "../diag.h"
#include "../../runtime/core/blob.h"
#include "../../runtime/core/verify.h"

/* Reads and verifies a blob, "-" from standard input. Its bytes live in the arena. Reports why not
 * and returns false if that fails. */
bool blob_load(struct arena *arena, struct diag *diag, const char *path, struct blob *ret_blob);

/* "edges 12: kind: out of range" */
const char *refusal_string(struct arena *arena, const struct refusal *refusal);

#endif
