/* The blob in this image. */
#ifndef BOOTGRAPH_INIT_IMAGE_H
#define BOOTGRAPH_INIT_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "../core/blob.h"

#define BLOB_PATH "/etc/bootgraph/boot.blob"

/* Copies the blob into memory of its own, makes that unchangeable, and verifies it. Returns true,
 * or false with a sentence in reason. What it maps stays mapped. */
bool image_load_blob(const char *path, struct blob *ret_blob, char *reason, size_t room);

#define BLOB_KEPT "/run/bootgraph/boot.blob"

/* Leaves the blob that runs where the real system and the rescue shell find it: what the trace
 * tells of makes sense with this one only. */
void image_keep_blob(const struct blob *blob, const char *path);

#endif
